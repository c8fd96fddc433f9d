"""What a threshold can never meet, and which warning can never come."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.sodacl.lint import warnings_in
from engine.sodacl.model import Condition, Thresholds
from engine.sodacl.reach import (
    COUNT,
    LENGTH,
    PERCENT,
    Domain,
    decided,
    hidden_warning,
    met,
)
from tests.sodacl.written import conditions

DOMAINS = st.sampled_from([PERCENT, COUNT, LENGTH])


@st.composite
def values_in(draw: st.DrawFn, domain: Domain) -> float:
    high = domain.high if math.isfinite(domain.high) else 10**9
    if domain.is_whole:
        return draw(st.integers(0, 10**9))
    return draw(st.floats(domain.low, high))


@settings(max_examples=200, deadline=None)
@given(st.data(), DOMAINS, conditions)
def test_no_value_goes_against_what_is_said_of_a_threshold(
    data: st.DataObject, domain: Domain, condition: Condition
) -> None:
    said = decided(condition, domain) or ""
    value = data.draw(values_in(domain))

    assert not (said.endswith("never holds") and met(condition, value))
    assert not (said.endswith("always holds") and not met(condition, value))


@settings(max_examples=200, deadline=None)
@given(st.data(), DOMAINS, conditions, conditions)
def test_a_warning_that_is_told_to_be_hidden_never_comes(
    data: st.DataObject, domain: Domain, warn: Condition, fail: Condition
) -> None:
    hidden = hidden_warning(Thresholds(warn=warn, fail=fail), domain)
    value = data.draw(values_in(domain))

    assert hidden is None or not met(warn, value) or met(fail, value)


def told(text: str) -> list[str]:
    return [each.message for each in warnings_in(text)]


def test_a_percentage_that_there_can_not_be_is_told() -> None:
    (always,) = told("missing_percent(a) < 120 %")
    (never,) = told("duplicate_percent(a):\n  warn: when > 5\n  fail: when > 100")

    assert always.endswith("a percentage is between 0 and 100, so < 120 always holds")
    assert never == "fail: a percentage is between 0 and 100, so > 100 never holds"


def test_a_warning_that_comes_after_the_failure_is_told_at_its_line() -> None:
    (told_of,) = warnings_in("freshness(at):\n  fail: when > 1d\n  warn: when > 2d")

    assert (told_of.line, told_of.word) == (3, "warn")
    assert "it never warns" in told_of.message
    assert told("row_count:\n  warn: when < 1\n  fail: when = 0")[0].startswith("warn: it never")


def test_what_can_be_met_is_not_told() -> None:
    for text in (
        "missing_percent(a) between 0 and 5",
        "row_count >= 0",
        "row_count:\n  warn: when < 10\n  fail: when = 0",
        "change percent for row_count < 120",
        "avg(a) < -5",
        "freshness(at):\n  warn: when > 1d\n  fail: when > 2d",
        "mine_percent > 120:\n  mine_percent query: SELECT 1",
    ):
        assert told(text) == []
