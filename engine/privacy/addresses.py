"""Where in a text something has the form of an e-mail address, and what a URL would cut of it."""

import re
from collections.abc import Iterable, Iterator

from engine.privacy.spans import Span

_FORM = re.compile(r"[^\s@＠<>()\[\]{},;:\"'`|=/\\«»]+[@＠﹫][^\s@＠<>()\[\]{},;:\"'`|=/\\«»]+")
_AFTER = ".!?…"


def addresses_in(text: str) -> Iterator[tuple[int, int]]:
    """Where each one begins and ends, without the full stop of its sentence."""
    if not any(sign in text for sign in "@＠﹫"):
        return  # a long text without any would be tried from each of its characters
    for found in _FORM.finditer(text):
        yield found.start(), found.start() + len(found[0].rstrip(_AFTER))


def uncut(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """The findings, each URL within an address as the whole address.

    Of `ada.lovelace@works.internal`, which no public name server knows, Presidio takes `ada.lo` and
    `works.int` for URLs: the rest would stay.
    """
    places: list[tuple[int, int]] | None = None
    for span in spans:
        if span.entity != "URL":
            yield span
            continue
        places = [*addresses_in(text)] if places is None else places
        yield next((whole for each in places if (whole := _around(span, *each))), span)


def _around(span: Span, start: int, end: int) -> Span | None:
    inside = start <= span.start and span.end <= end
    return Span(start, end, "EMAIL_ADDRESS", span.score) if inside else None
