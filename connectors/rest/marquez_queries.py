"""The parameters of questions about lineage, as pydantic models."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from connectors.rest import patterns
from engine.lineage.metadata import Span, Wanted, Window

_TAKEN = ConfigDict(extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True)

_Text = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=patterns.PRINTABLE)]
LONGEST_NODE = 640
"""Characters; each may take twelve in an address, of which servers read some 8,000."""


def _written(given: object) -> object:
    """A moment is written out: a bare number would be taken for seconds since 1970."""
    if isinstance(given, str) and "T" not in given.upper():
        message = "write a moment such as 2026-03-01T12:00:00Z"
        raise ValueError(message)
    return given


_Moment = Annotated[AwareDatetime, BeforeValidator(_written)]


class PageQuery(BaseModel):
    """Which part of a list."""

    model_config = _TAKEN

    limit: Annotated[int, Field(ge=0, le=1000)] = Field(
        default=100, description="How many are told at most."
    )
    offset: Annotated[int, Field(ge=0, le=1_000_000_000)] = Field(
        default=0, description="How many of them are left out before."
    )

    @property
    def window(self) -> Window:
        """The part that is wanted."""
        return Window(self.limit, self.offset)


class NodeQuery(BaseModel):
    """A node of the graph, and how much of it around."""

    model_config = _TAKEN

    node: Annotated[str, StringConstraints(max_length=LONGEST_NODE, pattern=patterns.NODE)] = Field(
        alias="nodeId",
        description="`dataset:NAMESPACE:NAME` or `job:NAMESPACE:NAME`.",
        examples=["dataset:postgres://localhost:5432:atlas.silver.orders"],
    )
    depth: Annotated[int, Field(ge=0, le=100)] = Field(
        default=20, description="How many jobs away, in either direction."
    )


class ColumnQuery(BaseModel):
    """Columns of a dataset, one of them, or those that a job writes."""

    model_config = _TAKEN

    node: Annotated[
        str, StringConstraints(max_length=LONGEST_NODE, pattern=patterns.COLUMN_NODE)
    ] = Field(
        alias="nodeId",
        description="`datasetField:NAMESPACE:NAME:FIELD`, or a dataset or a job.",
        examples=["datasetField:postgres://localhost:5432:atlas.silver.orders:id"],
    )
    depth: Annotated[int, Field(ge=0, le=100)] = Field(
        default=20, description="How many steps back."
    )
    with_downstream: bool = Field(
        default=False, alias="withDownstream", description="What is made from them too."
    )


class EventsQuery(PageQuery):
    """Which events."""

    before: _Moment | None = Field(
        default=None, description="Only those before that moment (RFC 3339)."
    )
    after: _Moment | None = Field(
        default=None, description="Only those after that moment (RFC 3339)."
    )
    sort_direction: Literal["asc", "desc", "ASC", "DESC"] = Field(
        default="desc", alias="sortDirection", description="The oldest first, or the newest."
    )

    @property
    def span(self) -> Span:
        """The time that is wanted."""
        return Span(self.after, self.before, self.sort_direction.lower() == "asc")


class FacetsQuery(BaseModel):
    """Whose facets."""

    model_config = _TAKEN

    type: Literal["run", "job"] = Field(description="Those of the run, or of its job.")


class SearchQuery(PageQuery):
    """What is looked for."""

    q: _Text = Field(
        description="A part of the name; `%` is any text, `_` any letter.", examples=["orders"]
    )
    limit: Annotated[int, Field(ge=0, le=1000)] = Field(
        default=10, description="How many are told at most."
    )
    filter: Literal["dataset", "job", "DATASET", "JOB"] | None = Field(
        default=None, description="Only datasets, or only jobs."
    )
    sort: Literal["name", "updated_at", "NAME", "UPDATE_AT", "UPDATED_AT"] = Field(
        default="name", description="By name, or the last updated first."
    )
    namespace: _Text | None = Field(default=None, description="Only in that namespace.")
    before: date | None = Field(default=None, description="Only what was updated before that day.")
    after: date | None = Field(default=None, description="Only what was updated after that day.")

    @property
    def wanted(self) -> Wanted:
        """What is looked for."""
        only = (self.filter or "").lower()
        return Wanted(
            self.q,
            datasets=only != "job",
            jobs=only != "dataset",
            namespace=self.namespace,
            newest_first=self.sort.lower() != "name",
            span=Span(_start_of(self.after), _start_of(self.before)),
        )


def _start_of(day: date | None) -> datetime | None:
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)
