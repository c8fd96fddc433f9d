"""What one operation of the API is: its name, its path, and what can come of it."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel

from connectors.rest.problems import (
    DEFECT,
    MALFORMED,
    NO_TOKEN,
    NOT_HERE,
    NOT_JSON,
    TOO_LARGE,
    TOO_MANY,
    TOO_SLOW,
    UNAVAILABLE,
    Kind,
)


class Deed(StrEnum):
    """What is done, by the id that the OpenAPI document gives it."""

    EXECUTE = "executePipeline"
    LIST = "listRuns"
    GET = "getRun"
    CANCEL = "cancelRun"
    RETRY = "retryRun"
    ALIVE = "isAlive"
    READY = "isReady"
    METRICS = "metrics"
    OPENAPI = "openapi"
    DOCS = "docs"
    RECORD = "recordLineage"
    GRAPH = "getLineage"
    COLUMNS = "getColumnLineage"
    NAMESPACES = "getNamespaces"
    NAMESPACE = "getNamespace"
    DATASETS = "getDatasets"
    DATASET = "getDataset"
    VERSIONS = "getDatasetVersions"
    JOBS = "getJobs"
    JOB = "getJob"
    JOB_RUNS = "getRuns"
    JOB_RUN = "getJobRun"
    RUN_FACETS = "getFacets"
    EVENTS = "getLineageEvents"
    SEARCH = "search"
    TAGS = "getTags"
    SOURCES = "getSources"


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    deed: Deed
    method: str
    path: str
    summary: str
    description: str
    status: int
    answer: type[BaseModel] | str
    """A model as JSON, or another content type."""
    problems: tuple[Kind, ...] = ()
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    body_required: bool = True
    keyed: bool = False
    """Whether it takes an Idempotency-Key."""
    guarded: bool = True
    """Whether it takes a token."""
    example: str = ""
    """What follows `curl` and the token in an example."""


LONGEST_PART = 300
"""Characters of a name in a path; each may take twelve there, of which servers read some 8,000."""

GUARDED = (NO_TOKEN, TOO_MANY, UNAVAILABLE, DEFECT, NOT_HERE)
OPEN = (DEFECT, NOT_HERE)
BODY = (MALFORMED, TOO_SLOW, TOO_LARGE, NOT_JSON)
