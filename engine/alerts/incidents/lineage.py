"""What lies above and below a dataset, as triage asks for it."""

from collections.abc import Callable, Collection, Iterable
from typing import Protocol

from engine.catalog.model import DatasetName, Project


class Lineage(Protocol):
    """What feeds what, directly or not; a dataset is neither above nor below itself."""

    def above(self, dataset: DatasetName) -> Collection[DatasetName]:
        """All that it is made from."""
        ...

    def below(self, dataset: DatasetName) -> Collection[DatasetName]:
        """All that is made from it."""
        ...


class ProjectLineage:
    """The lineage that a project declares, each dataset followed once."""

    def __init__(self, project: Project) -> None:
        self._direct: dict[DatasetName, tuple[DatasetName, ...]] = {
            **{table.silver: (table.bronze,) for table in project.tables},
            **{model.gold: model.upstream for model in project.models},
        }
        self._feeds: dict[DatasetName, list[DatasetName]] = {}
        for name, sources in self._direct.items():
            for each in sources:
                self._feeds.setdefault(each, []).append(name)
        self._above: dict[DatasetName, frozenset[DatasetName]] = {}
        self._below: dict[DatasetName, frozenset[DatasetName]] = {}

    def above(self, dataset: DatasetName) -> Collection[DatasetName]:
        """All that it is made from."""
        if dataset not in self._above:
            self._above[dataset] = _closure(dataset, lambda name: self._direct.get(name, ()))
        return self._above[dataset]

    def below(self, dataset: DatasetName) -> Collection[DatasetName]:
        """All that is made from it."""
        if dataset not in self._below:
            self._below[dataset] = _closure(dataset, lambda name: self._feeds.get(name, ()))
        return self._below[dataset]


def _closure(
    start: DatasetName, following: Callable[[DatasetName], Iterable[DatasetName]]
) -> frozenset[DatasetName]:
    found = dict.fromkeys(following(start))
    queue = list(found)
    for name in queue:
        new = [each for each in following(name) if each not in found]
        found.update(dict.fromkeys(new))
        queue.extend(new)
    return frozenset(found) - {start}
