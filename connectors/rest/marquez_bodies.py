"""What is answered about lineage, in the words of Marquez's API, as pydantic models."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic.alias_generators import to_camel

Facets = dict[str, JsonValue]


class Given(BaseModel):
    """What all answers have in common: names in camel case."""

    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, validate_by_name=True, validate_by_alias=True
    )


class Namespace(Given):
    """A namespace."""

    name: str
    created_at: datetime
    updated_at: datetime
    owner_name: str = ""
    description: str = ""
    is_hidden: bool = False


class NamespaceList(Given):
    """Namespaces."""

    namespaces: tuple[Namespace, ...] = Field(description="By name.")


class NodeName(Given):
    """The id of a dataset or a job."""

    namespace: str
    name: str


class DatasetVersionId(Given):
    """The id of a version of a dataset."""

    namespace: str
    name: str
    version: UUID


class WrittenVersion(Given):
    """A version of a dataset that a run wrote."""

    dataset_version_id: DatasetVersionId
    facets: Facets


class JobVersionId(Given):
    """The id of a version of a job."""

    namespace: str
    name: str
    version: UUID | None = None


class Run(Given):
    """A run of a job."""

    id: UUID = Field(description="Its id, as OpenLineage knows it.")
    created_at: datetime
    updated_at: datetime
    nominal_start_time: str | None = None
    nominal_end_time: str | None = None
    state: str = Field(description="NEW, RUNNING, COMPLETED, FAILED or ABORTED.")
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration_ms: int | None = None
    args: dict[str, str] = Field(default_factory=dict)
    job_version: JobVersionId
    input_dataset_versions: tuple[WrittenVersion, ...] = ()
    output_dataset_versions: tuple[WrittenVersion, ...] = ()
    facets: Facets = Field(default_factory=dict)


class RunList(Given):
    """Runs of a job."""

    runs: tuple[Run, ...] = Field(description="The newest first.")


class FieldOfDataset(Given):
    """A column."""

    name: str
    type: str
    tags: tuple[str, ...] = ()
    description: str = ""


class Dataset(Given):
    """A dataset with what is known of it."""

    id: NodeName
    type: Literal["DB_TABLE", "STREAM"] = "DB_TABLE"
    name: str
    physical_name: str
    created_at: datetime
    updated_at: datetime
    namespace: str
    source_name: str
    fields: tuple[FieldOfDataset, ...]
    tags: tuple[str, ...]
    last_modified_at: datetime | None = None
    last_lifecycle_state: str = ""
    description: str = ""
    facets: Facets
    current_version: UUID | None = None
    deleted: bool = False


class DatasetList(Given):
    """Datasets of a namespace."""

    datasets: tuple[Dataset, ...] = Field(description="By name.")
    total_count: int


class DatasetVersion(Given):
    """A dataset as a run left it."""

    id: DatasetVersionId
    type: Literal["DB_TABLE", "STREAM"] = "DB_TABLE"
    name: str
    physical_name: str
    created_at: datetime
    version: UUID
    namespace: str
    source_name: str
    fields: tuple[FieldOfDataset, ...]
    tags: tuple[str, ...]
    description: str = ""
    lifecycle_state: str = ""
    created_by_run: Run
    facets: Facets


class DatasetVersionList(Given):
    """Versions of a dataset."""

    versions: tuple[DatasetVersion, ...] = Field(description="The newest first.")
    total_count: int


class Job(Given):
    """A job with what it reads and writes now."""

    id: NodeName
    type: Literal["BATCH", "STREAM", "SERVICE"] = "BATCH"
    name: str
    simple_name: str
    parent_job_name: str | None = None
    created_at: datetime
    updated_at: datetime
    namespace: str
    inputs: tuple[NodeName, ...]
    outputs: tuple[NodeName, ...]
    location: str | None = None
    context: dict[str, str] = Field(default_factory=dict)
    description: str = ""
    latest_run: Run | None = None
    latest_runs: tuple[Run, ...] = ()
    tags: tuple[str, ...] = ()
    facets: Facets
    current_version: UUID


class JobList(Given):
    """Jobs of a namespace."""

    jobs: tuple[Job, ...] = Field(description="By name.")
    total_count: int


class GraphEdge(Given):
    """From a node to the next one downstream."""

    origin: str
    destination: str


class GraphNode(Given):
    """A dataset or a job, with its neighbours."""

    id: str
    type: Literal["DATASET", "JOB"]
    data: Dataset | Job
    in_edges: tuple[GraphEdge, ...]
    out_edges: tuple[GraphEdge, ...]


class LineageGraph(Given):
    """Datasets and jobs, and what feeds what."""

    graph: tuple[GraphNode, ...] = Field(description="Nodes by their id.")


class InputField(Given):
    """A column that another one is made from."""

    namespace: str
    dataset: str
    field: str
    transformation_description: str | None = None
    transformation_type: str | None = None


class ColumnOfGraph(Given):
    """A column, and what it is made from."""

    namespace: str
    dataset: str
    field: str
    field_type: str | None = None
    transformation_description: str | None = None
    transformation_type: str | None = None
    input_fields: tuple[InputField, ...]


class ColumnNode(Given):
    """A column, with its neighbours."""

    id: str
    type: Literal["DATASET_FIELD"] = "DATASET_FIELD"
    data: ColumnOfGraph
    in_edges: tuple[GraphEdge, ...]
    out_edges: tuple[GraphEdge, ...]


class ColumnGraph(Given):
    """Columns, and what feeds what."""

    graph: tuple[ColumnNode, ...] = Field(description="Nodes by their id.")


class EventList(Given):
    """Events as they were told."""

    events: tuple[dict[str, JsonValue], ...] = Field(description="OpenLineage events.")
    total_count: int = Field(description="How many there are in that span of time.")


class FacetsOfRun(Given):
    """Facets of a run, or of its job."""

    run_id: UUID
    facets: Facets


class SearchResult(Given):
    """A dataset or a job that was found."""

    type: Literal["DATASET", "JOB"]
    name: str
    updated_at: datetime
    namespace: str
    node_id: str


class SearchResultList(Given):
    """What was found."""

    total_count: int
    results: tuple[SearchResult, ...]


class Tag(Given):
    """A tag."""

    name: str
    description: str = ""


class TagList(Given):
    """Tags of datasets and fields."""

    tags: tuple[Tag, ...] = Field(description="By name.")


class Source(Given):
    """Where datasets are kept."""

    type: str
    name: str
    created_at: datetime
    updated_at: datetime
    connection_url: str
    description: str = ""


class SourceList(Given):
    """Sources."""

    sources: tuple[Source, ...] = Field(description="By name.")
