"""What the API can do: routes, OpenAPI document and docs are all made of this one list."""

from connectors.rest.bodies import (
    ExecuteRequest,
    Health,
    RetryRequest,
    RunAccepted,
    RunPage,
    RunsQuery,
)
from connectors.rest.deeds import BODY, GUARDED, OPEN, Deed, Operation
from connectors.rest.marquez_operations import LINEAGE_OPERATIONS
from connectors.rest.problems import (
    MALFORMED,
    NOT_ALLOWED,
    NOT_NOW,
    REFUSED,
    UNAVAILABLE,
    UNKNOWN,
)
from engine.runs.document import RunDocument

__all__ = ["OPERATIONS", "RUN", "Deed", "Operation"]

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
        (*GUARDED, *BODY, NOT_ALLOWED, UNKNOWN, REFUSED),
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
        (*GUARDED, MALFORMED, UNKNOWN),
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
        (*GUARDED, UNKNOWN),
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
        (*GUARDED, NOT_ALLOWED, UNKNOWN, NOT_NOW),
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
        (*GUARDED, *BODY, NOT_ALLOWED, UNKNOWN, NOT_NOW, REFUSED),
        body=RetryRequest,
        body_required=False,
        example="-X POST {address}/pipelines/{run_id}/retry -H 'Content-Type: application/json' "
        '-d \'{{"from_step": "check"}}\'',
    ),
    *LINEAGE_OPERATIONS,
    Operation(
        Deed.ALIVE,
        "GET",
        "/healthz",
        "Whether the process lives",
        "For whatever restarts it.",
        200,
        Health,
        OPEN,
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
        (*OPEN, UNAVAILABLE),
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
        (*OPEN, UNAVAILABLE),
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
        OPEN,
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
        OPEN,
        guarded=False,
        example="{address}/docs",
    ),
)
