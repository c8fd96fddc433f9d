"""A `group by` as Soda gets it, and how its groups become one verdict."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.adapters.soda_groups import Groups, Handed, Judged, handed, measured, tellable_columns
from engine.catalog.model import Layer
from engine.catalog.reader import read_project
from engine.quality.model import Measured, Outcome
from engine.sodacl.model import Form, GroupByCheck, MetricCheck
from engine.sodacl.parse import parsed
from tests.sodacl.written import grouping, text_of

SHOP = Path(__file__).parents[2] / "examples" / "shop"
PASSED, WARNED, FAILED, UNKNOWN = (
    Outcome.PASSED,
    Outcome.WARNED,
    Outcome.FAILED,
    Outcome.NOT_EVALUATED,
)
COUNTRIES = Groups(("country",), ("n",), frozenset({"country"}))


def ended(groups: Groups, *told: tuple[Sequence[object], Outcome | None, object]) -> Measured:
    """How a check ended of whose groups Soda told this, with one number each."""
    judged = [Judged(outcome, value) for _, outcome, value in told]
    return measured(0, groups, [row for row, _, _ in told], judged)


@settings(max_examples=100, deadline=None)
@given(grouping)
def test_soda_gets_the_thresholds_that_people_wrote(check: GroupByCheck) -> None:
    got = handed(text_of(Form(check)), Layer.SILVER, {})

    rule = parsed(got.text).rule
    assert isinstance(rule, GroupByCheck)
    assert [each.name for each in rule.checks] == [f"m{place}" for place in range(len(rule.checks))]
    limits = [
        [each.rule.thresholds for each in of.checks if isinstance(each.rule, MetricCheck)]
        for of in (rule, check)
    ]
    assert limits[0] == limits[1]
    assert got.groups is not None
    assert (rule.limit, got.groups.fields) == (check.limit, check.fields)


def test_any_other_check_is_handed_over_as_it_is() -> None:
    assert handed("row_count > 0", Layer.SILVER, {}) == Handed("row_count > 0")


def test_a_failed_group_is_named_with_its_number() -> None:
    found = ended(COUNTRIES, (("DE",), FAILED, 12), (("FR",), PASSED, 40))

    assert found == Measured(0, FAILED, "country = DE: n is 12", "group country = DE: n is 12")


def test_of_many_failed_groups_three_are_named() -> None:
    found = ended(COUNTRIES, *(((name,), FAILED, 1) for name in "ABCDE"))

    assert found.value == "country = A: n is 1 (and 4 more)"
    assert found.reason.endswith("group country = C: n is 1; and 2 more")


def test_a_check_that_holds_tells_how_many_groups_there_are() -> None:
    found = ended(COUNTRIES, (("DE",), PASSED, 12), ((None,), PASSED, 40))

    assert (found.outcome, found.value, found.reason) == (PASSED, "2 groups", "")


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ([], "gives no group"),
        ([(("DE",), PASSED, 1), (("DE",), PASSED, 2)], "the same fields"),
        ([(("DE",), None, None), (("FR",), PASSED, 2)], "group country = DE: n has no value"),
        ([(("DE",), PASSED, float("nan"))], "group country = DE: n is no number"),
        ([(("DE",), PASSED, "many")], "group country = DE: n is no number"),
    ],
)
def test_a_group_of_which_nothing_is_known_never_passes(
    told: list[tuple[Sequence[object], Outcome | None, object]], reason: str
) -> None:
    found = ended(COUNTRIES, *told)

    assert found.outcome is UNKNOWN
    assert reason in found.reason


def test_a_failed_group_is_worse_than_one_without_a_value() -> None:
    found = ended(COUNTRIES, (("DE",), None, None), (("FR",), FAILED, 2), (("IT",), WARNED, 3))

    assert (found.outcome, found.reason) == (FAILED, "group country = FR: n is 2")


def test_groups_that_were_not_all_evaluated_do_not_pass() -> None:
    found = measured(0, COUNTRIES, [("DE",), ("FR",)], [Judged(PASSED, 1)])

    assert found.outcome is UNKNOWN


def test_a_value_that_nobody_declared_harmless_is_not_told() -> None:
    groups = Groups(("email", "country"), ("n",), frozenset({"country"}))

    found = ended(groups, (("ann@x.org", "DE"), FAILED, 12), ((None, None), FAILED, 1))

    assert found.reason == (
        "group email = •••, country = DE: n is 12; group email = missing, country = missing: n is 1"
    )


@given(st.lists(st.sampled_from([*Outcome, None]), min_size=1, max_size=6))
def test_no_group_ends_better_than_the_check(outcomes: list[Outcome | None]) -> None:
    told = [((place,), each, 1) for place, each in enumerate(outcomes)]

    found = ended(COUNTRIES, *told)

    assert (found.outcome is PASSED) == (set(outcomes) == {PASSED})
    assert (found.outcome is FAILED) == (FAILED in outcomes)


TELLABLE = {"silver.orders": {"status"}, "gold.totals": {"status"}}


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("SELECT status, count(*) AS n FROM orders GROUP BY 1", {"status"}),
        ("SELECT o.status AS s, count(*) AS n FROM gold.totals o GROUP BY 1", {"s"}),
        ("SELECT email AS status, count(*) AS n FROM orders GROUP BY 1", set()),
        ("SELECT lower(email) AS status, count(*) AS n FROM orders GROUP BY 1", set()),
        ("SELECT status, count(*) AS n FROM customers GROUP BY 1", set()),
        ("SELECT status, count(*) AS n FROM bronze.orders GROUP BY 1", set()),
        ("SELECT status, count(*) AS n FROM orders JOIN customers c USING (id) GROUP BY 1", set()),
        ("SELECT status, n FROM (SELECT email AS status, 1 AS n FROM orders) AS orders", set()),
    ],
)
def test_only_what_is_a_harmless_column_as_it_is_may_be_told(query: str, fields: set[str]) -> None:
    named = "[s]" if fields == {"s"} else "[status]"
    text = f"group by:\n  query: {query}\n  fields: {named}\n  checks: [n > 0]"

    groups = handed(text, Layer.SILVER, TELLABLE).groups

    assert groups is not None
    assert groups.tellable == fields


def test_columns_of_gold_are_told_where_they_are_kept_columns_of_silver() -> None:
    tellable = tellable_columns(read_project(SHOP))

    assert "status" in tellable["silver.orders"]
    assert "email" not in tellable["silver.customers"]
    assert set(tellable["gold.support_load"]) == {"channel"}
