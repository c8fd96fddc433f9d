"""OpenLineage events as programs send them: strict about the core, whatever the facets hold."""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, ValidationError
from pydantic_core import from_json

from connectors.rest import patterns
from connectors.rest.bodies import malformed
from connectors.rest.problems import MALFORMED, REFUSED, FieldProblem, Problem
from engine.lineage.metadata import Json

LONGEST_NAMES = 1000
"""Bytes of a namespace and a name together: the indexes hold no more of two such pairs."""

_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)

_TAKEN = ConfigDict(extra="ignore", frozen=True)

Named = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_NAMES, pattern=patterns.PRINTABLE)
]
Facets = Annotated[
    dict[str, JsonValue] | None, Field(description="Facets; also those that Atlas does not know.")
]


class EventRun(BaseModel):
    """The run that an event tells of."""

    model_config = _TAKEN

    runId: Annotated[str, StringConstraints(pattern=patterns.UUID)] = Field(  # noqa: N815  # OpenLineage's name
        description="A UUID.", json_schema_extra={"format": "uuid"}
    )
    facets: Facets = None


class EventJob(BaseModel):
    """The job that an event tells of."""

    model_config = _TAKEN

    namespace: Named = Field(description="Its namespace.")
    name: Named = Field(description="Its name.")
    facets: Facets = None


class EventDataset(BaseModel):
    """A dataset that an event tells of."""

    model_config = _TAKEN

    namespace: Named = Field(description="Its namespace.")
    name: Named = Field(description="Its name.")
    facets: Facets = None


class LineageEvent(BaseModel):
    """An OpenLineage RunEvent, with `run` and `job`; or a JobEvent, or a DatasetEvent."""

    model_config = ConfigDict(
        extra="ignore",
        frozen=True,
        json_schema_extra={"anyOf": [{"required": ["job"]}, {"required": ["dataset"]}]},
    )

    eventTime: Annotated[str, StringConstraints(pattern=patterns.MOMENT)] = Field(  # noqa: N815  # as above
        description="When it happened, with its time zone (RFC 3339).",
        json_schema_extra={"format": "date-time"},
        examples=["2026-03-01T12:00:00Z"],
    )
    producer: Named = Field(description="A URI of what sends the event.")
    eventType: (  # noqa: N815  # as above
        Literal["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"] | None
    ) = Field(default=None, description="Where in its life the run is.")
    run: EventRun | None = Field(default=None, description="The run.")
    job: EventJob | None = Field(default=None, description="The job.")
    dataset: EventDataset | None = Field(default=None, description="The dataset of a DatasetEvent.")
    inputs: list[EventDataset] | None = Field(default=None, description="What the job reads.")
    outputs: list[EventDataset] | None = Field(default=None, description="What the job writes.")
    schemaURL: str | None = Field(  # noqa: N815  # as above
        default=None, description="Which version of OpenLineage it is."
    )


class EventAccepted(BaseModel):
    """An event that was taken."""

    model_config = ConfigDict(frozen=True)

    new: bool = Field(description="False where the same event was there already.")


def read_event(body: bytes) -> Json:
    """An event as it was sent, once it is known to be one; raises Problem."""
    try:
        found = from_json(body, allow_inf_nan=False)
    except ValueError:
        raise Problem(MALFORMED, "The body is no JSON that can be read.") from None
    try:
        event = LineageEvent.model_validate(found, strict=True)
    except ValidationError as error:
        raise malformed("The event", error) from None
    _require_kind(event)
    _require_time(event.eventTime)
    _require_short_names(event)
    if not _keepable(found):
        raise Problem(REFUSED, "The event holds a NUL character or a number without end.")
    return dict(found)


def _require_kind(event: LineageEvent) -> None:
    if event.run is not None and event.job is None:
        raise _refused("job", "A RunEvent names its job.")
    if event.job is None and event.dataset is None:
        raise _refused("job", "An event has a job or a dataset.")


def _require_time(text: str) -> None:
    try:
        fine = _EARLIEST <= datetime.fromisoformat(text.upper()) < _LATEST
    except (ValueError, OverflowError):
        fine = False
    if not fine:
        raise _refused("eventTime", "There is no such moment.")


def _require_short_names(event: LineageEvent) -> None:
    named = ("job", event.job), ("dataset", event.dataset)
    several = (
        (role, each)
        for role, datasets in (("inputs", event.inputs), ("outputs", event.outputs))
        for each in datasets or ()
    )
    for place, each in (*named, *several):
        if each and len(f"{each.namespace}{each.name}".encode()) > LONGEST_NAMES:
            detail = f"Namespace and name may have {LONGEST_NAMES} bytes together."
            raise _refused(place, detail)


def _refused(place: str, detail: str) -> Problem:
    fields = [FieldProblem(field=place, problem=detail)]
    return Problem(REFUSED, f"The event can't be taken: {detail}", fields=fields)


_NUL = re.compile("\x00")


def _keepable(found: object) -> bool:
    """Whether PostgreSQL can keep it: JSON may hold what jsonb may not."""
    return all(
        math.isfinite(each) if isinstance(each, float) else not _NUL.search(str(each))
        for each in _leaves(found)
        if isinstance(each, str | float)
    )


def _leaves(found: object) -> Iterator[object]:
    if isinstance(found, Mapping):
        for key, value in found.items():
            yield key
            yield from _leaves(value)
    elif isinstance(found, list):
        for value in found:
            yield from _leaves(value)
    else:
        yield found
