"""What an OpenLineage event says, whoever produced it: read tolerantly, what is odd is left out."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from engine.lineage.columns import Influence
from engine.lineage.graph import ColumnFrom, ColumnId, DatasetId, JobId, KnownColumns

Json: TypeAlias = Mapping[str, object]
Facets: TypeAlias = Mapping[str, object]

OURS = "urn:atlas-data-colleague"
"""The producer of Atlas's own events."""

LONGEST_NAME = 600
"""Characters of a name that can still be looked up."""

_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
"""What a text of PostgreSQL can't hold."""

_PASSING = frozenset({"version", "lifecycleStateChange"})
"""Facets that tell of a write, which a reader's event can only repeat."""


@dataclass(frozen=True, slots=True)
class ToldDataset:
    """A dataset as one event describes it."""

    id: DatasetId
    facets: Facets


@dataclass(frozen=True, slots=True)
class Told:
    """One event: of a run of a job, of a job, or of a dataset alone."""

    at: datetime
    producer: str
    type: str = ""
    run: str = ""
    """Empty where the event tells of no run."""
    job: JobId | None = None
    job_facets: Facets | None = None
    inputs: tuple[ToldDataset, ...] = ()
    outputs: tuple[ToldDataset, ...] = ()

    @property
    def ours(self) -> bool:
        """Whether Atlas itself told it."""
        return self.producer == OURS

    @property
    def completes(self) -> bool:
        """Whether its job did what it says: what a job declares counts as done."""
        return self.type == "COMPLETE" or not self.run

    @property
    def datasets(self) -> tuple[ToldDataset, ...]:
        """Every dataset once, with all that is said of it; by name."""
        found: dict[DatasetId, dict[str, object]] = {}
        for each in self.inputs:
            kept = {name: facet for name, facet in each.facets.items() if name not in _PASSING}
            found.setdefault(each.id, {}).update(kept)
        for each in self.outputs:
            found.setdefault(each.id, {}).update(each.facets)
        return tuple(ToldDataset(each, found[each]) for each in sorted(found))


def told_by(event: Json) -> Told | None:
    """What an event says; None where it has no time, or tells of neither a job nor a dataset."""
    at, producer = _moment(event.get("eventTime")), _text(event.get("producer"))
    job = _named(event.get("job"))
    alone = tuple(_datasets([event.get("dataset")]))
    if at is None or (job is None and not alone):
        return None
    return Told(
        at=at,
        producer=producer,
        type=_text(event.get("eventType")).upper() or ("JOB" if job else "DATASET"),
        run=_text(_object(event.get("run")).get("runId")).lower(),
        job=JobId(*job) if job else None,
        job_facets=_object(_object(event.get("job")).get("facets")),
        inputs=tuple(_datasets(_objects(event.get("inputs")))),
        outputs=(*_datasets(_objects(event.get("outputs"))), *alone),
    )


def _datasets(given: Iterable[object]) -> Iterator[ToldDataset]:
    for each in given:
        named = _named(each)
        if named is not None:
            yield ToldDataset(DatasetId(*named), _object(_object(each).get("facets")))


def _named(thing: object) -> tuple[str, str] | None:
    values = _object(thing)
    namespace, name = _text(values.get("namespace")), _text(values.get("name"))
    is_name = 0 < len(namespace) <= LONGEST_NAME and 0 < len(name) <= LONGEST_NAME
    return (namespace, name) if is_name else None


def columns_told(facets: Facets) -> KnownColumns:
    """What the facets of a dataset say of its columns: those it has, and what they come from."""
    facet = _object(facets.get("columnLineage"))
    origins: dict[str, tuple[ColumnFrom, ...]] = {}
    for column, value in _object(facet.get("fields")).items():
        by = _influence(_text(_object(value).get("transformationType")))
        sources = _objects(_object(value).get("inputFields"))
        origins[column] = tuple(dict.fromkeys(each for one in sources for each in _from(one, by)))
    acting = _objects(facet.get("dataset"))
    influences = (each for one in acting for each in _from(one, (Influence.CONDITIONAL, False)))
    return KnownColumns(origins, tuple(dict.fromkeys(influences)), fields=fields_told(facets))


def fields_told(facets: Facets) -> tuple[str, ...]:
    """The names of a dataset's columns, by its schema facet."""
    fields = _objects(_object(facets.get("schema")).get("fields"))
    return tuple(name for each in fields if (name := _text(each.get("name"))))


def owners_told(facets: Facets) -> tuple[str, ...]:
    """Who owns a dataset, by its ownership facet."""
    owners = _objects(_object(facets.get("ownership")).get("owners"))
    return tuple(name for each in owners if (name := _text(each.get("name"))))


def _from(field: Json, otherwise: tuple[Influence, bool]) -> Iterator[ColumnFrom]:
    """A source once for each way in which it acts; an older form tells one way for all sources."""
    named, column = _named(field), _text(field.get("field"))
    if named is None or not column:
        return
    source = ColumnId(DatasetId(*named), column)
    ways = [_way(each) for each in _objects(field.get("transformations"))] or [otherwise]
    yield from (ColumnFrom(source, influence, masking) for influence, masking in ways)


def _way(transformation: Json) -> tuple[Influence, bool]:
    subtype = _text(transformation.get("subtype")).upper()
    masking = transformation.get("masking") is True
    if subtype in Influence.__members__:
        return Influence(subtype), masking
    is_indirect = _text(transformation.get("type")).upper() == "INDIRECT"
    return (Influence.CONDITIONAL if is_indirect else Influence.TRANSFORMATION), masking


def _influence(old: str) -> tuple[Influence, bool]:
    """The way that the older `transformationType` tells: IDENTITY or MASKED."""
    if old.upper() == "IDENTITY":
        return Influence.IDENTITY, False
    return Influence.TRANSFORMATION, old.upper() == "MASKED"


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(_text(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _text(value: object) -> str:
    return _UNKEEPABLE.sub("", value) if isinstance(value, str) else ""


def _object(value: object) -> Json:
    return value if isinstance(value, Mapping) else {}


def _objects(value: object) -> list[Json]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
