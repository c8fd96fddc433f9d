"""The graph of what feeds what in its tables, brought up to date with each lineage event."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres import lineage_sql as sql
from engine.adapters.postgres.database import Driver, driver
from engine.errors import DatabaseBusy
from engine.lineage.graph import ColumnFrom, DatasetId, JobId
from engine.lineage.keeping import Facts, Flow, Flows
from engine.lineage.told import Told, ToldDataset, columns_told, told_by

CHANNEL = "atlas_lineage"
"""PostgreSQL's notification channel that tells of changes of the graph, also between processes."""

REMEMBERED = ("schema", "columnLineage", "ownership", "documentation", "tags")
"""The facets of a dataset that the graph in memory holds."""

TRIES = 5

_UNKEEPABLE = re.compile(r"\\u0000|\\ud[89a-f]", re.IGNORECASE)
_ODD = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class _Job:
    """A job as it is stored."""

    facts: Facts
    flows: Flows
    written: str
    """The runs as PostgreSQL has them."""


@dataclass(frozen=True, slots=True)
class _Stored:
    """What is known already of what an event tells of."""

    job: _Job | None
    datasets: Mapping[DatasetId, Facts]


class PostgresLineageGraph:
    """Keeps the graph, on one connection: in the transaction that keeps the event, or none.

    Events may come late, twice and in any order: what was told last decides. Nothing is locked that
    does not change, since the tables that everybody reads are told of in everybody's events.
    `known` are jobs of Atlas's own that were seen already: their starts are not worth a query.
    """

    def __init__(self, connection: AsyncConnection, known: set[JobId] | None = None) -> None:
        self._connection = connection
        self._known = set[JobId]() if known is None else known

    async def record(self, event: Mapping[str, object]) -> None:
        """Take in an OpenLineage event of any producer; one that tells nothing changes nothing."""
        told = told_by(event)
        if told is None or (_only_announces(told) and told.job in self._known):
            return
        if told.ours and told.job is not None:
            self._known.add(told.job)
        raw = await driver(self._connection)
        for _ in range(TRIES):
            stored = await _stored(raw, told)
            if _only_announces(told) and stored.job is not None:
                return
            if await _Writing(raw, told, stored).done():
                return
        raise DatabaseBusy("What feeds what is changed by too many at once.")


def _only_announces(told: Told) -> bool:
    """Whether it is one of Atlas's own events of which the run's end tells all, and better."""
    return told.ours and not told.completes


async def _stored(raw: Driver, told: Told) -> _Stored:
    names = [each.id for each in told.datasets]
    job = told.job or JobId("", "")
    rows = await raw.fetch(
        sql.STORED,
        job.namespace,
        job.name,
        [each.namespace for each in names],
        [each.name for each in names],
    )
    found, datasets = None, dict[DatasetId, Facts]()
    for row in rows:
        facts = Facts(json.loads(row["facets"]), json.loads(row["told"]))
        if row["runs"] is not None:
            found = _Job(facts, flows_from(row["runs"]), row["runs"])
        else:
            datasets[DatasetId(row["namespace"], row["name"])] = facts
    return _Stored(found, datasets)


