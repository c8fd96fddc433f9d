"""Changes from one value to the next, and what later runs may learn from."""

from dataclasses import replace
from datetime import timedelta, timezone
from math import inf, nan

import pytest

from engine.quality.history import Point, changed, learnable, learned, not_changed, untaught
from engine.quality.model import Measured, Outcome
from engine.sodacl.model import (
    Aggregation,
    AnomalyCheck,
    Change,
    Form,
    Measure,
    MetricCheck,
    Thresholds,
)
from tests.quality.points import a_point, daily, day

WEEK = daily([10, 20, 30, 40, 50, 60, 80])


def average(last: int) -> Change:
    return Change(aggregation=Aggregation.AVERAGE, last=last)


@pytest.mark.parametrize(
    ("change", "moved"),
    [
        (Change(), 20),
        (Change(percent=True), 25),
        (average(2), 30),
        (Change(percent=True, aggregation=Aggregation.AVERAGE, last=2), 100 * 30 / 70),
        (Change(aggregation=Aggregation.LOWEST, last=3), 50),
        (Change(aggregation=Aggregation.HIGHEST, last=3), 20),
        (Change(same_day_last_week=True), 90),
        (Change(percent=True, same_day_last_week=True), 900),
        (average(99), 100 - 290 / 7),
    ],
)
def test_a_change_is_measured_from_what_it_names(change: Change, moved: float) -> None:
    assert changed(change, 100, WEEK, day(7)) == pytest.approx(moved)


def test_what_was_not_accepted_is_nobodys_measure() -> None:
    half = a_point(7, 40, accepted=False)

    assert changed(Change(percent=True), 40, (*WEEK, half), day(8)) == -50


def test_what_somebody_expected_is_a_measure() -> None:
    half = a_point(7, 40, expected=True)

    assert changed(Change(percent=True), 40, (*WEEK, half), day(8)) == 0


def test_the_tested_value_and_later_ones_do_not_count() -> None:
    assert changed(Change(), 80, WEEK, day(6)) == 20


@pytest.mark.parametrize("change", [Change(), average(7), Change(same_day_last_week=True)])
def test_without_history_there_is_no_change(change: Change) -> None:
    assert changed(change, 5, (), day(7)) is None
    assert not_changed(change, 5, (), day(7)).startswith("no history yet")


def test_a_week_ago_nothing_was_measured() -> None:
    change = Change(same_day_last_week=True)

    assert changed(change, 5, WEEK, day(9)) == 5 - 30
    assert changed(change, 5, WEEK[:2], day(9)) is None
    assert not_changed(change, 5, WEEK[:2], day(9)) == "no history yet from the same day last week"


@pytest.mark.parametrize(
    ("accepted", "why"),
    [
        ([], "no history yet"),
        ([False], ": 1 run measured it, with failed checks; nothing is learned from that"),
        (
            [False] * 2,
            ": 2 runs measured it, both with failed checks; nothing is learned from those",
        ),
        (
            [False] * 3,
            ": 3 runs measured it, all with failed checks; nothing is learned from those",
        ),
        (
            [True, False],
            ": 1 of 2 runs that measured it had failed checks; nothing is learned from those",
        ),
    ],
)
def test_what_runs_measured_in_vain_is_told(accepted: list[bool], why: str) -> None:
    points = [a_point(number, 5, accepted=each) for number, each in enumerate(accepted)]
    later = a_point(20, 5, accepted=False)

    assert f"no history yet{untaught((*points, later), day(9))}".endswith(why)


def test_a_change_without_history_says_what_was_measured_in_vain() -> None:
    refused = [replace(each, accepted=False) for each in WEEK]
    last_week = Change(same_day_last_week=True)

    assert not_changed(Change(), 5, refused, day(7)) == (
        "no history yet: 7 runs measured it, all with failed checks; nothing is learned from those"
    )
    assert not_changed(last_week, 5, refused, day(7)) == (
        "no history yet from the same day last week: "
        "1 run measured it, with failed checks; nothing is learned from that"
    )


def test_of_the_day_last_week_the_same_time_counts_in_the_zone_of_the_tested_one() -> None:
    east = timezone(timedelta(hours=9))
    hours = (-4, 0, 5, 20)
    points = [Point(hour, day(0) + timedelta(hours=hour), f"R{hour}", True) for hour in hours]
    change = Change(same_day_last_week=True)

    assert changed(change, 0, points, day(7)) == 0
    assert changed(change, 0, points, day(7) + timedelta(hours=6)) == -5
    assert changed(change, 0, points[:1], day(7)) is None
    # there, it is noon; four hours earlier is the same day
    assert changed(change, 0, points[:1], day(7).astimezone(east)) == 4


@pytest.mark.parametrize(("value", "moved"), [(0, 0), (5, None)])
def test_nothing_is_a_percentage_of_zero(value: float, moved: float | None) -> None:
    assert changed(Change(percent=True), value, daily([3, 0]), day(2)) == moved


def test_why_there_is_no_percentage_of_zero_is_said() -> None:
    why = not_changed(Change(percent=True), 5, daily([3, 0]), day(2))

    assert why == "it was 0 before, and nothing is a percentage of 0"


@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_what_is_no_number_neither_changes_nor_teaches(value: float) -> None:
    assert changed(Change(), value, WEEK, day(7)) is None
    assert not_changed(Change(), value, WEEK, day(7)) == "the value is not a number"
    assert learnable(daily([1, value, 3]), day(3)) == (a_point(0, 1), a_point(2, 3))


ROWS = Form(MetricCheck(Measure("row_count"), Thresholds()))
ODD = Form(AnomalyCheck(Measure("row_count")))
MOVED = Form(MetricCheck(Measure("row_count"), Thresholds(), Change()))


def a_measured(outcome: Outcome, *metrics: str, index: int = 0) -> Measured:
    return Measured(index, outcome, metrics=tuple((each, 5.0) for each in metrics))


def test_a_check_that_lacks_history_does_not_keep_the_next_one_from_having_it() -> None:
    measured = [a_measured(Outcome.PASSED, "a"), a_measured(Outcome.NOT_EVALUATED, "b")]

    assert learned(measured, {0: ROWS}) == {"a", "b"}


def test_of_a_dataset_with_a_check_that_failed_nothing_is_learned() -> None:
    measured = [a_measured(Outcome.PASSED, "a"), a_measured(Outcome.FAILED)]

    assert learned(measured, {0: ROWS, 1: ROWS}) == frozenset()


@pytest.mark.parametrize("form", [ODD, MOVED])
def test_an_anomaly_that_only_warned_is_not_learned(form: Form) -> None:
    odd = a_measured(Outcome.WARNED, "row_count")
    others = [a_measured(Outcome.PASSED, "row_count", index=1), a_measured(Outcome.WARNED, "a")]

    assert learned([odd, others[0]], {0: form, 1: ROWS}) == frozenset()
    assert learned([others[1]], {0: ROWS}) == {"a"}
