"""How a measured value becomes an outcome: thresholds hold or break, and no value never passes."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.quality.history import Point
from engine.quality.judge import (
    COLUMNS_CHANGED,
    Nothing,
    Past,
    Succession,
    Taken,
    Unknown,
    judged,
    judged_schema,
    meets,
    schema_changes,
    shown,
    shown_age,
)
from engine.quality.model import Measured, Outcome
from engine.sodacl.model import (
    AnomalyCheck,
    Change,
    Comparator,
    Comparison,
    FailedRowsCheck,
    Form,
    FreshnessCheck,
    Measure,
    MetricCheck,
    Range,
    ReferenceCheck,
    Rule,
    SchemaCheck,
    SchemaRule,
    Severity,
    Thresholds,
)
from engine.testing.clock import EPOCH

PASSED, WARNED, FAILED, UNKNOWN = (
    Outcome.PASSED,
    Outcome.WARNED,
    Outcome.FAILED,
    Outcome.NOT_EVALUATED,
)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ROWS = Measure("row_count")
MORE_THAN_5 = Comparison(Comparator.MORE, 5)
MORE_THAN_9 = Comparison(Comparator.MORE, 9)

numbers = st.one_of(st.integers(-1000, 1000), st.floats(-1000, 1000))
conditions = st.one_of(
    st.builds(Comparison, st.sampled_from(Comparator), numbers),
    st.builds(Range, numbers, numbers, st.booleans(), st.booleans(), st.booleans()),
)
thresholds = st.builds(Thresholds, *[st.one_of(st.none(), conditions) for _ in range(3)]).filter(
    lambda each: each != Thresholds()
)
rules = st.one_of(
    st.builds(MetricCheck, st.just(ROWS), thresholds),
    st.builds(MetricCheck, st.just(ROWS), thresholds, st.just(Change())),
    st.builds(AnomalyCheck, st.just(ROWS)),
    st.builds(FreshnessCheck, st.just("at"), thresholds),
    st.builds(FailedRowsCheck, st.just("n > 1"), st.none(), thresholds),
    st.just(ReferenceCheck(("a",), "other", ("a",))),
)


def judge(
    rule: Rule, taken: Taken, *points: float, severity: Severity = Severity.BLOCK
) -> Measured:
    days = range(len(points), 0, -1)
    past = [
        Point(value, NOON - timedelta(days=day), "R", accepted=True)
        for value, day in zip(points, days, strict=True)
    ]
    return judged(0, Form(rule, severity=severity), taken, Past(NOON, past))


@given(rules, st.sampled_from([Unknown("why"), Nothing("why"), math.nan]))
def test_what_has_no_value_never_passes(rule: Rule, taken: Taken) -> None:
    measured = judge(rule, taken, *[5.0] * 30)

    assert measured.outcome in {UNKNOWN, FAILED}
    assert measured.reason
    assert measured.metrics == ()


@given(rules, numbers)
def test_without_any_history_nothing_is_said_of_changes_and_anomalies(
    rule: Rule, value: float
) -> None:
    measured = judge(rule, value)

    asks_history = isinstance(rule, AnomalyCheck) or getattr(rule, "change", None) is not None
    assert (measured.outcome is UNKNOWN) is asks_history
    assert not asks_history or measured.reason.startswith("no history yet")
    assert measured.too_young is asks_history


@given(thresholds, numbers)
def test_it_fails_before_it_warns(limits: Thresholds, value: float) -> None:
    outcome = judge(MetricCheck(ROWS, limits), value).outcome

    broken = limits.holds is not None and not meets(value, limits.holds)
    failed = broken or (limits.fail is not None and meets(value, limits.fail))
    warned = limits.warn is not None and meets(value, limits.warn)
    assert outcome is (FAILED if failed else WARNED if warned else PASSED)


@given(numbers, numbers, numbers, st.booleans(), st.booleans())
def test_a_range_and_its_negation_split_all_values(
    value: float, low: float, high: float, low_included: bool, high_included: bool
) -> None:
    inside = Range(low, high, low_included, high_included)
    outside = Range(low, high, low_included, high_included, negated=True)

    assert meets(value, inside) is not meets(value, outside)
    assert meets(value, inside) is (
        (low < value < high)
        or (value == low and low_included and (low < high or (low == high and high_included)))
        or (value == high and high_included and low < high)
    )


@pytest.mark.parametrize(
    ("comparator", "held"),
    [
        (Comparator.LESS, [True, False, False]),
        (Comparator.AT_MOST, [True, True, False]),
        (Comparator.EQUAL, [False, True, False]),
        (Comparator.UNEQUAL, [True, False, True]),
        (Comparator.AT_LEAST, [False, True, True]),
        (Comparator.MORE, [False, False, True]),
    ],
)
def test_each_comparison_means_what_it_says(comparator: Comparator, held: list[bool]) -> None:
    assert [meets(value, Comparison(comparator, 5)) for value in (4, 5, 6)] == held


def test_a_check_of_less_severity_warns_where_it_would_fail() -> None:
    rule = MetricCheck(ROWS, Thresholds(holds=MORE_THAN_5))

    outcomes = [judge(rule, value, severity=Severity.WARN).outcome for value in (5, 6)]

    assert outcomes == [WARNED, PASSED]


def test_one_row_is_enough_to_fail_where_none_may_be() -> None:
    for rule in (FailedRowsCheck("n > 1"), ReferenceCheck(("a",), "other", ("a",))):
        assert [judge(rule, value).outcome for value in (0, 1)] == [PASSED, FAILED]


def test_failed_rows_may_have_thresholds() -> None:
    rule = FailedRowsCheck("n > 1", thresholds=Thresholds(warn=MORE_THAN_5, fail=MORE_THAN_9))

    assert [judge(rule, value).outcome for value in (5, 6, 10)] == [PASSED, WARNED, FAILED]


def test_what_has_no_newest_row_is_not_fresh() -> None:
    rule = FreshnessCheck("at", Thresholds(holds=Comparison(Comparator.LESS, 86_400)))

    outcomes = [judge(rule, each).outcome for each in (3_600, 90_000, Nothing("empty"))]

    assert outcomes == [PASSED, FAILED, FAILED]
    assert judge(rule, Unknown("no such column")).outcome is UNKNOWN


def test_a_change_is_told_with_its_sign() -> None:
    percent = MetricCheck(
        ROWS, Thresholds(holds=Comparison(Comparator.LESS, 10)), Change(percent=True)
    )

    measured = judge(percent, 150, 90, 100)

    assert (measured.outcome, measured.value) == (FAILED, "+50 %")


def test_a_percentage_of_zero_does_not_wait_for_history() -> None:
    percent = MetricCheck(ROWS, Thresholds(holds=MORE_THAN_5), Change(percent=True))

    measured = judge(percent, 150, 0)

    assert (measured.outcome, measured.too_young) == (UNKNOWN, False)
    assert measured.metrics == (("row_count", 150.0),)


def test_an_anomaly_says_what_was_expected() -> None:
    usual, unusual = (judge(AnomalyCheck(ROWS), value, *[99, 100, 101] * 10) for value in (100, 7))

    assert (usual.outcome, unusual.outcome) == (PASSED, FAILED)
    assert unusual.reason.startswith("7 is below ")


def test_what_was_measured_is_kept_under_the_name_of_its_metric() -> None:
    filtered = Measure("avg", ("price",), filter="n  >\n 1")
    rule = MetricCheck(filtered, Thresholds(holds=MORE_THAN_5))

    assert judge(rule, 7.5).metrics == (("avg(price) where n > 1", 7.5),)
    assert judge(rule, math.inf).metrics == ()


COLUMNS = {"id": "bigint", "name": "character varying", "at": "timestamp with time zone"}

SCHEMAS: list[tuple[SchemaRule, str]] = [
    (SchemaRule(missing=("id", "at")), ""),
    (SchemaRule(missing=("id", "phone")), "missing: phone"),
    (SchemaRule(forbidden=("pii_%", "na")), ""),
    (SchemaRule(forbidden=("pii_%", "na%")), "forbidden: name"),
    (SchemaRule(forbidden=("*a*",)), "forbidden: name, at"),
    (SchemaRule(forbidden=("n.me",)), ""),
    (SchemaRule(types={"name": "text", "at": " TIMESTAMPTZ", "id": "bigint"}), ""),
    (SchemaRule(types={"id": "integer"}), "id is bigint, not integer"),
    (SchemaRule(types={"phone": "text"}), "missing: phone"),
    (SchemaRule(indexes={"id": 0, "at": 2}), ""),
    (SchemaRule(indexes={"at": 0}), "at is at 2, not 0"),
]


@pytest.mark.parametrize(("rule", "problem"), SCHEMAS)
def test_a_schema_is_judged_by_its_columns(rule: SchemaRule, problem: str) -> None:
    failing, warning = (
        judged_schema(0, Form(SchemaCheck(**{level: rule})), COLUMNS) for level in ("fail", "warn")
    )

    assert (failing.outcome, failing.reason) == (FAILED if problem else PASSED, problem)
    assert (warning.outcome, warning.reason) == (WARNED if problem else PASSED, problem)


CHANGES = ("column add", "column delete", "column type change", "column index change")
BEFORE = {"id": "bigint", "at": "timestamp with time zone", "old": "text", "name": "text"}


def test_without_history_changes_of_a_schema_hold_nothing_back() -> None:
    for rule in (SchemaRule(any_change=True), SchemaRule(changes=("column add",))):
        measured = judged_schema(0, Form(SchemaCheck(fail=rule)), COLUMNS)

        assert (measured.outcome, measured.too_young) == (UNKNOWN, True)
        assert measured.reason.startswith("no history yet")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("column add",), "new: note"),
        (("column delete",), "gone: old"),
        (("column type change",), "name was text and is character varying"),
        (("column index change",), "name was at 3 and is at 1; at was at 1 and is at 2"),
    ],
)
def test_a_change_of_columns_is_told_where_it_is_asked_for(
    asked: tuple[str, ...], told: str
) -> None:
    rule = SchemaRule(changes=asked)
    form = Form(SchemaCheck(fail=rule))

    measured = judged_schema(0, form, COLUMNS, Succession(BEFORE, {**COLUMNS, "note": "text"}))

    assert (measured.outcome, measured.reason) == (FAILED, told)


@given(st.permutations(sorted(BEFORE)), st.sets(st.sampled_from(sorted(BEFORE)), min_size=1))
def test_any_change_is_one_of_the_four_and_the_same_columns_are_none(
    order: list[str], kept: set[str]
) -> None:
    after = {name: BEFORE[name] for name in order if name in kept}
    succession = Succession(BEFORE, after)
    each = [schema_changes(SchemaRule(changes=(one,)), succession) for one in CHANGES]

    every = schema_changes(SchemaRule(any_change=True), succession)

    assert every == tuple(problem for problems in each for problem in problems)
    assert (every == ()) is (list(after) == list(BEFORE))


def said_of(succession: Succession, *, expected: bool = True) -> list[Point]:
    return [Point(succession.number, EPOCH, "7K3F9QTZ", accepted=False, expected=expected)]


def test_a_change_of_columns_that_was_expected_passes_and_no_other_one_does() -> None:
    form = Form(SchemaCheck(fail=SchemaRule(any_change=True)))
    meant = Succession(BEFORE, {**BEFORE, "note": "text"})
    other = Succession(BEFORE, {**BEFORE, "note": "integer"})

    asked = judged_schema(0, form, meant.after, meant, said_of(meant, expected=False))

    assert (asked.outcome, asked.metrics) == (FAILED, ((COLUMNS_CHANGED, meant.number),))
    assert judged_schema(0, form, meant.after, meant, said_of(meant)).outcome is PASSED
    assert judged_schema(0, form, other.after, other, said_of(meant)).outcome is FAILED


def test_an_expected_change_excuses_no_column_that_is_missing() -> None:
    form = Form(SchemaCheck(fail=SchemaRule(missing=("id", "gone"), any_change=True)))
    meant = Succession(BEFORE, {"note": "text"})

    assert judged_schema(0, form, meant.after, meant, said_of(meant)).reason == "missing: id, gone"


def test_columns_that_did_not_change_pass() -> None:
    form = Form(SchemaCheck(fail=SchemaRule(any_change=True)))

    assert judged_schema(0, form, COLUMNS, Succession(BEFORE, BEFORE)).outcome is PASSED


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1_234_567, "1,234,567"),
        (1234.5, "1,234.5"),
        (20.0, "20"),
        (0.0, "0"),
        (0.0001234567, "0.0001235"),
        (7.7e59, "7.7e+59"),
        (math.inf, "inf"),
    ],
)
def test_a_number_is_shown_as_people_read_it(value: float, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0s"), (61, "1m 1s"), (183_600, "2d 3h"), (86_401, "1d 1s"), (-3_600, "1h ahead")],
)
def test_an_age_is_shown_by_its_largest_units(seconds: float, text: str) -> None:
    assert shown_age(seconds) == text
