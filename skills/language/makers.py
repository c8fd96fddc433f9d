"""A full refresh of a table names its pipeline too: the one that makes just that layer."""

from collections.abc import Iterator
from dataclasses import replace

from skills.language.items import Item, Kind
from skills.language.vocabulary import Vocabulary


def with_maker(items: tuple[Item, ...], vocabulary: Vocabulary) -> tuple[Item, ...]:
    """The items of «rebuild silver.orders from scratch» with bronze_to_silver among them."""
    kinds = {item.kind for item in items}
    if Kind.FULL not in kinds or Kind.PIPELINE in kinds:
        return items
    return tuple(_with_makers(items, vocabulary))


def _with_makers(items: tuple[Item, ...], vocabulary: Vocabulary) -> Iterator[Item]:
    for item in items:
        yield item
        if item.kind is Kind.TABLE and (maker := _maker(item, vocabulary)):
            yield replace(item, kind=Kind.PIPELINE, value=maker, near=(), layer=None)


def _maker(item: Item, vocabulary: Vocabulary) -> str | None:
    dataset = vocabulary.dataset(item.value, item.layer, "silver")
    return dict(vocabulary.makers).get(dataset or "")
