"""Join a layer and the table that it belongs to: «silver customers», «customers in silver»."""

from collections.abc import Iterator
from dataclasses import replace

from skills.language.items import Item, Kind

_BETWEEN = frozenset({"in", "from", "of", "within"})


def with_layers(items: list[Item]) -> Iterator[Item]:
    """The items with «silver» in «silver customers» and «customers in silver» joined."""
    at = 0
    while at < len(items):
        item, taken = _joined(items, at) or (items[at], 1)
        yield item
        at += taken


def _joined(items: list[Item], at: int) -> tuple[Item, int] | None:
    first, *rest = items[at : at + 4]
    rest = [item for item in rest if item.kind is not Kind.NOISE]
    if first.kind is Kind.LAYER and rest and rest[0].kind is Kind.TABLE:
        table, layer, last = rest[0], first, rest[0]
    elif first.kind is Kind.TABLE and _is_in_layer(rest):
        table, layer, last = first, rest[1], rest[1]
    else:
        return None
    joined = replace(table, layer=layer.value, start=first.start, end=last.end)
    return joined, items.index(last, at) - at + 1


def _is_in_layer(rest: list[Item]) -> bool:
    return len(rest) > 1 and rest[0].value in _BETWEEN and rest[1].kind is Kind.LAYER
