"""What is known of lineage, written as Marquez writes it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, cast

from pydantic import JsonValue

from connectors.rest import marquez_bodies as bodies
from engine.lineage import metadata
from engine.lineage.graph import ColumnId, DatasetId, JobId
from engine.lineage.metadata import (
    ColumnEdge,
    Flow,
    Found,
    Json,
    KnownDataset,
    KnownJob,
    KnownRun,
    facet,
    job_version,
    objects,
    text_of,
    version_of,
)
from engine.lineage.nodes import node_id

NO_SOURCE = "default"

_STREAMS = frozenset({"STREAM", "STREAMING", "TOPIC"})


def namespace(known: metadata.Namespace) -> bodies.Namespace:
    """A namespace."""
    return bodies.Namespace(
        name=known.name, created_at=known.created_at, updated_at=known.updated_at
    )


def source(known: metadata.DataSource) -> bodies.Source:
    """A source; its type is what its address begins with."""
    scheme = known.address.removeprefix("jdbc:").partition(":")[0]
    kind = "POSTGRESQL" if scheme.startswith("postgres") else scheme.upper() or "UNKNOWN"
    return bodies.Source(
        type=kind,
        name=known.name,
        created_at=known.created_at,
        updated_at=known.updated_at,
        connection_url=known.address,
    )


def dataset(known: KnownDataset) -> bodies.Dataset:
    """A dataset."""
    run = known.written_by
    return bodies.Dataset(
        id=_name(known.id),
        type=_table_or_stream(known.facets),
        name=known.id.name,
        physical_name=known.id.name,
        created_at=known.created_at,
        updated_at=known.updated_at,
        namespace=known.id.namespace,
        source_name=_source_name(known.facets),
        fields=tuple(_fields(known.facets)),
        tags=tuple(_tags(known.facets, None)),
        last_modified_at=None if run is None else run.ended_at,
        last_lifecycle_state=_text(known.facets, "lifecycleStateChange", "lifecycleStateChange"),
        description=_text(known.facets, "documentation", "description"),
        facets=_facets(known.facets),
        current_version=None if run is None else version_of(known.id, run.id),
    )


def version(known: KnownDataset, run: KnownRun) -> bodies.DatasetVersion:
    """A dataset as a run left it, as far as that was kept: with its facets of today."""
    told = dataset(known)
    written = version_of(known.id, run.id)
    return bodies.DatasetVersion(
        id=_version_id(known.id, run),
        type=told.type,
        name=told.name,
        physical_name=told.physical_name,
        created_at=run.ended_at or run.updated_at,
        version=written,
        namespace=told.namespace,
        source_name=told.source_name,
        fields=told.fields,
        tags=told.tags,
        description=told.description,
        lifecycle_state=told.last_lifecycle_state,
        created_by_run=run_document(run),
        facets=told.facets,
    )


def job(known: KnownJob) -> bodies.Job:
    """A job; its runs are told as far as they are known."""
    runs = tuple(map(run_document, known.runs))
    query = _text(known.facets, "sql", "query")
    kind = _text(known.facets, "jobType", "processingType").upper()
    return bodies.Job(
        id=_name(known.id),
        type="STREAM" if kind in _STREAMS else "BATCH",
        name=known.id.name,
        simple_name=known.id.name.rpartition(".")[2],
        created_at=known.created_at,
        updated_at=known.updated_at,
        namespace=known.id.namespace,
        inputs=tuple(map(_name, known.inputs)),
        outputs=tuple(map(_name, known.outputs)),
        location=_text(known.facets, "sourceCodeLocation", "url") or None,
        context={"sql": query} if query else {},
        description=_text(known.facets, "documentation", "description"),
        latest_run=runs[0] if runs else None,
        latest_runs=runs,
        tags=tuple(_tags(known.facets, None)),
        facets=_facets(known.facets),
        current_version=job_version(known),
    )


def run_document(run: KnownRun) -> bodies.Run:
    """A run."""
    nominal = facet(run.facets, "nominalTime")
    took = None
    if run.started_at is not None and run.ended_at is not None:
        took = round((run.ended_at - run.started_at).total_seconds() * 1000)
    return bodies.Run(
        id=run.id,
        created_at=run.created_at,
        updated_at=run.updated_at,
        nominal_start_time=text_of(nominal.get("nominalStartTime")),
        nominal_end_time=text_of(nominal.get("nominalEndTime")),
        state=run.state,
        started_at=run.started_at,
        ended_at=run.ended_at,
        duration_ms=took,
        job_version=bodies.JobVersionId(namespace=run.job.namespace, name=run.job.name),
        output_dataset_versions=tuple(
            bodies.WrittenVersion(dataset_version_id=_version_id(each, run), facets={})
            for each in run.outputs
            if run.state is metadata.RunState.COMPLETED
        ),
        facets=_facets(run.facets),
    )


def found(each: Found) -> bodies.SearchResult:
    """Something that was looked for."""
    return bodies.SearchResult(
        type="JOB" if isinstance(each.id, JobId) else "DATASET",
        name=each.id.name,
        updated_at=each.updated_at,
        namespace=each.id.namespace,
        node_id=node_id(each.id),
    )


def graph(
    datasets: Sequence[KnownDataset], jobs: Sequence[KnownJob], flows: Iterable[Flow]
) -> bodies.LineageGraph:
    """Nodes with their edges, by id."""
    edges = [_edge(flow) for flow in flows]
    into, out = _by_end(edges)
    nodes = [("DATASET", each.id, dataset(each)) for each in datasets]
    told = [
        *(_node("DATASET", node_id(of), data, into, out) for _, of, data in nodes),
        *(_node("JOB", node_id(each.id), job(each), into, out) for each in jobs),
    ]
    return bodies.LineageGraph(graph=tuple(sorted(told, key=lambda node: node.id)))


_Edges = dict[str, list[bodies.GraphEdge]]


def _node(
    kind: Literal["DATASET", "JOB"],
    name: str,
    data: bodies.Dataset | bodies.Job,
    into: _Edges,
    out: _Edges,
) -> bodies.GraphNode:
    return bodies.GraphNode(
        id=name,
        type=kind,
        data=data,
        in_edges=tuple(into.get(name, ())),
        out_edges=tuple(out.get(name, ())),
    )


def _edge(flow: Flow) -> bodies.GraphEdge:
    here, there = node_id(flow.job), node_id(flow.dataset)
    origin, destination = (here, there) if flow.writes else (there, here)
    return bodies.GraphEdge(origin=origin, destination=destination)


def _by_end(edges: Iterable[bodies.GraphEdge]) -> tuple[_Edges, _Edges]:
    into: _Edges = {}
    out: _Edges = {}
    for edge in edges:
        into.setdefault(edge.destination, []).append(edge)
        out.setdefault(edge.origin, []).append(edge)
    return into, out


def columns(
    started: Iterable[ColumnId], edges: Sequence[ColumnEdge], datasets: Iterable[KnownDataset]
) -> bodies.ColumnGraph:
    """Columns with what they are made from, by id."""
    types = {
        ColumnId(known.id, each.name): each.type
        for known in datasets
        for each in _fields(known.facets)
    }
    pairs = {(edge.source, edge.made) for edge in edges}
    into, out = _by_end(
        bodies.GraphEdge(origin=node_id(source), destination=node_id(made))
        for source, made in sorted(pairs)
    )
    makings: dict[ColumnId, list[ColumnEdge]] = {}
    for edge in edges:
        makings.setdefault(edge.made, []).append(edge)
    every = {*started, *(edge.source for edge in edges), *(edge.made for edge in edges)}
    return bodies.ColumnGraph(
        graph=tuple(
            bodies.ColumnNode(
                id=node_id(column),
                data=_column(column, makings.get(column, ()), types.get(column)),
                in_edges=tuple(into.get(node_id(column), ())),
                out_edges=tuple(out.get(node_id(column), ())),
            )
            for column in sorted(every)
        )
    )


def _column(
    column: ColumnId, sources: Sequence[ColumnEdge], kind: str | None
) -> bodies.ColumnOfGraph:
    ways = {edge.how for edge in sources}
    return bodies.ColumnOfGraph(
        namespace=column.dataset.namespace,
        dataset=column.dataset.name,
        field=column.column,
        field_type=kind,
        transformation_type=ways.pop() if len(ways) == 1 else None,
        input_fields=tuple(
            bodies.InputField(
                namespace=edge.source.dataset.namespace,
                dataset=edge.source.dataset.name,
                field=edge.source.column,
                transformation_type=edge.how,
            )
            for edge in sources
        ),
    )


def columns_of(known: KnownDataset) -> Iterator[ColumnId]:
    """The columns that a dataset is known to have."""
    yield from (ColumnId(known.id, each.name) for each in _fields(known.facets))


def facets_document(facets: Json) -> bodies.Facets:
    """Facets as they were told, without what is none."""
    return _facets(facets)


def event_document(event: Json) -> dict[str, JsonValue]:
    """An event as it was told."""
    return cast("dict[str, JsonValue]", dict(event))


def _name(of: DatasetId | JobId) -> bodies.NodeName:
    return bodies.NodeName(namespace=of.namespace, name=of.name)


def _version_id(of: DatasetId, run: KnownRun) -> bodies.DatasetVersionId:
    return bodies.DatasetVersionId(
        namespace=of.namespace, name=of.name, version=version_of(of, run.id)
    )


def _table_or_stream(facets: Json) -> Literal["DB_TABLE", "STREAM"]:
    kind = _text(facets, "datasetType", "datasetType").upper()
    return "STREAM" if kind in _STREAMS else "DB_TABLE"


def _source_name(facets: Json) -> str:
    return _text(facets, "dataSource", "name") or NO_SOURCE


def _fields(facets: Json) -> Iterator[bodies.FieldOfDataset]:
    for each in objects(facet(facets, "schema").get("fields")):
        name = text_of(each.get("name"))
        if name:
            yield bodies.FieldOfDataset(
                name=name,
                type=text_of(each.get("type")) or "",
                tags=tuple(_tags(facets, name)),
                description=text_of(each.get("description")) or "",
            )


def _tags(facets: Json, column: str | None) -> Iterator[str]:
    """The tags of one column, or, with none, of the whole."""
    for each in objects(facet(facets, "tags").get("tags")):
        key = text_of(each.get("key"))
        if key and text_of(each.get("field")) == column:
            yield key


def _text(facets: Json, name: str, key: str) -> str:
    return text_of(facet(facets, name).get(key)) or ""


def _facets(facets: Json) -> bodies.Facets:
    return cast(
        "bodies.Facets", {name: dict(each) for name in facets if (each := facet(facets, name))}
    )
