"""One lineage event: a job read some datasets and wrote others."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID, uuid5

from engine.catalog.model import DatasetName

_NAMESPACE = UUID("6f1d1d2e-6c5e-5c57-9a36-2f1c5b0f3a11")


class EventType(StrEnum):
    """Where in its life a job run is, in OpenLineage's words."""

    START = "START"
    COMPLETE = "COMPLETE"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Field:
    """A column as PostgreSQL knows it."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class LineageEvent:
    """A step of a run seen as an OpenLineage job; no value of a row is in it."""

    type: EventType
    at: datetime
    run_id: str
    attempt: int
    pipeline: str
    job: str
    inputs: tuple[DatasetName, ...] = ()
    outputs: tuple[DatasetName, ...] = ()
    schema: tuple[Field, ...] = ()
    rows: int | None = None
    error: str | None = None

    @property
    def completes(self) -> bool:
        """Whether it tells of a dataset that was written."""
        return self.type is EventType.COMPLETE

    def with_schema(self, schema: tuple[Field, ...]) -> Self:
        """The same event, telling the columns of what was written."""
        return replace(self, schema=schema)


def openlineage_run_id(*parts: str) -> UUID:
    """The UUID of a run or of one of its steps: the same parts give the same UUID."""
    return uuid5(_NAMESPACE, "/".join(parts))
