"""Replaces what is personal within a text, and leaves every other character as it is."""

from collections.abc import Iterator, Mapping, Sequence

from engine.privacy.operators import Way
from engine.privacy.protect import REDACTED
from engine.privacy.spans import Span


def replaced(text: str, spans: Sequence[Span], way_for: Mapping[str, Way]) -> str:
    """The text with each span replaced in the way of its entity.

    Spans that only adjoin are two values. Spans of one entity that share characters are one value;
    where different entities do, all of it is redacted, as is an entity without a way: what one way
    shows of a value the other may have to hide.
    """
    pieces: list[str] = []
    end = 0
    for start, stop, entities in _groups(text, spans):
        pieces += (text[end:start], _substitute(text[start:stop], entities, way_for))
        end = stop
    return "".join((*pieces, text[end:]))


def _groups(text: str, spans: Sequence[Span]) -> Iterator[tuple[int, int, frozenset[str]]]:
    """Where to replace, from left to right: spans that share characters come as one."""
    within = sorted(
        (max(span.start, 0), min(span.end, len(text)), span.entity)
        for span in spans
        if max(span.start, 0) < min(span.end, len(text))
    )
    start, stop, entities = 0, 0, frozenset[str]()
    for left, right, entity in within:
        if left < stop:
            stop, entities = max(stop, right), entities | {entity}
            continue
        if entities:
            yield start, stop, entities
        start, stop, entities = left, right, frozenset({entity})
    if entities:
        yield start, stop, entities


def _substitute(value: str, entities: frozenset[str], way_for: Mapping[str, Way]) -> str:
    """What stands for the value; where no single way is known for it, nothing of it is shown."""
    if len(entities) > 1:
        return REDACTED
    (entity,) = entities
    way = way_for.get(entity)
    shown = None if way is None else way(value)
    return REDACTED if shown is None else shown
