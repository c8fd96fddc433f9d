"""What the API can do: routes, OpenAPI document and docs are all made of this one list."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel

from connectors.rest.bodies import (
    ExecuteRequest,
    Health,
    RetryRequest,
    RunAccepted,
    RunPage,
    RunsQuery,
)
from connectors.rest.problems import (
    DEFECT,
    MALFORMED,
    NO_TOKEN,
    NOT_ALLOWED,
    NOT_HERE,
    NOT_JSON,
    NOT_NOW,
    REFUSED,
    TOO_LARGE,
    TOO_MANY,
    TOO_SLOW,
    UNAVAILABLE,
    UNKNOWN,
    Kind,
)
from engine.runs.document import RunDocument


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


_GUARDED = (NO_TOKEN, TOO_MANY, UNAVAILABLE, DEFECT, NOT_HERE)
_OPEN = (DEFECT, NOT_HERE)
_BODY = (MALFORMED, TOO_SLOW, TOO_LARGE, NOT_JSON)

RUN = "/pipelines/{run_id}"

OPERATIONS = (
    Operation(
        Deed.EXECUTE,
        "POST",
        "/pipelines/execute",
        "Run a pipeline",
        "Answers at once; the run is worked in the background, so ask for it by its id. With an "
        "`Idempotency-Key`, asking again is the same request: it gives the run of the first time, "
        "and nothing runs twice. Needs the role operator.",
        202,
        RunAccepted,
        (*_GUARDED, *_BODY, NOT_ALLOWED, UNKNOWN, REFUSED),
        body=ExecuteRequest,
        keyed=True,
        example="-X POST {address}/pipelines/execute -H 'Content-Type: application/json' "
        "-H 'Idempotency-Key: orders-2026-03-01' "
        '-d \'{{"pipeline_name": "bronze_to_silver", "table_name": "orders"}}\'',
    ),
    Operation(
        Deed.LIST,
        "GET",
        "/pipelines",
        "List runs, newest first",
        "A page has `limit` runs. `next_cursor` asks for the next one, and is null on the last; "
        "runs that are added meanwhile move nothing. A pipeline or a table that is neither in the "
        "project nor in a run is unknown. Needs the role viewer.",
        200,
        RunPage,
        (*_GUARDED, MALFORMED, UNKNOWN),
        query=RunsQuery,
        example='"{address}/pipelines?status=failed&limit=10"',
    ),
    Operation(
        Deed.GET,
        "GET",
        RUN,
        "One run with its steps",
        "How it is going, or how it ended. Needs the role viewer.",
        200,
        RunDocument,
        (*_GUARDED, UNKNOWN),
        example="{address}/pipelines/{run_id}",
    ),
    Operation(
        Deed.CANCEL,
        "POST",
        RUN + "/cancel",
        "Stop a run",
        "A run that waits is cancelled at once. One that works stops within moments: its statement "
        "is ended on the server and nothing half-done is left; ask for it by its id. Needs the "
        "role operator.",
        202,
        RunAccepted,
        (*_GUARDED, NOT_ALLOWED, UNKNOWN, NOT_NOW),
        example="-X POST {address}/pipelines/{run_id}/cancel",
    ),
    Operation(
        Deed.RETRY,
        "POST",
        RUN + "/retry",
        "Take a failed or cancelled run up again",
        "What was published stays done; the same run goes on at its first step that was not done, "
        "or earlier, where `from_step` says so. Needs the role operator.",
        202,
        RunAccepted,
        (*_GUARDED, *_BODY, NOT_ALLOWED, UNKNOWN, NOT_NOW, REFUSED),
        body=RetryRequest,
        body_required=False,
        example="-X POST {address}/pipelines/{run_id}/retry -H 'Content-Type: application/json' "
        '-d \'{{"from_step": "check"}}\'',
    ),
    Operation(
        Deed.ALIVE,
        "GET",
        "/healthz",
        "Whether the process lives",
        "For whatever restarts it.",
        200,
        Health,
        _OPEN,
        guarded=False,
        example="{address}/healthz",
    ),
    Operation(
        Deed.READY,
        "GET",
        "/readyz",
        "Whether it can work",
        "The engine is open and its database answers.",
        200,
        Health,
        (*_OPEN, UNAVAILABLE),
        guarded=False,
        example="{address}/readyz",
    ),
    Operation(
        Deed.METRICS,
        "GET",
        "/metrics",
        "How Atlas is doing, in numbers",
        "For Prometheus: runs by status, how long the oldest one waits, messages not delivered.",
        200,
        "text/plain",
        (*_OPEN, UNAVAILABLE),
        guarded=False,
        example="{address}/metrics",
    ),
    Operation(
        Deed.OPENAPI,
        "GET",
        "/openapi.json",
        "This API as an OpenAPI 3.1 document",
        "For tools that make clients and tests.",
        200,
        "application/json",
        _OPEN,
        guarded=False,
        example="{address}/openapi.json",
    ),
    Operation(
        Deed.DOCS,
        "GET",
        "/docs",
        "This API for people",
        "The same, to read.",
        200,
        "text/html",
        _OPEN,
        guarded=False,
        example="{address}/docs",
    ),
)
