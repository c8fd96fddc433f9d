"""Which columns count as personal, and what is done to them."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.model import Column, ColumnType, Operator, PrivacyPolicy
from engine.privacy.model import (
    CERTAIN,
    LIKELY,
    ColumnClass,
    ColumnSample,
    Evidence,
    Protection,
    classify,
    classify_all,
    hinted_entity,
    protections,
    undecided,
    unnamed_numbers,
    worth_sampling,
)

ENTITIES = (*sorted(CERTAIN), *LIKELY, "DATE_TIME")
POLICY = PrivacyPolicy({"EMAIL_ADDRESS": Operator.HASH, "PERSON": Operator.HASH})

columns = st.sampled_from(["note", "email", "phone", "contact_name", "city", "ip", "x"])


def cells_of(sampled: int) -> st.SearchStrategy[Mapping[str, int]]:
    """Entities, each in some of the sampled cells."""
    return st.dictionaries(st.sampled_from(ENTITIES), st.integers(0, sampled))


@st.composite
def evidence(draw: st.DrawFn) -> Evidence:
    """What may have been found in a sample."""
    sampled = draw(st.integers(1, 50))
    return Evidence(draw(columns), sampled, draw(cells_of(sampled)))


@given(evidence(), st.sampled_from(sorted(CERTAIN)))
def test_one_cell_of_a_certain_entity_makes_a_column_personal(found: Evidence, entity: str) -> None:
    with_one = Evidence(found.column, found.sampled, {**found.cells, entity: 1})

    assert classify(with_one).entity in CERTAIN


@given(evidence(), st.sampled_from(ENTITIES), st.integers(1, 50))
def test_more_evidence_never_makes_a_column_less_personal(
    found: Evidence, entity: str, more: int
) -> None:
    count = min(found.sampled, found.cells.get(entity, 0) + more)
    stronger = Evidence(found.column, found.sampled, {**found.cells, entity: count})

    if classify(found).entity is not None:
        assert classify(stronger).entity is not None
    if classify(found).entity in CERTAIN:
        assert classify(stronger).entity in CERTAIN


@given(evidence())
def test_an_entity_is_only_claimed_with_a_reason(found: Evidence) -> None:
    judged = classify(found)

    assert judged.column == found.column
    assert (judged.entity is None) == (judged.reasons == ())
    assert judged.entity is None or found.cells[judged.entity] > 0


def test_a_few_likely_names_in_a_note_are_not_enough() -> None:
    assert classify(Evidence("note", 100, {"PERSON": 39})).entity is None
    assert classify(Evidence("note", 100, {"PERSON": 40})).entity == "PERSON"


def test_the_name_of_a_column_lowers_the_share_that_is_needed() -> None:
    judged = classify(Evidence("contact_name", 100, {"PERSON": 10}))

    assert judged == ColumnClass(
        "contact_name", "PERSON", ("PERSON in 10 of 100 sampled values", "its name says PERSON")
    )


def test_the_name_alone_says_nothing_about_values_that_were_not_found() -> None:
    assert classify(Evidence("email", 100, {})).entity is None


def test_an_entity_that_nobody_knows_never_counts() -> None:
    assert classify(Evidence("note", 1, {"DATE_TIME": 1})).entity is None


def test_nothing_sampled_is_nothing_personal() -> None:
    assert classify(Evidence("email", 0, {})) == ColumnClass("email", None)
    assert Evidence("email", 0, {"PERSON": 1}).share("PERSON") == 0


@pytest.mark.parametrize(
    ("column", "entity"),
    [
        ("email", "EMAIL_ADDRESS"),
        ("work_e_mail", "EMAIL_ADDRESS"),
        ("mobile", "PHONE_NUMBER"),
        ("card_number", "CREDIT_CARD"),
        ("ip", "IP_ADDRESS"),
        ("ship", None),
        ("name", "PERSON"),
        ("product_name", None),
        ("company", None),
        ("shipping_address", "LOCATION"),
        ("quantity", None),
    ],
)
def test_a_column_name_speaks_for_an_entity(column: str, entity: str | None) -> None:
    assert hinted_entity(column) == entity


def test_a_sample_never_shows_its_values() -> None:
    assert "maria" not in repr(ColumnSample("email", ("maria@example.com",)))


def test_text_and_numbers_that_nobody_decided_on_are_sampled() -> None:
    declared = (
        Column("id", operator=Operator.KEEP),
        Column("paid", ColumnType.INTEGER),
        Column("born", ColumnType.DATE),
        Column("segment"),
    )

    open_columns = undecided(("id", "paid", "born", "segment", "extra"), declared)

    assert open_columns == ("paid", "segment", "extra")


def test_numbers_too_short_for_any_entity_are_not_worth_a_sample() -> None:
    declared = (
        Column("card", ColumnType.INTEGER),
        Column("amount", ColumnType.NUMBER),
        Column("phone", ColumnType.INTEGER),
        Column("note"),
    )
    open_columns = ("card", "amount", "phone", "note", "extra")

    numbers = unnamed_numbers(open_columns, declared)

    assert numbers == ("card", "amount")
    left = worth_sampling(open_columns, {"card": 9, "amount": 8})
    assert left == ("card", "phone", "note", "extra")


@pytest.mark.parametrize(
    ("column", "cells", "entity"),
    [
        ("amount", {"CREDIT_CARD": 20}, None),
        ("amount", {"CREDIT_CARD": 180}, "CREDIT_CARD"),
        ("amount", {"PHONE_NUMBER": 190}, None),
        ("phone", {"PHONE_NUMBER": 190}, "PHONE_NUMBER"),
    ],
)
def test_in_numbers_most_cells_must_look_personal_and_a_name_must_speak_for_the_uncertain(
    column: str, cells: dict[str, int], entity: str | None
) -> None:
    declared = (Column(column, ColumnType.INTEGER),)

    (found,) = classify_all((Evidence(column, 200, cells),), declared)

    assert found.entity == entity


def test_a_declared_operator_goes_before_what_was_found() -> None:
    declared = (
        Column("email", operator=Operator.REDACT),
        Column("id", operator=Operator.KEEP),
        Column("phone", operator=Operator.HASH, entity="PERSON"),
    )
    found = (ColumnClass("extra", "PERSON", ("why",)), ColumnClass("note", None))

    decided = protections(declared, found, POLICY)

    assert decided == (
        Protection("email", Operator.REDACT, "EMAIL_ADDRESS"),
        Protection("phone", Operator.HASH, "PERSON"),
        Protection("extra", Operator.HASH, "PERSON", False, ("why",)),
    )


@given(st.lists(evidence(), max_size=5, unique_by=lambda each: each.column))
def test_every_personal_column_is_protected_exactly_once(found: list[Evidence]) -> None:
    classes = [classify(each) for each in found]

    decided = protections((), classes, POLICY)

    assert [each.column for each in decided] == [each.column for each in classes if each.entity]
