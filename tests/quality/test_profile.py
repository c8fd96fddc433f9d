"""What is tried of a table, and the pattern of values that are all of one shape."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.quality.profile import (
    FORMATS,
    Field,
    Reference,
    keys_to_try,
    pattern_of,
    references_to_try,
)
from tests.builders import a_column, a_model, a_project, a_table, dataset

_SHAPES = str.maketrans(
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "9" * 10 + "a" * 26 + "A" * 26
)
_OF = {"9": "0123456789", "a": "abcz", "A": "ABCZ"}


@pytest.mark.parametrize(
    ("low", "high", "pattern"),
    [
        ("O000001", "O050000", "^O[0-9]{6}$"),
        ("SKU-0001", "SKU-0400", "^SKU-[0-9]{4}$"),
        ("DE", "US", "^[A-Z]{2}$"),
        ("a1.x", "a9.y", "^a[0-9][.][a-z]$"),
        ("é1", "é9", None),
        ("1^2", "5^2", None),
        ("", "", None),
    ],
)
def test_a_pattern_says_what_is_the_same(low: str, high: str, pattern: str | None) -> None:
    assert pattern_of(low.translate(_SHAPES), low, high) == pattern


@given(st.text("9aA-_/.", min_size=1, max_size=12), st.data())
def test_a_pattern_fits_every_value_between_its_ends(shape: str, data: st.DataObject) -> None:
    one_value = st.tuples(*(st.sampled_from(_OF.get(each, each)) for each in shape)).map("".join)
    values = sorted(data.draw(st.lists(one_value, min_size=1, max_size=6)))

    pattern = pattern_of(shape, values[0], values[-1])

    assert pattern is not None
    assert all(re.fullmatch(pattern, value) for value in values)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("email", "ada@example.org"),
        ("uuid", "123e4567-e89b-12d3-a456-426614174000"),
        ("date iso 8601", "2026-03-02"),
        ("ipv4 address", "10.0.0.1"),
    ],
)
def test_a_format_takes_what_it_is_called_for_and_nothing_longer(name: str, value: str) -> None:
    assert re.fullmatch(FORMATS[name], value)
    assert not re.fullmatch(FORMATS[name], f"{value} and more")


def test_a_gold_model_is_tried_by_what_is_no_measure() -> None:
    fields = [Field("day", "date"), Field("category", "text"), Field("revenue", "numeric")]

    tried = keys_to_try(a_project(), dataset("gold.revenue"), fields)

    assert tried == (("day",), ("category",), ("day", "category"))


def test_a_reference_is_tried_where_a_column_is_called_like_a_key() -> None:
    customers = a_table("customers", [a_column("id"), a_column("email")])
    products = a_table("products", [a_column("product_id")])
    project = a_project([customers, products, a_table("orders")], [a_model()])
    names = ("id", "customer_id", "product_id", "note")
    fields = [Field(each, "text") for each in names]

    tried = references_to_try(project, dataset("silver.orders"), fields)

    assert tried == (
        Reference("customer_id", dataset("silver.customers"), "id"),
        Reference("product_id", dataset("silver.products"), "product_id"),
    )
    assert references_to_try(project, dataset("bronze.orders"), fields) == ()
