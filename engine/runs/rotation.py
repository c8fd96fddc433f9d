"""Which datasets still hold tokens of a former key, and what has them made anew."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.catalog.model import DatasetName, Layer, Pipeline, Project, Stage
from engine.runs.model import StepKind
from engine.runs.plan import makers, plan


@dataclass(frozen=True, slots=True)
class Written:
    """From when to when a dataset was published with tokens of one version of the key."""

    dataset: DatasetName
    version: int | None
    """None where it holds none, or as of gold, where nobody knows which."""
    first: datetime
    last: datetime


class KeyVersions(Protocol):
    """What is known of the keys that were in use."""

    async def written(self) -> tuple[Written, ...]:
        """What was published, as far back as runs are kept."""
        ...


@dataclass(frozen=True, slots=True)
class Outdated:
    """A dataset with tokens that the present key does not make."""

    dataset: DatasetName
    version: int | None = None
    """Of its key; None for gold, which may have those of any former one."""


def outdated(project: Project, present: int, written: Iterable[Written]) -> tuple[Outdated, ...]:
    """The datasets of silver and gold that hold tokens of another key than the present one.

    Gold is made from silver, so it does where it is older than what silver has now.
    """
    newest: dict[DatasetName, Written] = {}
    for each in sorted(written, key=lambda one: one.last):
        newest[each.dataset] = each
    return (*_silver(project, present, newest), *_gold(project, present, newest))


def _silver(
    project: Project, present: int, newest: Mapping[DatasetName, Written]
) -> Iterator[Outdated]:
    for table in project.tables:
        found = newest.get(table.silver)
        if found is not None and found.version not in {None, present}:
            yield Outdated(table.silver, found.version)


def _gold(
    project: Project, present: int, newest: Mapping[DatasetName, Written]
) -> Iterator[Outdated]:
    for model in project.models:
        built = newest.get(model.gold)
        sources = (newest.get(each) for each in _made_of(project, model.gold))
        tokens = [each for each in sources if each is not None and each.version is not None]
        if built is not None and any(_is_newer(each, present, built) for each in tokens):
            yield Outdated(model.gold)


def _is_newer(source: Written, present: int, built: Written) -> bool:
    """Whether a table of silver got its tokens since, or has to get them yet.

    Of the first key nothing can be older.
    """
    return source.version != present or (present > 1 and source.first > built.last)


def _made_of(project: Project, dataset: DatasetName) -> frozenset[DatasetName]:
    """The datasets of silver that this one is made from, through others of gold too."""
    found, left = frozenset[DatasetName](), [dataset]
    while left:
        new = set(project.upstream_of(left.pop())) - found
        found |= new
        left.extend(each for each in new if each.layer is Layer.GOLD)
    return frozenset(each for each in found if each.layer is Layer.SILVER)


def making_anew(project: Project, datasets: Collection[DatasetName]) -> tuple[str, ...]:
    """The sentences that have all of these datasets made anew, in the order to say them.

    One, where a pipeline makes them all and loads nothing: a new delivery that does not hold would
    hold back what is to be made anew with it.
    """
    wanted = set(datasets)
    whole = [each for each in project.pipelines if wanted <= _published(project, each)]
    names = _one(project, (each for each in whole if Stage.INGEST not in each.stages))
    names = names or _makers(project, wanted) or _one(project, whole)
    return tuple(f"run pipeline {name} with full refresh" for name in names if wanted)


def _one(project: Project, pipelines: Iterable[Pipeline]) -> tuple[str, ...]:
    """The one that does the least."""
    shortest = min(pipelines, key=lambda each: len(plan(project, each)), default=None)
    return () if shortest is None else (shortest.name,)


def _makers(project: Project, datasets: Collection[DatasetName]) -> tuple[str, ...]:
    """The pipelines that make one layer each, silver first; none where one of them is missing."""
    names = dict(makers(project))
    in_order = sorted(datasets, key=lambda each: (each.layer is Layer.GOLD, each.table))
    made = dict.fromkeys(names.get(each) for each in in_order)
    found = tuple(each for each in made if each is not None)
    return found if len(found) == len(made) else ()


def _published(project: Project, pipeline: Pipeline) -> set[DatasetName]:
    return {step.dataset for step in plan(project, pipeline) if step.kind is StepKind.PUBLISH}


@dataclass(frozen=True, slots=True)
class Rotation:
    """Knows what the change of a key leaves to be done."""

    present: int
    versions: KeyVersions

    async def outdated(self, project: Project) -> tuple[Outdated, ...]:
        """What holds tokens of a former key."""
        return outdated(project, self.present, await self.versions.written())
