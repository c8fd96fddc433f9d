"""The parts that a check's number is worked out of, as SQL; pure."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from hashlib import sha256

from engine.adapters.postgres import check_sql
from engine.adapters.postgres.check_sql import ROWS, Aggregate, Question, Shape
from engine.quality.judge import Number
from engine.quality.merging import KINDS, Kind, Way, way_of, worked_out
from engine.sodacl.model import (
    AnomalyCheck,
    FailedRowsCheck,
    Form,
    FreshnessCheck,
    Measure,
    MetricCheck,
    Thresholds,
)

_WHOLE = ("smallint", "integer", "bigint")
_EXACT = (*_WHOLE, "numeric")
"""Types of which sums are the same in any order."""


@dataclass(frozen=True, slots=True)
class PartQuestion:
    """What to ask for a part, and how it is carried on."""

    kind: Kind
    question: Question
    told: str
    """What it is, in words that do not change with the table's name."""

    @property
    def name(self) -> str:
        """What it is kept under."""
        return sha256(f"{self.kind.name} {self.told}".encode()).hexdigest()[:32]


ALL_ROWS = PartQuestion(Kind.COUNT, Aggregate(ROWS), ROWS)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the number of a check is worked out of parts."""

    sql: str
    """What would ask for the number itself."""
    way: Way
    measure: Measure
    is_whole: bool
    parts: tuple[PartQuestion, ...]

    def number(self, values: Sequence[Fraction | None]) -> Number | None:
        """The number, as PostgreSQL gives it; None where no row has a value."""
        found = worked_out(self.way, self.measure.metric, values)
        if found is None or isinstance(found, float):
            return found
        return int(found) if self.is_whole else float(found)


def recipe(form: Form, question: Question, shape: Shape, key: Collection[str]) -> Recipe | None:
    """That of a check, whose own question is given; None where the whole table must be read."""
    way, measure = way_of(form, key, shape.columns), _measure(form)
    if way is None or measure is None or not _is_exact(way, measure, shape):
        return None
    asked = tuple(_QUESTIONS[way](measure, shape)) if way in _QUESTIONS else (question,)
    told = [each.sql for each in asked]
    if way is Way.REPEATS:
        # the statement names the table
        asked, told = (question, *asked), [f"{measure.columns} {measure.filter}", *told]
    parts = map(PartQuestion, KINDS[way], asked, told)
    return Recipe(question.sql, way, measure, _is_whole(way, measure, shape), tuple(parts))


def repeats(measure: Measure, delta: Shape) -> str:
    """The statement that counts what is there twice among the rows of a delta."""
    return _asked(replace(measure, metric="duplicate_count"), delta).sql


def _share(measure: Measure, shape: Shape) -> Iterable[Question]:
    counted = replace(measure, metric=measure.metric.replace("_percent", "_count"))
    return (_asked(counted, shape), *_rows(measure, shape))


def _rows(measure: Measure, shape: Shape) -> Iterable[Question]:
    return (_asked(Measure("row_count", filter=measure.filter), shape),)


def _sum(measure: Measure, shape: Shape) -> Iterable[Question]:
    return [check_sql.called(each, measure, shape) for each in ("sum({})", "count({})")]


def _squares(measure: Measure, shape: Shape) -> Iterable[Question]:
    return (*_sum(measure, shape), check_sql.called("sum({}::numeric * {})", measure, shape))


_QUESTIONS: Mapping[Way, Callable[[Measure, Shape], Iterable[Question]]] = {
    Way.SHARE: _share,
    Way.SUM: _sum,
    Way.MEAN: _sum,
    Way.SPREAD: _squares,
    Way.REPEATS: _rows,
}
"""Of the ways on which a number is not its own only part."""


def _asked(measure: Measure, shape: Shape) -> Question:
    question = check_sql.question(Form(MetricCheck(measure, Thresholds())), shape, {})
    if question is None:
        raise TypeError(measure.metric)
    return question


def _is_exact(way: Way, measure: Measure, shape: Shape) -> bool:
    """Whether its parts are the same in whatever order rows are taken."""
    if way in {Way.COUNT, Way.SHARE, Way.REPEATS} or not _is_of_values(measure):
        return True
    (column,) = measure.columns
    return shape.type_of(column) in _EXACT and measure.values.valid_format is None


def _is_of_values(measure: Measure) -> bool:
    return measure.metric != "freshness" and not measure.metric.endswith("_length")


def _is_whole(way: Way, measure: Measure, shape: Shape) -> bool:
    """Whether PostgreSQL answers with an integer."""
    match way:
        case Way.COUNT:
            return True
        case Way.REPEATS:
            return measure.metric == "duplicate_count"
        case Way.LOWEST | Way.HIGHEST if not _is_of_values(measure):
            return measure.metric != "freshness"
        case Way.LOWEST | Way.HIGHEST:
            return shape.type_of(measure.columns[0]) in _WHOLE
        case Way.SUM:
            return shape.type_of(measure.columns[0]) in _WHOLE[:2]
        case _:
            return False


def _measure(form: Form) -> Measure | None:
    rule = form.rule
    match rule:
        case MetricCheck() | AnomalyCheck():
            return rule.measure
        case FreshnessCheck():
            return Measure("freshness", (rule.column,), filter=rule.filter)
        case FailedRowsCheck():
            return Measure("failed_rows")
        case _:
            return None
