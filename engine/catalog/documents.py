"""The shape of a project's YAML files; unknown keys and wrong values are errors."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from engine.catalog.model import (
    Cleaning,
    ColumnType,
    DateFormat,
    Operator,
    Stage,
)

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Entity = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
Channel = Annotated[str, StringConstraints(min_length=1, max_length=80)]


class Document(BaseModel):
    """Any part of a file: nothing unknown, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OwnerDocument(Document):
    """An entry of `owners`."""

    name: str
    contact: str = ""


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
    """The `privacy` of a project."""

    operators: dict[Entity, Operator] = Field(default_factory=dict)
    default: Operator = Operator.REDACT


class ProjectDocument(Document):
    """The file atlas.yaml."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    description: str = ""
    owners: dict[str, OwnerDocument] = Field(default_factory=dict)
    pipelines: Annotated[dict[Name, PipelineDocument], Field(min_length=1)]
    routes: RoutesDocument = RoutesDocument()
    privacy: PrivacyDocument = PrivacyDocument()


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


CheckDocument = str | dict[str, object]


class TableDocument(Document):
    """A file of tables/."""

    source: FileSourceDocument | PostgresSourceDocument = Field(discriminator="format")
    key: Annotated[tuple[str, ...], Field(min_length=1)]
    columns: Annotated[dict[str, ColumnDocument], Field(min_length=1)]
    watermark: str | None = None
    checks: tuple[CheckDocument, ...] = ()
    owner: str | None = None
    description: str = ""


class ModelDocument(Document):
    """A YAML file of models/, beside the SQL of the same name."""

    checks: tuple[CheckDocument, ...] = ()
    owner: str | None = None
    description: str = ""
