"""What k-anonymity asks for, and what answers it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import EngineError, UnknownColumn
from engine.privacy.anonymity import (
    MOST,
    MOST_COLUMNS,
    Anonymity,
    Question,
    Tally,
    chosen,
    coarser,
    require_sensible,
)
from tests.builders import dataset

VALUE = dataset("gold.customer_value")
PRESENT = ("segment", "country", "birth_date", "Odd Name")


def a_question(*columns: str, k: int = 5) -> Question:
    return Question(VALUE, columns or ("segment",), k)


def refusal(question: Question) -> EngineError | None:
    try:
        require_sensible(question)
    except EngineError as error:
        return error
    return None


@pytest.mark.parametrize(
    "question",
    [
        a_question(k=1),
        a_question(k=0),
        a_question(k=-3),
        a_question(k=MOST + 1),
        Question(VALUE, (), 5),
        a_question(*(f"c{number}" for number in range(MOST_COLUMNS + 1))),
    ],
    ids=str,
)
def test_a_question_without_an_answer_is_refused_with_what_can_be_asked(
    question: Question,
) -> None:
    refused = refusal(question)

    assert refused is not None
    assert refused.hint


def test_the_fewest_and_the_most_can_be_asked() -> None:
    columns = tuple(f"c{number}" for number in range(MOST_COLUMNS))

    assert refusal(a_question(k=2)) is None
    assert refusal(a_question(*columns, k=MOST)) is None


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (("country", "segment"), ("country", "segment")),
        (("Segment", "segment"), ("segment",)),
        (("birth date", "odd  name"), ("birth_date", "Odd Name")),
    ],
)
def test_columns_are_found_as_people_write_them(
    said: tuple[str, ...], meant: tuple[str, ...]
) -> None:
    assert chosen(a_question(*said), PRESENT) == meant


def test_an_exact_name_goes_before_one_that_is_written_alike() -> None:
    assert chosen(a_question("Id"), ("id", "Id")) == ("Id",)
    with pytest.raises(UnknownColumn) as caught:
        chosen(a_question("ID"), ("id", "Id"))
    assert set(caught.value.close) <= {"id", "Id"}


def test_an_unknown_column_names_the_nearest_one() -> None:
    with pytest.raises(UnknownColumn) as caught:
        chosen(a_question("segmnt"), PRESENT)

    assert caught.value.close[0] == "segment"
    assert "Did you mean segment" in caught.value.hint


def test_where_nothing_is_near_all_columns_are_named() -> None:
    with pytest.raises(UnknownColumn) as caught:
        chosen(a_question("xxxxxxxxxxxxxxx"), PRESENT)

    assert all(name in caught.value.hint for name in PRESENT)


@given(st.dictionaries(st.sampled_from(PRESENT), st.integers(0, 50), min_size=1))
def test_the_first_to_mend_leaves_the_fewest_rows_that_stand_out(left: dict[str, int]) -> None:
    without = {name: Tally(100, 9, 1, 1, rows) for name, rows in left.items()}
    found = Anonymity(a_question(*left), Tally(100, 9, 1, 1, 60), without)

    assert left[found.to_mend[0]] == min(left.values())
    assert sorted(found.to_mend) == sorted(left)


@pytest.mark.parametrize(
    ("type_", "to"),
    [
        ("date", "year"),
        ("timestamp with time zone", "year"),
        ("numeric(10,2)", "tens"),
        ("bigint", "tens"),
        ("character varying(9)", "first 3"),
        ("boolean", None),
        ("jsonb", None),
    ],
)
def test_each_type_has_a_first_way_to_be_coarser(type_: str, to: str | None) -> None:
    assert coarser(type_) == to


def test_what_is_hidden_has_no_wider_values() -> None:
    found = Anonymity(a_question(), types={"segment": "text"}, open=frozenset())

    assert found.coarser("segment") is None
