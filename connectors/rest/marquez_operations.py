"""What the API tells of lineage, and how it takes events: paths and answers as Marquez has them."""

from connectors.rest import marquez_bodies as bodies
from connectors.rest import marquez_queries as queries
from connectors.rest.deeds import BODY, GUARDED, Deed, Operation
from connectors.rest.marquez_events import EventAccepted, LineageEvent
from connectors.rest.problems import MALFORMED, NOT_ALLOWED, REFUSED, UNKNOWN

_ROOT = "/api/v1"

NAMESPACE = "postgres%3A%2F%2Flocalhost%3A5432"
_IN_NAMESPACE = f"{_ROOT}/namespaces/{{namespace}}"
_HERE = f"{{address}}{_ROOT}/namespaces/{NAMESPACE}"
_DATASET = "atlas.silver.orders"
_JOB = "bronze_to_silver.silver.orders"
RUN = "0190a0c4-6a3b-7c55-8f0e-3b1d2c4e5f60"

_READS = (*GUARDED, MALFORMED, UNKNOWN)
_LISTS = (*GUARDED, MALFORMED)

_EVENT = (
    '{{"eventType": "COMPLETE", "eventTime": "2026-03-01T12:00:00Z", '
    '"producer": "urn:example:nightly", '
    f'"run": {{{{"runId": "{RUN}"}}}}, '
    '"job": {{"namespace": "nightly", "name": "export"}}, '
    '"inputs": [{{"namespace": "postgres://localhost:5432", "name": "atlas.gold.revenue"}}]}}'
)

