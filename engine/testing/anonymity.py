"""Counts rows in memory that look the same."""

from collections import Counter
from collections.abc import Mapping, Sequence

from engine.catalog.model import DatasetName, Project
from engine.errors import UnknownDataset
from engine.privacy.anonymity import (
    SHOWN,
    Anonymity,
    Group,
    Question,
    Tally,
    chosen,
    require_sensible,
)

Cells = Mapping[str, str | None]


class MemoryCrowds:
    """Datasets as lists of rows of text; what is open is given for all of them."""

    def __init__(
        self, datasets: Mapping[DatasetName, Sequence[Cells]], opened: Sequence[str] = ()
    ) -> None:
        self._datasets = datasets
        self._opened = frozenset(opened)

    async def of(self, project: Project, question: Question) -> Anonymity:  # noqa: ARG002  # the port's form
        """The answer."""
        require_sensible(question)
        rows = self._datasets.get(question.dataset)
        if rows is None:
            raise UnknownDataset(str(question.dataset))
        columns = chosen(question, list(rows[0])) if rows else question.columns
        asked = Question(question.dataset, columns, question.k)
        types = dict.fromkeys(columns, "text")
        if not rows:
            return Anonymity(asked, types=types, open=self._opened)
        return Anonymity(
            asked,
            _tally(rows, columns, question.k),
            {
                name: _tally(rows, [other for other in columns if other != name], question.k)
                for name in columns
                if len(columns) > 1
            },
            self._smallest(rows, columns),
            types,
            self._opened,
        )

    def _smallest(self, rows: Sequence[Cells], columns: Sequence[str]) -> tuple[Group, ...]:
        shown = [place for place, name in enumerate(columns) if name in self._opened]
        groups = [
            (size, [values[place] for place in shown]) for values, size in _sizes(rows, columns)
        ]
        groups.sort(key=lambda each: (each[0], [(one is None, one or "") for one in each[1]]))
        names = [columns[place] for place in shown]
        return tuple(
            Group(size, dict(zip(names, values, strict=True))) for size, values in groups[:SHOWN]
        )


def _sizes(
    rows: Sequence[Cells], columns: Sequence[str]
) -> list[tuple[tuple[str | None, ...], int]]:
    return list(Counter(tuple(row[name] for name in columns) for row in rows).items())


def _tally(rows: Sequence[Cells], columns: Sequence[str], k: int) -> Tally:
    sizes = [size for _, size in _sizes(rows, columns)]
    below = [size for size in sizes if size < k]
    return Tally(len(rows), len(sizes), min(sizes), len(below), sum(below))
