"""The shape of privacy.yaml; unknown keys and wrong values are errors."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from engine.catalog.documents import Document, Entity
from engine.catalog.policy import Operator

Words = Annotated[str, StringConstraints(min_length=1, max_length=200)]


def _spelled_out(written: object) -> object:
    """`hash` stands for `{operator: hash}`."""
    return written if written is None or isinstance(written, Mapping) else {"operator": written}


def _none_yet(written: object) -> object:
    """A key below which nothing stands is as good as none."""
    return {} if written is None else written


class WayDocument(Document):
    """What is done: an operator, or an operator and how far it goes."""

    operator: Operator
    to: Words | None = None


Way = Annotated[WayDocument, BeforeValidator(_spelled_out)]
Entities = Annotated[dict[Entity, Way], BeforeValidator(_none_yet)]


class ScopeDocument(Document):
    """An entry of `tables` or `layers`."""

    entities: Entities = Field(default_factory=dict)
    default: Way | None = None


class ColumnRuleDocument(Document):
    """An entry of a table in `columns`."""

    operator: Operator | None = None
    to: Words | None = None
    entity: Entity | None = None
    free_text: bool | None = None
    holds: tuple[Entity, ...] = ()
    not_personal: Annotated[tuple[Entity, ...], Field(alias="not personal")] = ()
    undeclared: bool = False
    by: Words | None = None
    at: date | None = None
    was: Words | None = None


class RecognizerDocument(Document):
    """An entry of `recognizers`."""

    name: Words
    entity: Entity
    regex: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    score: Annotated[float, Field(gt=0, le=1)] = 0.5
    context: tuple[Words, ...] = ()


class AllowDocument(Document):
    """The `allow` of a project."""

    words: tuple[Words, ...] = ()
    regexes: tuple[Words, ...] = ()


Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
ColumnWay = Annotated[ColumnRuleDocument, BeforeValidator(_spelled_out)]
TableColumns = Annotated[dict[str, ColumnWay], BeforeValidator(_none_yet)]
Scope = Annotated[ScopeDocument, BeforeValidator(_none_yet)]


class PolicyDocument(Document):
    """The file privacy.yaml."""

    default: Way | None = None
    entities: Entities = Field(default_factory=dict)
    layers: Annotated[dict[Literal["silver", "gold"], Scope], BeforeValidator(_none_yet)] = Field(
        default_factory=dict
    )
    tables: Annotated[dict[str, Scope], BeforeValidator(_none_yet)] = Field(default_factory=dict)
    columns: Annotated[dict[str, TableColumns], BeforeValidator(_none_yet)] = Field(
        default_factory=dict
    )
    recognizers: tuple[RecognizerDocument, ...] = ()
    allow: AllowDocument = AllowDocument()
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = ("en",)
