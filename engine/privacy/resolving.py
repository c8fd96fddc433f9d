"""Which of several findings over the same characters counts; nothing found is lost by it."""

from collections.abc import Iterable, Iterator, Sequence

from engine.privacy.recognition import SURE_ENOUGH
from engine.privacy.spans import Span

_BY_PRIORITY = (
    # an e-mail address is also a URL to Presidio, a card number also holds dates and phones, one
    # phone number in eleven passes the check of the NHS
    "EMAIL_ADDRESS",
    "IBAN_CODE",
    "CREDIT_CARD",
    "CRYPTO",
    "MAC_ADDRESS",
    "IP_ADDRESS",
    "URL",
    "US_SSN",
    "US_ITIN",
    "PHONE_NUMBER",
    "UK_NHS",
    "US_MBI",
    "US_PASSPORT",
    "US_DRIVER_LICENSE",
    "US_BANK_NUMBER",
    "MEDICAL_LICENSE",
    "UUID",
    "PERSON",
    "LOCATION",
    "NRP",
    "ORGANIZATION",
    "DATE_TIME",
)

_RANK = {entity: rank for rank, entity in enumerate(_BY_PRIORITY, start=1)}

_OWN = 0
"""What a project has recognised by a pattern of its own goes before all else."""


def resolved(spans: Sequence[Span], *, least: float = SURE_ENOUGH) -> tuple[Span, ...]:
    """The findings that are sure enough, in their order and without overlaps.

    Where two overlap the more telling one stays whole and the other keeps what sticks out, so that
    every character that was found belongs to one of them.
    """
    sure = [span for span in spans if span.score >= least and span.end > span.start]
    if len(sure) < 2:  # noqa: PLR2004  # one alone overlaps nothing
        return tuple(sure)
    kept: list[Span] = []
    for span in sorted(_united(sure), key=_rank):
        kept.extend(_uncovered(span, kept))
    return tuple(sorted(kept))


def _rank(span: Span) -> tuple[int, int, int, str]:
    """Its entity first, then the longer one, then where it stands."""
    return _RANK.get(span.entity, _OWN), span.start - span.end, span.start, span.entity


def _united(spans: Iterable[Span]) -> Iterator[Span]:
    """Findings of one entity that overlap as one; those that only touch stay two."""
    last: dict[str, Span] = {}
    for span in sorted(spans):
        before = last.get(span.entity)
        if before is None or not before.overlaps(span):
            if before is not None:
                yield before
            last[span.entity] = span
        else:
            end, score = max(before.end, span.end), max(before.score, span.score)
            last[span.entity] = Span(before.start, end, span.entity, score)
    yield from last.values()


def _uncovered(span: Span, kept: Iterable[Span]) -> list[Span]:
    """What of a finding no other one covers."""
    left = [span]
    for other in kept:
        if not other.overlaps(span):
            continue
        left = [piece for each in left for piece in _without(each, other)]
    return left


def _without(span: Span, other: Span) -> Iterator[Span]:
    if not span.overlaps(other):
        yield span
        return
    if span.start < other.start:
        yield Span(span.start, other.start, span.entity, span.score)
    if other.end < span.end:
        yield Span(other.end, span.end, span.entity, span.score)
