"""What a SodaCL check says, as values: a measure, and for which values of it the check fails.

The language is described at docs.soda.io/soda-cl; this is what Soda Core 3.5 takes of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum

from typing_extensions import override


class Comparator(StrEnum):
    """How a value is compared with a number."""

    LESS = "<"
    AT_MOST = "<="
    EQUAL = "="
    UNEQUAL = "!="
    AT_LEAST = ">="
    MORE = ">"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`> 5`; of a freshness the number is in seconds, of `%` it is the percentage."""

    comparator: Comparator
    number: float


@dataclass(frozen=True, slots=True)
class Range:
    """`between 1 and 5`, `not between (1 and 5]`; brackets include their end, as none does."""

    low: float
    high: float
    low_included: bool = True
    high_included: bool = True
    negated: bool = False


Condition = Comparison | Range


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What must hold of the value; or, instead, when it warns and when it fails."""

    holds: Condition | None = None
    warn: Condition | None = None
    fail: Condition | None = None


@dataclass(frozen=True, slots=True)
class Values:
    """Which values count as missing and as valid; NULL is always missing and never invalid."""

    missing_values: tuple[str | int | float, ...] = ()
    missing_regex: str | None = None
    valid_values: tuple[str | int | float, ...] = ()
    invalid_values: tuple[str | int | float, ...] = ()
    valid_format: str | None = None
    invalid_format: str | None = None
    valid_regex: str | None = None
    invalid_regex: str | None = None
    valid_min: float | None = None
    valid_max: float | None = None
    valid_length: int | None = None
    valid_min_length: int | None = None
    valid_max_length: int | None = None

    @property
    def validate(self) -> bool:
        """Whether anything says which values are valid."""
        about_missing = Values(missing_values=self.missing_values, missing_regex=self.missing_regex)
        return self != about_missing

    @property
    def brief(self) -> str:
        """All that is set, in one line."""
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        return ", ".join(
            f"{name.replace('_', ' ')}: {value}"
            for name, value in given.items()
            if value not in {None, ()}
        )


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that can be taken of a table: `avg_length(name)` of the rows that a filter leaves.

    `row_count` has no column, `duplicate_count` one or more. `expression` is the SQL of a metric
    that people define themselves (`x expression`), `query` that of a whole statement (`x query`).
    """

    metric: str
    columns: tuple[str, ...] = ()
    percentile: float | None = None
    values: Values = Values()
    filter: str | None = None
    expression: str | None = None
    query: str | None = None

    @override
    def __str__(self) -> str:
        """What the measure is called in the history of its dataset: equal measures, equal names."""
        percentile = () if self.percentile is None else (f"{self.percentile:g}",)
        arguments = ", ".join((*self.columns, *percentile))
        named = f"{self.metric}({arguments})" if arguments else self.metric
        where = f" where {' '.join(self.filter.split())}" if self.filter else ""
        return named + where + (f" [{self.values.brief}]" if self.values != Values() else "")


class Aggregation(StrEnum):
    """What a change is measured from, of several past values."""

    AVERAGE = "avg"
    LOWEST = "min"
    HIGHEST = "max"


@dataclass(frozen=True, slots=True)
class Change:
    """`change percent avg last 7 for …`: from the last value, from several, or from a week ago."""

    percent: bool = False
    aggregation: Aggregation | None = None
    last: int = 1
    same_day_last_week: bool = False


@dataclass(frozen=True, slots=True)
class MetricCheck:
    """The value of a measure, or how it changed, compared with thresholds."""

    measure: Measure
    thresholds: Thresholds
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class AnomalyCheck:
    """`anomaly detection for row_count`: the value is one that its history made likely."""

    measure: Measure


@dataclass(frozen=True, slots=True)
class FreshnessCheck:
    """`freshness(at) < 1d`: the age of the newest value, in seconds."""

    column: str
    thresholds: Thresholds
    filter: str | None = None


@dataclass(frozen=True, slots=True)
class SchemaRule:
    """What must be so of the columns, at one level."""

    missing: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    """Names, in which % stands for anything."""
    types: Mapping[str, str] = field(default_factory=dict)
    indexes: Mapping[str, int] = field(default_factory=dict)
    any_change: bool = False
    """`when schema changes: any`, or a list of what may not change."""
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SchemaCheck:
    """`schema:` with what warns and what fails."""

    warn: SchemaRule | None = None
    fail: SchemaRule | None = None


@dataclass(frozen=True, slots=True)
class ReferenceCheck:
    """`values in (a, b) must exist in other (c, d)`; rows with a NULL in them do not count."""

    columns: tuple[str, ...]
    other: str
    other_columns: tuple[str, ...]
    negated: bool = False
    """`must not exist in`."""
    filter: str | None = None


@dataclass(frozen=True, slots=True)
class FailedRowsCheck:
    """`failed rows:` the rows for which a condition holds, or that a query gives."""

    condition: str | None = None
    query: str | None = None
    thresholds: Thresholds = Thresholds()
    """Without any, one such row fails."""


@dataclass(frozen=True, slots=True)
class GroupByCheck:
    """`group by:` checks of each group that a query gives."""

    query: str
    fields: tuple[str, ...]
    checks: tuple["Form", ...]
    limit: int | None = None


Rule = (
    MetricCheck
    | AnomalyCheck
    | FreshnessCheck
    | SchemaCheck
    | ReferenceCheck
    | FailedRowsCheck
    | GroupByCheck
)


class Severity(StrEnum):
    """What happens where a check does not hold; an extension of ours, written as an attribute."""

    WARN = "warn"
    QUARANTINE = "quarantine"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Form:
    """One check: its rule, and what people wrote beside it."""

    rule: Rule
    name: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    severity: Severity = Severity.BLOCK
    open_when_unknown: bool = False
    """Declared to let its dataset through where it could not be evaluated."""
