"""Protects the cells of chunks of rows: whole values, or what is found within them."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from engine.privacy.coverage import Coverage, Reach, Spotted
from engine.privacy.model import Protection
from engine.privacy.replacing import replaced
from engine.privacy.spans import Span

Way: TypeAlias = Callable[[str], str | None]
"""What becomes of a value."""

Finder: TypeAlias = Callable[[Sequence[str]], Mapping[str, Sequence[Span]]]
"""What is found in those of different texts that hold something, without overlaps."""

Cells: TypeAlias = Sequence[str | None]


class Shield:
    """What is done to the cells of some columns, each different value once a chunk."""

    def __init__(
        self,
        coverages: Sequence[Coverage],
        way: Callable[[Protection], Way],
        way_within: Callable[[Protection], Way],
        finders: Mapping[Reach, Finder],
    ) -> None:
        self._columns = [
            _Whole(way(each.protection))
            if each.protection is not None
            else _Within(each, way_within, finders[each.reach])
            for each in coverages
        ]

    def protect(
        self, columns: Sequence[Cells]
    ) -> tuple[list[list[str | None]], tuple[Spotted, ...]]:
        """The substitutes of each column's cells, in their order, and what was found within.

        A cell without a substitute stays as it is, or is NULL.
        """
        made: list[list[str | None]] = []
        spotted: list[Spotted] = []
        for column, cells in zip(self._columns, columns, strict=True):
            substitutes, found = column.protect(cells)
            made.append(substitutes)
            spotted.extend(found)
        return made, tuple(spotted)


class _Whole:
    """A column whose values are personal as a whole."""

    def __init__(self, way: Way) -> None:
        self._way = way

    def protect(self, cells: Cells) -> tuple[list[str | None], tuple[Spotted, ...]]:
        way = self._way
        # in their order, which is mostly that of their memory: a set would give them at random
        different = dict.fromkeys(cells)
        if len(different) == len(cells):
            return [None if value is None else way(value) for value in cells], ()
        made = {value: None if value is None else way(value) for value in different}
        return [made[value] for value in cells], ()


class _Within:
    """A column in whose values something personal may stand."""

    def __init__(
        self, coverage: Coverage, way: Callable[[Protection], Way], finder: Finder
    ) -> None:
        self._coverage = coverage
        self._way = way
        self._finder = finder
        self._ways: dict[str, Way] = {}

    def protect(self, cells: Cells) -> tuple[list[str | None], tuple[Spotted, ...]]:
        found = self._finder([value for value in dict.fromkeys(cells) if value])
        if not found:
            return [None] * len(cells), ()
        substitutes: dict[str | None, str] = {}
        spotted: Counter[str] = Counter()
        counts = Counter(value for value in cells if value in found)
        for value, spans in found.items():
            personal = [span for span in spans if self._coverage.protection_of(span.entity)]
            if personal:
                substitutes[value] = replaced(value, personal, self._ways_for(personal))
                for entity in {span.entity for span in personal}:
                    spotted[entity] += counts[value]
        told = (Spotted(self._coverage.column, *each) for each in sorted(spotted.items()))
        return [substitutes.get(value) for value in cells], tuple(told)

    def _ways_for(self, spans: Sequence[Span]) -> Mapping[str, Way]:
        for span in spans:
            protection = self._coverage.protection_of(span.entity)
            if span.entity not in self._ways and protection is not None:
                self._ways[span.entity] = self._way(protection)
        return self._ways
