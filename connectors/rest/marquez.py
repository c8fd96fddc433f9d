"""The handlers of the lineage API, one for each operation."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel

from connectors.rest import marquez_bodies as bodies
from connectors.rest import marquez_documents as documents
from connectors.rest.bodies import from_query
from connectors.rest.deeds import LONGEST_PART, Deed
from connectors.rest.doors import TokenDoor
from connectors.rest.limits import body_of
from connectors.rest.marquez_events import EventAccepted, read_event
from connectors.rest.marquez_queries import (
    ColumnQuery,
    EventsQuery,
    FacetsQuery,
    NodeQuery,
    PageQuery,
    SearchQuery,
)
from connectors.rest.ports import Behind
from connectors.rest.problems import NOT_JSON, UNKNOWN, Problem
from engine.errors import NotAllowed
from engine.lineage.graph import ColumnId, DatasetId, JobId
from engine.lineage.metadata import KnownDataset, KnownJob, KnownRun, Window
from engine.lineage.nodes import Node, around, column_edges, nodes_meant
from engine.lineage.ports import LineageMetadata
from engine.people import Asker, Role

JSON = "application/json"

LATEST = Window(1)
LATEST_RUNS = Window(10)


class LineageRoutes:
    """Answers programs that tell of lineage or ask for it, as Marquez does."""

    def __init__(self, behind: Behind, event_limit: int) -> None:
        self._behind = behind
        self._event_limit = event_limit

    def handlers(self, door: TokenDoor) -> Mapping[Deed, Handler]:
        """A handler for each operation."""
        answers = {
            Deed.RECORD: self.record,
            Deed.GRAPH: self.graph,
            Deed.COLUMNS: self.columns,
            Deed.NAMESPACES: self.namespaces,
            Deed.NAMESPACE: self.namespace,
            Deed.DATASETS: self.datasets,
            Deed.DATASET: self.dataset,
            Deed.VERSIONS: self.versions,
            Deed.JOBS: self.jobs,
            Deed.JOB: self.job,
            Deed.JOB_RUNS: self.runs,
            Deed.JOB_RUN: self.run,
            Deed.RUN_FACETS: self.facets,
            Deed.EVENTS: self.events,
            Deed.SEARCH: self.search,
            Deed.TAGS: self.tags,
            Deed.SOURCES: self.sources,
        }
        return {deed: door.guarded(answer) for deed, answer in answers.items()}

    @property
    def _known(self) -> LineageMetadata:
        return self._behind.lineage

    async def record(self, request: web.Request, asker: Asker) -> web.Response:
        """Take an event."""
        if not (asker.role or Role.VIEWER).covers(Role.OPERATOR):
            message = f"Taking lineage events needs the role {Role.OPERATOR}."
            raise NotAllowed(message, "Use a token with that role.")
        if request.content_type != JSON:
            raise Problem(NOT_JSON, f"Send JSON with `Content-Type: {JSON}`.")
        event = read_event(await body_of(request, self._event_limit))
        return _json(EventAccepted(new=await self._known.accept(event)), status=201)

    async def graph(self, request: web.Request, _: Asker) -> web.Response:
        """The graph around a node."""
        query = from_query(NodeQuery, request.query)
        start = await self._meant(nodes_meant(query.node))
        if isinstance(start, ColumnId):
            raise _unknown("node")
        part = await around(start, query.depth, self._known.flows)
        datasets = await self._known.datasets_of(part.datasets)
        jobs = await self._known.jobs_of(part.jobs)
        return _json(documents.graph(datasets, jobs, part.flows))

    async def columns(self, request: web.Request, _: Asker) -> web.Response:
        """What columns are made from."""
        query = from_query(ColumnQuery, request.query)
        started = await self._columns_meant(await self._meant(nodes_meant(query.node)))
        edges = await column_edges(
            started, query.depth, self._known.columns, downstream=query.with_downstream
        )
        reached = {column.dataset for each in edges for column in (each.source, each.made)}
        known = await self._known.datasets_of(reached | {column.dataset for column in started})
        return _json(documents.columns(started, edges, known))

    async def namespaces(self, request: web.Request, _: Asker) -> web.Response:
        """Namespaces."""
        query = from_query(PageQuery, request.query)
        found = await self._known.namespaces(query.window)
        return _json(bodies.NamespaceList(namespaces=tuple(map(documents.namespace, found))))

    async def namespace(self, request: web.Request, _: Asker) -> web.Response:
        """One namespace."""
        found = await self._known.namespace(_given(request, "namespace"))
        if found is None:
            raise _unknown("namespace")
        return _json(documents.namespace(found))

    async def datasets(self, request: web.Request, _: Asker) -> web.Response:
        """Datasets of a namespace."""
        query = from_query(PageQuery, request.query)
        found, total = await self._known.datasets(_given(request, "namespace"), query.window)
        told = tuple(map(documents.dataset, found))
        return _json(bodies.DatasetList(datasets=told, total_count=total))

    async def dataset(self, request: web.Request, _: Asker) -> web.Response:
        """One dataset, with the run that wrote it last."""
        known = await self._dataset(_dataset_id(request))
        writers = await self._known.writers(known.id, LATEST)
        return _json(documents.dataset(replace(known, written_by=next(iter(writers), None))))

    async def versions(self, request: web.Request, _: Asker) -> web.Response:
        """Versions of a dataset."""
        query = from_query(PageQuery, request.query)
        known = await self._dataset(_dataset_id(request))
        runs = await self._known.writers(known.id, query.window)
        told = tuple(documents.version(known, run) for run in runs)
        return _json(bodies.DatasetVersionList(versions=told, total_count=len(told)))

    async def jobs(self, request: web.Request, _: Asker) -> web.Response:
        """Jobs of a namespace."""
        query = from_query(PageQuery, request.query)
        found, total = await self._known.jobs(_given(request, "namespace"), query.window)
        return _json(bodies.JobList(jobs=tuple(map(documents.job, found)), total_count=total))

    async def job(self, request: web.Request, _: Asker) -> web.Response:
        """One job with its last runs."""
        known = await self._job(_job_id(request))
        runs = await self._known.runs(known.id, LATEST_RUNS)
        return _json(documents.job(replace(known, runs=tuple(runs))))

    async def runs(self, request: web.Request, _: Asker) -> web.Response:
        """Runs of a job."""
        query = from_query(PageQuery, request.query)
        known = await self._job(_job_id(request))
        runs = await self._known.runs(known.id, query.window)
        return _json(bodies.RunList(runs=tuple(map(documents.run_document, runs))))

    async def run(self, request: web.Request, _: Asker) -> web.Response:
        """One run."""
        return _json(documents.run_document(await self._run(request)))

    async def facets(self, request: web.Request, _: Asker) -> web.Response:
        """The facets of a run or of its job."""
        query = from_query(FacetsQuery, request.query)
        run = await self._run(request)
        facets = run.facets if query.type == "run" else run.job_facets
        return _json(bodies.FacetsOfRun(run_id=run.id, facets=documents.facets_document(facets)))

    async def events(self, request: web.Request, _: Asker) -> web.Response:
        """Events."""
        query = from_query(EventsQuery, request.query)
        found, total = await self._known.events(query.span, query.window)
        told = tuple(map(documents.event_document, found))
        return _json(bodies.EventList(events=told, total_count=total))

    async def search(self, request: web.Request, _: Asker) -> web.Response:
        """Datasets and jobs by a part of their name."""
        query = from_query(SearchQuery, request.query)
        found, total = await self._known.search(query.wanted, query.window)
        told = tuple(map(documents.found, found))
        return _json(bodies.SearchResultList(total_count=total, results=told))

    async def tags(self, request: web.Request, _: Asker) -> web.Response:
        """Tags."""
        found = await self._known.tags(from_query(PageQuery, request.query).window)
        return _json(bodies.TagList(tags=tuple(bodies.Tag(name=each) for each in found)))

    async def sources(self, request: web.Request, _: Asker) -> web.Response:
        """Sources."""
        found = await self._known.sources(from_query(PageQuery, request.query).window)
        return _json(bodies.SourceList(sources=tuple(map(documents.source, found))))

    async def _meant(self, candidates: Sequence[Node]) -> Node:
        """The first of them that is known; raises Problem."""
        homes = {each: each.dataset if isinstance(each, ColumnId) else each for each in candidates}
        jobs = [each for each in homes.values() if isinstance(each, JobId)]
        datasets = [each for each in homes.values() if isinstance(each, DatasetId)]
        known: set[Node] = {each.id for each in await self._known.datasets_of(datasets)}
        known |= {each.id for each in await self._known.jobs_of(jobs)}
        for each, home in homes.items():
            if home in known:
                return each
        raise _unknown("node")

    async def _columns_meant(self, node: Node) -> Collection[ColumnId]:
        match node:
            case ColumnId():
                return {node}
            case DatasetId():
                return set(documents.columns_of(await self._dataset(node)))
            case JobId():
                outputs = (await self._job(node)).outputs
                known = await self._known.datasets_of(outputs)
                return {column for each in known for column in documents.columns_of(each)}

    async def _dataset(self, dataset: DatasetId) -> KnownDataset:
        found = await self._known.datasets_of([dataset])
        if not found:
            raise _unknown("dataset")
        return found[0]

    async def _job(self, job: JobId) -> KnownJob:
        found = await self._known.jobs_of([job])
        if not found:
            raise _unknown("job")
        return found[0]

    async def _run(self, request: web.Request) -> KnownRun:
        try:
            run = await self._known.run(UUID(_given(request, "id")))
        except ValueError:
            run = None
        if run is None:
            raise _unknown("run")
        return run


def _given(request: web.Request, name: str) -> str:
    """A part of the path; raises Problem for what nothing can be called."""
    found = request.match_info[name]
    if not found.isprintable() or len(found) > LONGEST_PART:
        raise _unknown(name)
    return found


def _dataset_id(request: web.Request) -> DatasetId:
    return DatasetId(_given(request, "namespace"), _given(request, "dataset"))


def _job_id(request: web.Request) -> JobId:
    return JobId(_given(request, "namespace"), _given(request, "job"))


def _unknown(what: str) -> Problem:
    return Problem(UNKNOWN, f"There is no such {what}. `/api/v1/search?q=` finds names.")


def _json(model: BaseModel, *, status: int = 200) -> web.Response:
    body = model.model_dump_json(by_alias=True).encode()
    return web.Response(body=body, status=status, content_type=JSON)
