"""The names that a project has: what is meant, and what is close to what was said."""

from collections.abc import Callable, Sequence

from rapidfuzz import fuzz, process

from engine.catalog.model import DatasetName, Pipeline, Project
from engine.errors import UnknownDataset, UnknownPipeline

CLOSE = 2
BEHIND = 10


class KnownNames:
    """Finds what a project calls so; raises Unknown for a name that nothing has."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.tables = [each.name for each in project.tables]
        self.tables += [each.name for each in project.models]
        pipelines = (each.name for each in project.pipelines)
        self.all = frozenset((*pipelines, *self.tables, *map(str, project.datasets())))

    def require(self, pipeline: str | None, table: str | None) -> None:
        """Raise for a name that nothing has: «no runs of it» would sound like good news."""
        if pipeline is not None:
            self.pipeline(pipeline)
        if table is not None and table not in self.tables:
            raise self.unknown_table(table)

    def unknown_table(self, table: str) -> UnknownDataset:
        """The refusal of a table that nobody declared."""
        return UnknownDataset(table, close_to(table, self.tables))

    def pipeline(self, name: str) -> Pipeline:
        """The pipeline of that name."""
        pipeline = self._project.pipeline(name)
        if pipeline is None:
            raise UnknownPipeline(name, close_to(name, [p.name for p in self._project.pipelines]))
        return pipeline

    def dataset(self, name: str) -> DatasetName:
        """The dataset of that name, such as silver.orders."""
        known = {str(each): each for each in self._project.datasets()}
        if name not in known:
            raise UnknownDataset(name, _close_datasets(name, list(known.values())))
        return known[name]


def close_to(name: str, known: Sequence[str]) -> tuple[str, ...]:
    """The names that are spelled nearly so, or have a part of it, nearest first."""
    return _close(name, known, fuzz.WRatio)


def close_columns(name: str, known: Sequence[str]) -> tuple[str, ...]:
    """The columns that are spelled nearly so: short ones, of which any has some part."""
    return _close(name, known, fuzz.ratio)


def _close(name: str, known: Sequence[str], alike: Callable[..., float]) -> tuple[str, ...]:
    """None that is far behind the nearest."""
    found = process.extract(name, known, scorer=alike, score_cutoff=60, limit=CLOSE)
    return tuple(match[0] for match in found if found[0][1] - match[1] <= BEHIND)


def _close_datasets(name: str, known: list[DatasetName]) -> tuple[str, ...]:
    """One dataset of each table that is spelled nearly so: in the layer that was named, or last."""
    layer, _, table = name.rpartition(".")
    last = {each.table: each for each in known}
    named = {each.table: each for each in known if each.layer == layer}
    return tuple(str(named.get(each, last[each])) for each in close_to(table, list(last)))
