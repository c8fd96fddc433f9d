"""What programs send and get, as pydantic models: the OpenAPI document is made of them too."""

from typing import Annotated, TypeVar

from multidict import MultiMapping
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import ErrorDetails

from connectors.rest import patterns
from connectors.rest.problems import MALFORMED, FieldProblem, Problem, is_a_name
from engine.runs.document import RunDocument
from engine.runs.model import Run, RunStatus, StepKind

M = TypeVar("M", bound=BaseModel)

DEFAULT_LIMIT = 20
HIGHEST_LIMIT = 100

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=patterns.PRINTABLE)]
KEY: TypeAdapter[str] = TypeAdapter(Annotated[str, StringConstraints(pattern=patterns.KEY)])

_OF_OPENLINEAGE = frozenset(
    {"eventTime", "eventType", "runId", "schemaURL", "nodeId", "withDownstream", "sortDirection"}
)
"""Fields that are declared, and written as OpenLineage and Marquez write them."""

_TAKEN = ConfigDict(extra="forbid", frozen=True)
_GIVEN = ConfigDict(frozen=True)


class ExecuteParameters(BaseModel):
    """How to run a pipeline."""

    model_config = _TAKEN

    full_refresh: Annotated[bool, Field(strict=True)] = Field(
        default=False, description="Make the tables anew instead of adding what is new."
    )


class ExecuteRequest(BaseModel):
    """Which pipeline to run, for which table, and how."""

    model_config = _TAKEN

    pipeline_name: Name = Field(
        description="One of the project's pipelines.", examples=["bronze_to_silver"]
    )
    table_name: Name | None = Field(
        default=None, description="Only this table; all of them without it.", examples=["orders"]
    )
    parameters: ExecuteParameters = Field(default=ExecuteParameters(), description="How to run it.")


class RetryRequest(BaseModel):
    """Where to take a run up again."""

    model_config = _TAKEN

    from_step: StepKind | None = Field(
        default=None, description="The first step to do again; the first one not done without it."
    )
    accept_drift: Annotated[bool, Field(strict=True)] = Field(
        default=False, description="Go on although columns of the delivery changed."
    )


class RunsQuery(BaseModel):
    """Which runs to list."""

    model_config = _TAKEN

    status: RunStatus | None = Field(default=None, description="Only runs in this state.")
    pipeline_name: Name | None = Field(default=None, description="Only runs of this pipeline.")
    table_name: Name | None = Field(default=None, description="Only runs that work on this table.")
    limit: Annotated[int, Field(ge=1, le=HIGHEST_LIMIT)] = Field(
        default=DEFAULT_LIMIT, description="How many runs a page has."
    )
    cursor: Annotated[str, StringConstraints(pattern=patterns.CURSOR)] | None = Field(
        default=None, description="`next_cursor` of the page before."
    )


class RunAccepted(BaseModel):
    """A run that was taken on, or told to stop or to go on."""

    model_config = _GIVEN

    run_id: str = Field(description="8 characters, in any case.")
    status: RunStatus
    pipeline_name: str
    table_name: str | None


class RunPage(BaseModel):
    """Some runs, newest first."""

    model_config = _GIVEN

    runs: tuple[RunDocument, ...]
    next_cursor: str | None = Field(description="Asks for the next page; null on the last one.")


class Health(BaseModel):
    """How the process is."""

    model_config = _GIVEN

    status: str


def accepted(run: Run) -> RunAccepted:
    """What is told of a run at once."""
    return RunAccepted(
        run_id=run.id, status=run.status, pipeline_name=run.pipeline, table_name=run.table
    )


def from_json(model: type[M], body: bytes) -> M:
    """A body as its model; raises Problem, which names fields and no values."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise malformed("The body", error) from None


def from_query(model: type[M], query: MultiMapping[str]) -> M:
    """The parameters of an address as their model; raises Problem."""
    try:
        return model.model_validate(_once(query))
    except ValidationError as error:
        raise malformed("The parameters", error) from None


def read_key(text: str) -> str:
    """An Idempotency-Key; raises Problem."""
    try:
        return KEY.validate_python(text)
    except ValidationError as error:
        raise malformed("The header Idempotency-Key", error) from None


def _once(query: MultiMapping[str]) -> dict[str, str]:
    twice = sorted(name for name in set(query) if len(query.getall(name)) > 1)
    if twice:
        problems = [
            FieldProblem(field=_field(name), problem="Given more than once") for name in twice
        ]
        raise Problem(MALFORMED, "Give each parameter once.", fields=problems)
    return dict(query)


def _field(place: int | str) -> str:
    """A part of the way to a field; one that nobody declared may be a value of somebody's."""
    ours = isinstance(place, int) or place in _OF_OPENLINEAGE or is_a_name(place)
    return str(place) if ours else "…"


def _said(error: ErrorDetails) -> str:
    """What is wrong; nobody should have to read an expression for that."""
    pattern = str(error.get("ctx", {}).get("pattern"))
    return patterns.SAID.get(pattern, error["msg"])


def malformed(what: str, error: ValidationError) -> Problem:
    """The problem behind a body or parameters of the wrong form; it names fields and no values."""
    fields = [
        FieldProblem(field=".".join(map(_field, each["loc"])), problem=_said(each))
        for each in error.errors(include_url=False, include_input=False)
    ]
    first = fields[0]
    named = f" at {first.field}" if first.field else ""
    return Problem(MALFORMED, f"{what} can't be used{named}: {first.problem}.", fields=fields)
