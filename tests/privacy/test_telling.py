"""What cards show of personal data: columns, reasons and shapes, never a value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.model import Operator
from engine.privacy.model import Protection
from engine.privacy.shapes import LONGEST, shape, usual_shapes
from engine.privacy.telling import done, finding_buttons, scan_buttons, scan_table
from tests.builders import dataset

FOUND = Protection(
    "gift",
    Operator.HASH,
    "EMAIL_ADDRESS",
    False,
    ("198 of 200 sampled values are e-mail addresses",),
    None,
    "EMAIL_ADDRESS: hash in privacy.yaml:4",
    looks=("•••••@•.•••", "•@•.•••"),
)
DECLARED = Protection("born", Operator.GENERALISE, None, True, (), "year", "t.born: generalise")


@pytest.mark.parametrize(
    ("value", "looks"),
    [
        ("Maria.Lopez@example.org", "•••••.•••••@•••••••.•••"),
        ("+49 170 1234567", "+•• ••• •••••••"),
        ("Zoë Łukasz 東京 🏠", "••• •••••• •• •"),
        ("٣٤٥\n12", "••• ••"),
        ("a" * 90, "•" * (LONGEST - 1) + "…"),
    ],
)
def test_a_shape_shows_the_form_of_a_value_and_nothing_else(value: str, looks: str) -> None:
    assert shape(value) == looks


@given(st.text(max_size=60))
def test_no_letter_and_no_digit_of_a_value_is_in_its_shape(value: str) -> None:
    looks = shape(value)

    assert len(looks) <= LONGEST
    assert not any(each.isalnum() for each in looks)


def test_the_usual_shapes_come_first() -> None:
    assert usual_shapes(("a1", "b2", "-", "12", "c3", "--")) == ("••", "-")


def test_each_column_of_a_scan_says_what_why_how_and_by_which_rule() -> None:
    table = scan_table([FOUND, DECLARED])

    assert table is not None
    assert table.rows == (
        (
            "gift",
            "EMAIL_ADDRESS",
            "•••••@•.••• or •@•.•••",
            "198 of 200 sampled values are e-mail addresses",
            "replaced by tokens",
            "EMAIL_ADDRESS: hash in privacy.yaml:4; nobody decided",
        ),
        ("born", "something personal", "", "declared", "generalised to year", "t.born: generalise"),
    )


def test_what_was_found_can_be_accepted_or_rejected_with_a_click() -> None:
    buttons = list(finding_buttons(dataset("silver.orders"), FOUND))

    assert [each.command for each in buttons] == [
        "accept EMAIL_ADDRESS in gift of orders",
        "gift in orders is not EMAIL_ADDRESS",
    ]


def test_a_scan_offers_no_button_for_what_is_declared_or_in_gold() -> None:
    assert list(scan_buttons(dataset("bronze.orders"), [DECLARED])) == []
    assert list(scan_buttons(dataset("gold.orders"), [FOUND])) == []
    offered = [each.command for each in scan_buttons(dataset("bronze.orders"), [DECLARED, FOUND])]
    assert offered[-1] == "mask gift in orders"


def test_there_are_words_for_all_that_can_be_done() -> None:
    assert len({done(each) for each in Operator}) == len(Operator)