class _Writing:
    """Writes what an event changes; not done where somebody else changed the same meanwhile."""

    def __init__(self, raw: Driver, told: Told, stored: _Stored) -> None:
        self._raw = raw
        self._told = told
        self._stored = stored
        self._is_news = False

    async def done(self) -> bool:
        """Datasets by name, so that two at once wait for each other in one direction only."""
        for each in self._told.datasets:
            if not await self._dataset(each):
                return False
        if self._told.job is not None and not await self._job(self._told.job):
            return False
        if self._is_news:
            await self._raw.execute(sql.NOTIFY, CHANNEL)
        return True

    async def _dataset(self, dataset: ToldDataset) -> bool:
        before = self._stored.datasets.get(dataset.id)
        after = (before or Facts()).heard(dataset.facets, self._told.at)
        is_same = before is not None and after.facets == before.facets
        if after == before or (is_same and self._told.ours):
            return True
        is_news = before is None or any(
            before.facets.get(name) != after.facets.get(name) for name in REMEMBERED
        )
        values = (*_key(dataset.id), jsonb(after.facets), jsonb(after.told))
        old = None if before is None else jsonb(before.told)
        if not await self._put(sql.DATASETS, values, old, is_news=is_news):
            return False
        self._is_news |= is_news
        if (before or Facts()).facets.get("columnLineage") != after.facets.get("columnLineage"):
            await self._columns(dataset.id, after)
        return True

    async def _put(
        self, into: sql.Statements, values: tuple[str, ...], old: str | None, *, is_news: bool
    ) -> bool:
        """A new row, or another state of the row that is still as it was read."""
        if old is None:
            return await self._raw.fetchval(into.insert, *values, self._told.at) is True
        given = (*values, self._told.at, is_news, old)
        return await self._raw.fetchval(into.update, *given) is True

    async def _columns(self, dataset: DatasetId, facts: Facts) -> None:
        await self._raw.execute(sql.FORGET_COLUMNS, *_key(dataset))
        known = columns_told(facts.facets)
        rows = [
            *(
                _column(dataset, name, each)
                for name in known.origins
                for each in known.origins[name]
            ),
            *(_column(dataset, "", each) for each in known.influences),
        ]
        if rows:
            await self._raw.executemany(sql.ADD_COLUMN, rows)

    async def _job(self, job: JobId) -> bool:
        before = self._stored.job
        flows = (before.flows if before else Flows()).heard(self._told)
        facts = (before.facts if before else Facts()).heard(
            self._told.job_facets or {}, self._told.at
        )
        if before is not None and (flows, facts) == (before.flows, before.facts):
            return True
        is_news = before is None or _io(before.flows.current) != _io(flows.current)
        values = (*_key(job), jsonb(facts.facets), jsonb(facts.told), flows_json(flows))
        old = None if before is None else before.written
        if not await self._put(sql.JOBS, (*values, self._told.producer), old, is_news=is_news):
            return False
        if is_news:
            await self._io(job, flows.current)
        self._is_news |= is_news
        return True

    async def _io(self, job: JobId, flow: Flow) -> None:
        await self._raw.execute(sql.FORGET_IO, *_key(job))
        rows = [
            (*_key(job), role, *_key(each))
            for role, datasets in (("input", flow.inputs), ("output", flow.outputs))
            for each in sorted(datasets)
        ]
        if rows:
            await self._raw.executemany(sql.ADD_IO, rows)


def _key(node: DatasetId | JobId) -> tuple[str, str]:
    return node.namespace, node.name


def _io(flow: Flow) -> tuple[Collection[DatasetId], Collection[DatasetId]]:
    return flow.inputs, flow.outputs


def _column(dataset: DatasetId, column: str, each: ColumnFrom) -> tuple[str | bool, ...]:
    source = each.source
    key = (*_key(dataset), column, *_key(source.dataset), source.column)
    return (*key, str(each.influence), each.masking)


def jsonb(value: object) -> str:
    """JSON as PostgreSQL takes it: without the few characters that it can't keep."""
    text = json.dumps(value)
    return json.dumps(_keepable(value)) if _UNKEEPABLE.search(text) else text


def _keepable(value: object) -> object:
    match value:
        case str():
            return _ODD.sub("", value)
        case Mapping():
            return {_ODD.sub("", str(name)): _keepable(each) for name, each in value.items()}
        case list():
            return [_keepable(each) for each in value]
        case _:
            return value


_FLOWS = TypeAdapter(tuple[Flow, ...])


def flows_json(flows: Flows) -> str:
    """The runs of a job as they are stored."""
    return _FLOWS.dump_json(flows.runs).decode()


def flows_from(text: str) -> Flows:
    """Read what `flows_json` wrote."""
    return Flows(_FLOWS.validate_json(text))
