"""What becomes of cells and keys, and which rows of one key are one person's."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.model import Cleaning, Column, ColumnType, DateFormat
from engine.errors import EngineError
from engine.persons.erasing import Sibling, emptied, new_key, same_person

DAY = Column("born", ColumnType.DATE, required=True)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (None, None),
        (Column("name"), None),
        (Column("name", required=True), "[erased]"),
        (Column("phone", required=True, clean=(Cleaning.DIGITS,)), "0"),
        (Column("age", ColumnType.INTEGER, required=True), "0"),
        (DAY, "1900-01-01"),
        (replace(DAY, formats=(DateFormat.DOTTED,)), "01.01.1900"),
        (Column("seen", ColumnType.TIMESTAMP, required=True), "1900-01-01"),
    ],
)  # fmt: skip
def test_a_cell_is_emptied_so_that_its_row_stays_good(
    column: Column | None, text: str | None
) -> None:
    assert emptied(column).text == text


def test_a_personal_key_that_can_be_no_number_is_left_to_people() -> None:
    with pytest.raises(EngineError, match="born"):
        new_key(Column("born", ColumnType.DATE), 5)


def row(number: int, key: str, *facts: str) -> Sibling:
    return Sibling(number, (key,), frozenset(("email", fact) for fact in facts))


def test_rows_are_one_persons_where_key_and_something_identifying_agree() -> None:
    rows = [row(1, "k", "a"), row(2, "k", "a", "b"), row(3, "k", "b"), row(4, "k", "c"),
            row(5, "other", "a"), row(6, "k")]  # fmt: skip

    assert same_person([1], rows) == {1, 2, 3}
    assert same_person([], rows) == set()
    assert same_person([9], rows) == {9}


@given(
    st.lists(st.tuples(st.sampled_from("kl"), st.frozensets(st.sampled_from("abc"))), max_size=8),
    st.data(),
)
def test_who_belongs_together_does_not_depend_on_the_order(
    given_rows: list[tuple[str, frozenset[str]]], data: st.DataObject
) -> None:
    rows = [row(number, key, *facts) for number, (key, facts) in enumerate(given_rows)]
    shuffled = data.draw(st.permutations(rows))

    assert same_person([0], rows) == same_person([0], shuffled)
    assert same_person(same_person([0], rows), rows) == same_person([0], rows)
