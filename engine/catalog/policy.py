"""The rules of a project for personal data; of several that fit the strictest holds."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from typing_extensions import override

from engine.catalog.generalisation import coarseness

PRIVACY_FILE = "privacy.yaml"
"""The file of rules in a project's folder."""


class Operator(StrEnum):
    """What protection does to a value."""

    HASH = "hash"
    MASK = "mask"
    REDACT = "redact"
    GENERALISE = "generalise"
    ENCRYPT = "encrypt"
    KEEP = "keep"


STRICTEST_FIRST = (
    Operator.REDACT,
    Operator.GENERALISE,
    Operator.MASK,
    Operator.HASH,
    Operator.ENCRYPT,
    Operator.KEEP,
)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in a project's files something stands."""

    file: str
    line: int | None = None

    @override
    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Rule:
    """What is done to what is personal, and how far that reaches; None is no limit."""

    operator: Operator
    to: str | None = None
    entity: str | None = None
    layer: str | None = None
    table: str | None = None
    column: str | None = None
    place: Place | None = field(default=None, compare=False)

    @property
    def is_default(self) -> bool:
        """Whether it is for whatever no other rule is about."""
        return not (self.entity or self.layer or self.table or self.column)

    @property
    def way(self) -> str:
        """What is done, such as `generalise to year`."""
        return self.operator if self.to is None else f"{self.operator} to {self.to}"

    @override
    def __str__(self) -> str:
        """The rule and where it stands: `EMAIL_ADDRESS: hash in privacy.yaml:4`."""
        told = f"{self._about()}: {self.way}"
        return told if self.place is None else f"{told} in {self.place}"

    def _about(self) -> str:
        if self.column is not None:
            return f"{self.table}.{self.column}"
        where = self.table or self.layer
        if where is not None:
            return f"{self.entity or 'everything personal'} in {where}"
        return self.entity or "by default"

    def stricter_than(self, other: "Rule") -> bool:
        """Whether more of a value is lost by it."""
        return _strictness(self) > _strictness(other)

    def reaches(self, scope: "Scope", entity: str | None) -> bool:
        """Whether it is about that entity there."""
        return (
            self.entity in {None, entity}
            and self.layer in {None, scope.layer}
            and self.table in {None, scope.table}
            and self.column in {None, scope.column}
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """A column of a dataset: where a rule may hold."""

    layer: str
    table: str
    column: str


def _strictness(rule: Rule) -> tuple[int, float, str]:
    return -STRICTEST_FIRST.index(rule.operator), coarseness(rule.to), rule.to or ""


def strictest(rules: Iterable[Rule]) -> Rule | None:
    """The rule that holds of several; of equally strict ones the nearest to the column."""
    return max(
        rules, key=lambda each: (_strictness(each), _nearness(each), str(each)), default=None
    )


def _nearness(rule: Rule) -> tuple[bool, bool, bool, bool]:
    return (
        rule.column is not None,
        rule.table is not None,
        rule.layer is not None,
        rule.entity is not None,
    )


@dataclass(frozen=True, slots=True)
class Word:
    """Who said so in a chat, when, and what held before."""

    by: str | None = None
    at: date | None = None
    was: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """What people decided about one column.

    Without an operator the rules for what it holds decide. `holds` are entities within its texts
    that people know of, `not_personal` those that it does not hold, whatever it looks like. A
    column of free text is protected within its texts; None leaves it to a sample to tell.
    """

    operator: Operator | None = None
    to: str | None = None
    entity: str | None = None
    free_text: bool | None = None
    holds: tuple[str, ...] = ()
    not_personal: tuple[str, ...] = ()
    undeclared: bool = False
    """Whether the column comes without being declared in its table's file."""
    word: Word = field(default=Word(), compare=False)
    place: Place | None = field(default=None, compare=False)
    over: Place | None = field(default=None, compare=False)
    """The line of its table's file that declares it personal, where this goes before that."""

    @property
    def says_personal(self) -> bool:
        """Whether it declares what is personal, and does not only narrow it."""
        return self.entity is not None or self.operator not in {None, Operator.KEEP}

    def rule(self, scope: Scope) -> Rule | None:
        """As a rule beside the others, where it says what is done."""
        if self.operator is None:
            return None
        return Rule(
            self.operator, self.to, table=scope.table, column=scope.column, place=self.place
        )


@dataclass(frozen=True, slots=True)
class CustomPattern:
    """A pattern that a project adds to what is recognised."""

    name: str
    entity: str
    regex: str
    score: float = 0.5
    context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Allowed:
    """What is never personal, though it looks like it."""

    words: tuple[str, ...] = ()
    regexes: tuple[str, ...] = ()
    places: tuple[Place, ...] = field(default=(), compare=False)
    """Where each of the regular expressions stands."""


ColumnRules = Mapping[tuple[str, str], ColumnRule]
"""What was decided about columns, by table and column."""


@dataclass(frozen=True, slots=True)
class PrivacyPolicy:
    """What is done to personal data, and what counts as such.

    `operators` and `default` say it for the whole project; `rules` repeat them with their places,
    beside the rules for tables and layers. `columns` holds what was decided about columns.
    """

    operators: Mapping[str, Operator]
    default: Operator = Operator.REDACT
    rules: tuple[Rule, ...] = ()
    columns: ColumnRules = field(default_factory=lambda: MappingProxyType({}))
    patterns: tuple[CustomPattern, ...] = ()
    allowed: Allowed = Allowed()
    languages: tuple[str, ...] = ("en",)

    def uses(self) -> frozenset[Operator]:
        """Every operator that some rule asks for."""
        declared = (each.operator for each in self.columns.values() if each.operator is not None)
        given = (each.operator for each in self.rules)
        return frozenset({*self.operators.values(), self.default, *given, *declared})

    def deciding(self, scope: Scope, column: ColumnRule, entity: str | None) -> Rule:
        """The rule that holds for an entity in a column of which that was decided."""
        if column.operator is Operator.KEEP:
            return column.rule(scope) or self._default()
        demanded = [*self.demands(scope, entity)]
        own = column.rule(scope)
        return strictest([*demanded, own] if own else demanded) or self._default()

    def demands(self, scope: Scope, entity: str | None) -> Iterator[Rule]:
        """What entities, tables and layers demand, whatever was decided about the column."""
        rules = [each for each in self.rules if not each.is_default]
        yield from (each for each in rules if each.reaches(scope, entity))
        placed = {each.entity for each in rules if not each.layer and not each.table}
        if entity is not None and entity in self.operators and entity not in placed:
            yield Rule(self.operators[entity], entity=entity)

    def _default(self) -> Rule:
        placed = (each for each in self.rules if each.is_default)
        return next(placed, Rule(self.default))

    def with_column(self, table: str, column: str, rule: ColumnRule) -> "PrivacyPolicy":
        """The policy after something was decided about a column."""
        return replace(self, columns={**self.columns, (table, column): rule})
