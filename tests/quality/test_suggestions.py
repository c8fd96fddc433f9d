"""What is suggested for which profile, and what never is."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.model import Check, Column, Operator
from engine.quality.profile import ColumnProfile, Family, Key, Profile, Shown, Totals
from engine.quality.suggestions import Confidence, Suggestion, check_id, suggested
from engine.sodacl.model import MetricCheck
from engine.sodacl.parse import parsed, read
from tests.builders import a_column, a_model, a_project, a_table, dataset
from tests.quality.profiles import (
    ORDERS,
    a_profile,
    closed,
    moments,
    naming_customers,
    numbers,
    texts,
)

SHOP = a_project(models=[a_model(reads=("silver.orders",))])


def found(profile: Profile, *declared: str) -> tuple[Suggestion, ...]:
    return suggested(SHOP, profile, [Check(text) for text in declared])


def told(profile: Profile, *declared: str) -> list[str]:
    return [each.text for each in found(profile, *declared)]


def test_an_empty_table_gets_no_suggestion() -> None:
    assert told(a_profile(texts(), rows=0)) == []


def test_the_declared_key_is_suggested_where_it_tells_rows_apart() -> None:
    same, unique = Key(("id",), 999), Key(("id",), 1_000)

    assert "duplicate_count(id) = 0" not in told(a_profile(closed("id"), keys=(same,)))
    assert told(a_profile(closed("id"), keys=(unique,)))[1:3] == [
        "duplicate_count(id) = 0",
        "missing_count(id) = 0",
    ]


def test_a_key_that_rows_lack_is_not_called_complete() -> None:
    profile = a_profile(closed("id", nulls=1), keys=(Key(("id",), 1_000),))

    assert "missing_count(id) = 0" not in told(profile)


def test_few_values_become_a_list() -> None:
    column = texts(distinct=3, values=("paid", "no", "on hold"))

    (suggestion,) = (each for each in found(a_profile(column)) if "valid values" in each.text)

    assert suggestion.text == ('invalid_count(status) = 0:\n  valid values: ["no", on hold, paid]')
    assert suggestion.evidence == "1,000 rows hold only 3 different values"


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=12, unique=True))
def test_any_values_are_read_back_as_they_are(values: list[str]) -> None:
    column = texts(distinct=len(values) + 1, values=tuple(values))

    written = [each for each in told(a_profile(column)) if "valid values" in each]

    if all(map(str.isprintable, values)):
        (text,) = written
        rule = parsed(text).rule
        assert isinstance(rule, MetricCheck)
        assert rule.measure.values.valid_values == tuple(sorted(values))
    else:
        assert written == []


def test_a_format_is_suggested_and_no_shape_beside_it() -> None:
    column = texts("mail", formats=("email",), pattern="^a@b$")

    assert "invalid_count(mail) = 0:\n  valid format: email" in told(a_profile(column))
    assert not any("regex" in each for each in told(a_profile(column)))


def test_a_shape_is_the_least_sure() -> None:
    column = texts("code", pattern="^O[0-9]{6}$")

    *_, last = found(a_profile(column))

    assert last.text == "invalid_count(code) = 0:\n  valid regex: ^O[0-9]{6}$"
    assert last.confidence is Confidence.LOW


@pytest.mark.parametrize(
    ("column", "check"),
    [
        (numbers("price", "0.5", "90"), "min(price) > 0"),
        (numbers("price", "0", "90"), "min(price) >= 0"),
        (numbers("discount", "0", "0.25"), "max(discount) <= 1"),
        (numbers("share_percent", "2", "98.5"), "max(share_percent) <= 100"),
        (moments(age=timedelta(hours=5)), "freshness(at) < 1d"),
        (moments(age=timedelta(days=2, hours=1)), "freshness(at) < 5d"),
        (closed("name"), "missing_count(name) = 0"),
    ],
)
def test_what_a_column_shows_is_suggested(column: ColumnProfile, check: str) -> None:
    assert check in told(a_profile(column))


@pytest.mark.parametrize(
    ("column", "word"),
    [
        (numbers("balance", "-3", "90"), "min"),
        (numbers("quantity", "0", "1"), "max"),
        (numbers("customer_id", "1", "90"), "min"),
        (moments(age=timedelta(days=8)), "freshness"),
        (moments(age=timedelta(hours=-1)), "freshness"),
        (moments(age=None), "freshness"),
        (closed("name", nulls=1), "missing"),
        (texts("Order No", distinct=2, values=("a", "b")), "Order"),
        (texts(distinct=1, values=("a",)), "valid"),
    ],
)
def test_what_would_fail_or_says_nothing_is_not(column: ColumnProfile, word: str) -> None:
    assert not any(word in each for each in told(a_profile(column)))


def test_few_rows_say_nothing_of_their_values() -> None:
    column = texts(distinct=3, values=("a", "b", "c"))

    assert told(a_profile(column, rows=29)) == ["row_count > 0"]


def test_a_reference_is_suggested_where_nothing_is_missing() -> None:
    text = "values in (customer_id) must exist in silver.customers (customer_id)"
    column = closed("customer_id")

    assert text in told(a_profile(column, inclusions=(naming_customers(),)))
    assert text not in told(a_profile(column, inclusions=(naming_customers(unmatched=1),)))


@pytest.mark.parametrize(
    "declared",
    [
        "missing_percent(name) < 5",
        "missing_percent(name):\n  warn: when > 10\n  fail: when > 40",
        "missing_count(name) = 0:\n  name: everybody has one",
    ],
)
def test_what_is_declared_in_other_words_is_not_suggested_again(declared: str) -> None:
    assert told(a_profile(closed("name")), declared) == ["row_count > 0"]


def test_a_declared_range_of_valid_values_makes_bounds_needless() -> None:
    profile = a_profile(numbers("quantity", "1", "9"))

    assert "min(quantity) > 0" in told(profile)
    assert "min(quantity) > 0" not in told(
        profile, "invalid_percent(quantity) < 2:\n  valid min: 1"
    )


def test_a_check_that_is_declared_leaves_its_place_to_the_next() -> None:
    columns = [closed(name) for name in ("a", "b", "c", "d")]

    assert "missing_count(d) = 0" not in told(a_profile(*columns))
    assert "missing_count(d) = 0" in told(a_profile(*columns), "missing_count(a) = 0")


def test_what_refining_ensures_is_not_suggested() -> None:
    table = a_table("orders", [a_column("id"), Column("name", required=True)])
    hidden = a_table("orders", [a_column("id"), a_column("name", Operator.REDACT)])

    for given_table in (table, hidden):
        checks = suggested(a_project([given_table], []), a_profile(closed("name")), ())
        assert [each.text for each in checks] == ["row_count > 0"]


def test_bronze_is_asked_for_its_columns_and_its_age() -> None:
    columns = (closed("id"), closed("email"), moments("_loaded_at"))

    assert told(a_profile(*columns, on="bronze.orders")) == [
        "row_count > 0",
        "schema:\n  fail:\n    when required column missing: [id, email]",
        "freshness(_loaded_at) < 1d",
    ]


def test_gold_is_compared_with_what_it_is_made_from() -> None:
    upstream = (Totals(ORDERS, 1_939, {"price": Decimal(700)}),)
    columns = (
        numbers("tickets", "1", "9", total="1939"),
        numbers("price", "1", "9", total="700"),
        numbers("units", "1", "9", average="26.3", total="555"),
    )
    profile = replace(a_profile(*columns, on="gold.revenue"), upstream=upstream)

    checks = told(profile)

    count, price = "(SELECT count(*) FROM silver.orders)", "(SELECT sum(price) FROM silver.orders)"
    assert f"tickets_gap = 0:\n  tickets_gap expression: abs(sum(tickets) - {count})" in checks
    assert f"price_gap = 0:\n  price_gap expression: abs(sum(price) - {price})" in checks
    assert not any("units_gap" in each for each in checks)


@given(st.decimals("0.0001", "99999999", allow_nan=False))
def test_a_range_for_an_average_holds_now(average: Decimal) -> None:
    column = replace(numbers("units", "1", "9"), shown=Shown(average=average))

    texts_found = told(a_profile(column, on="gold.revenue"))

    found_range = next(
        filter(None, (re.search(r"between (\S+) and (\S+)", x) for x in texts_found))
    )
    low, high = map(Decimal, found_range.groups())
    assert 0 < low <= average / 2
    assert average * 2 <= high


columns = st.one_of(
    st.builds(texts, st.sampled_from("abc"), st.integers(0, 1_000), formats=st.just(("uuid",))),
    st.builds(closed, st.sampled_from("abc"), st.integers(0, 2)),
    st.builds(lambda low: numbers("d", low, "9"), st.sampled_from(("-1", "0", "1"))),
)


@given(
    st.lists(columns, max_size=5),
    st.sampled_from(("bronze.orders", "silver.orders", "gold.revenue")),
    st.integers(0, 2_000),
)
def test_every_suggestion_is_sodacl_and_none_comes_twice(
    seen: Sequence[ColumnProfile], on: str, rows: int
) -> None:
    profile = a_profile(*seen, on=on, rows=rows)

    checks = found(profile)

    assert all(read(each.text).form is not None for each in checks)
    again = found(profile, *(each.text for each in checks))
    assert {each.text for each in again}.isdisjoint(each.text for each in checks)
    assert len({each.id for each in checks}) == len(checks)


def test_an_id_is_no_word_and_stands_for_one_text() -> None:
    ids = {check_id(ORDERS, f"min(x) > {number}") for number in range(200)}

    assert len(ids) > 195
    assert all(re.fullmatch("[b-xz][0-9]{4}", each) for each in ids)
    assert check_id(ORDERS, "row_count > 0") != check_id(dataset("gold.orders"), "row_count > 0")


def test_values_of_a_closed_column_are_in_no_repr() -> None:
    column = ColumnProfile("name", Family.TEXT, 0, 3, shown=Shown(values=("Ada",)))

    assert "Ada" not in repr(column)