LINEAGE_OPERATIONS = (
    Operation(
        Deed.RECORD,
        "POST",
        f"{_ROOT}/lineage",
        "Take a lineage event",
        "An OpenLineage RunEvent, JobEvent or DatasetEvent of any producer; what it tells joins "
        "the graph. The same event again is taken once. Needs the role operator.",
        201,
        EventAccepted,
        (*GUARDED, *BODY, NOT_ALLOWED, REFUSED),
        body=LineageEvent,
        example=f"-X POST {{address}}{_ROOT}/lineage -H 'Content-Type: application/json' "
        f"-d '{_EVENT}'",
    ),
    Operation(
        Deed.GRAPH,
        "GET",
        f"{_ROOT}/lineage",
        "The graph around a dataset or a job",
        "Upstream, downstream and beside, as Marquez walks it: two jobs are neighbours when they "
        "share a dataset. Needs the role viewer.",
        200,
        bodies.LineageGraph,
        _READS,
        query=queries.NodeQuery,
        example=f'"{{address}}{_ROOT}/lineage?nodeId=dataset:postgres://localhost:5432:{_DATASET}"',
    ),
    Operation(
        Deed.COLUMNS,
        "GET",
        f"{_ROOT}/column-lineage",
        "What columns are made from",
        "And, with `withDownstream`, what is made from them. Needs the role viewer.",
        200,
        bodies.ColumnGraph,
        _READS,
        query=queries.ColumnQuery,
        example=f'"{{address}}{_ROOT}/column-lineage'
        f'?nodeId=dataset:postgres://localhost:5432:{_DATASET}"',
    ),
    Operation(
        Deed.NAMESPACES,
        "GET",
        f"{_ROOT}/namespaces",
        "List namespaces",
        "Those of datasets and jobs. Needs the role viewer.",
        200,
        bodies.NamespaceList,
        _LISTS,
        query=queries.PageQuery,
        example=f"{{address}}{_ROOT}/namespaces",
    ),
    Operation(
        Deed.NAMESPACE,
        "GET",
        _IN_NAMESPACE,
        "One namespace",
        "Needs the role viewer.",
        200,
        bodies.Namespace,
        _READS,
        example=_HERE,
    ),
    Operation(
        Deed.DATASETS,
        "GET",
        f"{_IN_NAMESPACE}/datasets",
        "List the datasets of a namespace",
        "With all that is known of each. Needs the role viewer.",
        200,
        bodies.DatasetList,
        _READS,
        query=queries.PageQuery,
        example=f"{_HERE}/datasets",
    ),
    Operation(
        Deed.DATASET,
        "GET",
        f"{_IN_NAMESPACE}/datasets/{{dataset}}",
        "One dataset",
        "With its last version. Needs the role viewer.",
        200,
        bodies.Dataset,
        _READS,
        example=f"{_HERE}/datasets/{_DATASET}",
    ),
    Operation(
        Deed.VERSIONS,
        "GET",
        f"{_IN_NAMESPACE}/datasets/{{dataset}}/versions",
        "List the versions of a dataset",
        "One for each run that wrote it. Needs the role viewer.",
        200,
        bodies.DatasetVersionList,
        _READS,
        query=queries.PageQuery,
        example=f"{_HERE}/datasets/{_DATASET}/versions",
    ),
    Operation(
        Deed.JOBS,
        "GET",
        f"{_IN_NAMESPACE}/jobs",
        "List the jobs of a namespace",
        "Each with what it reads and writes, and its last run. Needs the role viewer.",
        200,
        bodies.JobList,
        _READS,
        query=queries.PageQuery,
        example=f"{_HERE}/jobs",
    ),
    Operation(
        Deed.JOB,
        "GET",
        f"{_IN_NAMESPACE}/jobs/{{job}}",
        "One job",
        "With its last ten runs. Needs the role viewer.",
        200,
        bodies.Job,
        _READS,
        example=f"{_HERE}/jobs/{_JOB}",
    ),
    Operation(
        Deed.JOB_RUNS,
        "GET",
        f"{_IN_NAMESPACE}/jobs/{{job}}/runs",
        "List the runs of a job",
        "Needs the role viewer.",
        200,
        bodies.RunList,
        _READS,
        query=queries.PageQuery,
        example=f"{_HERE}/jobs/{_JOB}/runs",
    ),
    Operation(
        Deed.JOB_RUN,
        "GET",
        f"{_ROOT}/jobs/runs/{{id}}",
        "One run of a job",
        "As OpenLineage knows it, by its UUID. Needs the role viewer.",
        200,
        bodies.Run,
        _READS,
        example=f"{{address}}{_ROOT}/jobs/runs/{RUN}",
    ),
    Operation(
        Deed.RUN_FACETS,
        "GET",
        f"{_ROOT}/jobs/runs/{{id}}/facets",
        "The facets of a run",
        "Or those of its job, at that run. Needs the role viewer.",
        200,
        bodies.FacetsOfRun,
        _READS,
        query=queries.FacetsQuery,
        example=f'"{{address}}{_ROOT}/jobs/runs/{RUN}/facets?type=run"',
    ),
    Operation(
        Deed.EVENTS,
        "GET",
        f"{_ROOT}/events/lineage",
        "List lineage events",
        "Atlas's own and those that were sent, the newest first. Needs the role viewer.",
        200,
        bodies.EventList,
        _LISTS,
        query=queries.EventsQuery,
        example=f'"{{address}}{_ROOT}/events/lineage?limit=10"',
    ),
    Operation(
        Deed.SEARCH,
        "GET",
        f"{_ROOT}/search",
        "Look for datasets and jobs",
        "By a part of their name, in any case. Needs the role viewer.",
        200,
        bodies.SearchResultList,
        _LISTS,
        query=queries.SearchQuery,
        example=f'"{{address}}{_ROOT}/search?q=orders"',
    ),
    Operation(
        Deed.TAGS,
        "GET",
        f"{_ROOT}/tags",
        "List tags",
        "Those of datasets and of their fields. Needs the role viewer.",
        200,
        bodies.TagList,
        _LISTS,
        query=queries.PageQuery,
        example=f"{{address}}{_ROOT}/tags",
    ),
    Operation(
        Deed.SOURCES,
        "GET",
        f"{_ROOT}/sources",
        "List sources",
        "Where datasets are kept. Needs the role viewer.",
        200,
        bodies.SourceList,
        _LISTS,
        query=queries.PageQuery,
        example=f"{{address}}{_ROOT}/sources",
    ),
)
