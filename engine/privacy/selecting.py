"""From what recognizers find in a text to what is personal there."""

from collections.abc import Iterable

from engine.privacy.addresses import uncut
from engine.privacy.false_alarms import Allowed, false_alarm
from engine.privacy.recognition import Recognition
from engine.privacy.resolving import resolved
from engine.privacy.spans import Span

_OPENING = "+(#"
_CLOSING = ")/."


class Selection:
    """Keeps what is sure, wanted, no false alarm and not allowed by the project."""

    def __init__(self, recognition: Recognition) -> None:
        self._off = recognition.off
        self._allowed = Allowed(recognition.allow)

    def of(self, text: str, found: Iterable[Span]) -> list[Span]:
        """What is personal in the text, in its order and without overlaps."""
        wanted = (span for span in found if span.entity not in self._off)
        real = [
            span
            for span in uncut(text, wanted)
            if not false_alarm(text, span) and not self._allowed.holds(text, span)
        ]
        return [kept for span in resolved(real) if (kept := trimmed(text, span)) is not None]


def trimmed(text: str, span: Span) -> Span | None:
    """The finding without blanks and marks around it; None where nothing else is left."""
    start, end = span.start, span.end
    while start < end and not (text[start].isalnum() or text[start] in _OPENING):
        start += 1
    while end > start and not (text[end - 1].isalnum() or text[end - 1] in _CLOSING):
        end -= 1
    if not any(map(str.isalnum, text[start:end])):
        return None
    return Span(start, end, span.entity, span.score)
