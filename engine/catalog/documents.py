"""The shape of a project's YAML files; unknown keys and wrong values are errors."""

import re
from datetime import timedelta
from typing import Annotated, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from engine.catalog.model import (
    Cleaning,
    ColumnType,
    DatasetName,
    DateFormat,
    LoadMode,
    Operator,
    Stage,
)

T = TypeVar("T")

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Entity = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
Channel = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Tag = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]


_SPAN = re.compile(r"(\d{1,5}) (minute|hour|day|week)s?")


def _span(written: object) -> timedelta:
    found = _SPAN.fullmatch(written) if isinstance(written, str) else None
    if found is None:
        raise PydanticCustomError("span", "write a time span such as 2 days or 12 hours")
    return timedelta(**{f"{found[2]}s": int(found[1])})


Span = Annotated[timedelta, BeforeValidator(_span)]


class Document(BaseModel):
    """Any part of a file: nothing unknown, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


TEAMS_PERSON = r"^(29:[A-Za-z0-9_.:=-]{5,200}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$"


class OwnerDocument(Document):
    """An entry of `owners`."""

    name: str
    contact: str = ""
    slack: Annotated[str, StringConstraints(pattern=r"^([UW][A-Z0-9]{2,40})?$")] = ""
    teams: Annotated[str, StringConstraints(pattern=TEAMS_PERSON)] = ""


class PipelineDocument(Document):
    """An entry of `pipelines`."""

    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]
    description: str = ""
    tables: tuple[Name, ...] = ()


class RoutesDocument(Document):
    """The `routes` of a project."""

    quality: Channel = "#data-alerts"
    privacy: Channel = "#privacy"
    runs: Channel = "#data-alerts"


class PrivacyDocument(Document):
    """The `privacy` of atlas.yaml; privacy.yaml can say all of it, and more."""

    operators: dict[Entity, Operator] = Field(default_factory=dict)
    default: Operator = Operator.REDACT


def _at_least_an_hour(span: timedelta) -> timedelta:
    if span < timedelta(hours=1):
        raise PydanticCustomError("span", "what is kept is kept for an hour at least")
    return span


Kept = Annotated[Span, AfterValidator(_at_least_an_hour)]


class RetentionDocument(Document):
    """The `retention` of a project."""

    runs: Kept = timedelta(days=90)
    logs: Kept = timedelta(days=30)
    quarantine: Kept = timedelta(days=30)
    staged: Kept = timedelta(days=7)


class ProjectDocument(Document):
    """The file atlas.yaml."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    description: str = ""
    owners: dict[str, OwnerDocument] = Field(default_factory=dict)
    pipelines: Annotated[dict[Name, PipelineDocument], Field(min_length=1)]
    routes: RoutesDocument = RoutesDocument()
    privacy: PrivacyDocument = PrivacyDocument()
    retention: RetentionDocument = RetentionDocument()


class FileSourceDocument(Document):
    """A `source` of files."""

    format: Literal["csv", "jsonl", "parquet"]
    path: Annotated[str, StringConstraints(min_length=1)]
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] = ","
    encoding: Literal["utf-8", "latin-1", "windows-1252"] = "utf-8"


class PostgresSourceDocument(Document):
    """A `source` in another PostgreSQL."""

    format: Literal["postgres"]
    url_env: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
    table: Annotated[str, StringConstraints(pattern=r"^[^.]+(\.[^.]+)?$")]


class ColumnDocument(Document):
    """An entry of a table's `columns`."""

    type: ColumnType = ColumnType.TEXT
    required: bool = False
    clean: tuple[Cleaning, ...] = ()
    formats: tuple[DateFormat, ...] = (DateFormat.ISO,)
    privacy: Operator | None = None
    entity: Entity | None = None
    description: str = ""


class LoadDocument(Document):
    """The `load` of a table."""

    mode: LoadMode = LoadMode.FULL
    overlap: Span = timedelta(0)
    deleted: str | None = None
    history: bool = False


def _one_line(written: object) -> object:
    if not isinstance(written, str | dict):
        raise PydanticCustomError(
            "check", "a check is one line such as «row_count > 0», perhaps with settings under it"
        )
    return written


CheckDocument = Annotated[str | dict[str, object], BeforeValidator(_one_line)]


class TableDocument(Document):
    """A file of tables/."""

    source: FileSourceDocument | PostgresSourceDocument = Field(discriminator="format")
    key: Annotated[tuple[str, ...], Field(min_length=1)]
    columns: Annotated[dict[str, ColumnDocument], Field(min_length=1)]
    watermark: str | None = None
    load: LoadDocument = LoadDocument()
    checks: tuple[CheckDocument, ...] = ()
    bronze_checks: tuple[CheckDocument, ...] = ()
    owner: str | None = None
    description: str = ""
    tags: tuple[Tag, ...] = ()


class ModelDocument(Document):
    """A YAML file of models/, beside the SQL of the same name."""

    checks: tuple[CheckDocument, ...] = ()
    owner: str | None = None
    description: str = ""
    tags: tuple[Tag, ...] = ()


def _some(named: tuple[T, ...]) -> tuple[T, ...]:
    if not named:
        raise PydanticCustomError("some", "name one at least")
    return named


Some = Annotated[tuple[T, ...], AfterValidator(_some)]
"""A list that is not empty; what is wrong within it is told alone."""


def _dataset(written: object) -> DatasetName:
    try:
        return DatasetName.parse(str(written))
    except ValueError:
        raise PydanticCustomError(
            "dataset", "write a dataset with its layer, such as gold.revenue"
        ) from None


Dataset = Annotated[DatasetName, BeforeValidator(_dataset)]


class ExposureDocument(Document):
    """An entry of `exposures`."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    kind: Literal[
        "dashboard", "report", "application", "export", "notebook", "analysis", "model"
    ] = "dashboard"
    reads: Some[Dataset]
    owner: str | None = None
    due: Annotated[str, StringConstraints(max_length=120)] = ""
    url: Annotated[str, StringConstraints(pattern=r"^(https?://\S+)?$")] = ""
    description: str = ""


class ExposuresDocument(Document):
    """The file exposures.yaml."""

    exposures: tuple[ExposureDocument, ...] = ()
