"""Which columns count as personal: by their values, their names and their neighbours."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.model import Column, ColumnType, Operator
from engine.privacy.classifying import CERTAIN, LIKELY, classify, classify_all
from engine.privacy.hints import hinted_entity
from engine.privacy.model import ColumnClass, Evidence

ENTITIES = (*sorted(CERTAIN), *LIKELY, "DATE_TIME")

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
def test_a_third_of_a_certain_entity_makes_a_column_personal(found: Evidence, entity: str) -> None:
    with_some = Evidence(found.column, 10, {**_at_most(found.cells, 10), entity: 4})

    assert classify(with_some).entity in CERTAIN


def _at_most(cells: Mapping[str, int], most: int) -> dict[str, int]:
    return {entity: min(count, most) for entity, count in cells.items()}


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
        "contact_name",
        "PERSON",
        ("its name says a person's name", "10 of 100 sampled values are names of persons"),
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


def test_random_numbers_of_which_one_in_ten_passes_luhn_are_no_cards() -> None:
    judged = classify(Evidence("order_no", 200, {"CREDIT_CARD": 18}, {"CREDIT_CARD": 200}))

    assert judged.entity is None
    assert judged.by_luck == {"CREDIT_CARD"}


def test_a_few_cards_among_other_values_leave_the_column_as_it_is() -> None:
    few = classify(Evidence("paid_with", 200, {"CREDIT_CARD": 3}, {"CREDIT_CARD": 3}))
    many = classify(Evidence("paid_with", 200, {"CREDIT_CARD": 60}, {"CREDIT_CARD": 60}))

    assert few.entity is None  # each of its cells is looked through all the same
    assert many.entity == "CREDIT_CARD"
    assert many.reasons == (
        "60 of 200 sampled values are card numbers",
        "all pass the Luhn check",
    )


def test_a_phone_column_stays_one_where_many_numbers_pass_the_check_of_the_nhs() -> None:
    evidence = Evidence("phone", 100, {"UK_NHS": 95, "PHONE_NUMBER": 5}, {"UK_NHS": 100}, 100)

    judged = classify(evidence)

    assert judged.entity == "PHONE_NUMBER"
    assert judged.reasons[0] == "its name says a phone number"


def test_a_name_is_believed_where_the_values_may_be_that() -> None:
    judged = classify(Evidence("PostalCode", 59, {}, {}, 59))

    assert judged.entity == "LOCATION"
    assert judged.reasons == (
        "its name says an address or place",
        "59 of 59 sampled values look like it",
    )


def test_a_column_name_tells_of_a_person_only_beside_other_personal_columns() -> None:
    name = Evidence("name", 100, {"PERSON": 61}, {}, 90)
    others = (Evidence("email", 100, {"EMAIL_ADDRESS": 100}, {}, 100), Evidence("price", 9, {}))

    alone = classify_all((name, others[1]), ())
    beside = classify_all((name, *others), ())

    assert [each.entity for each in alone] == [None, None]
    assert [each.entity for each in beside] == ["PERSON", "EMAIL_ADDRESS", None]


def test_country_and_company_are_about_a_person_beside_one() -> None:
    columns = (Evidence("Country", 24, {"LOCATION": 24}, {}, 24), Evidence("Company", 9, {}, {}, 9))
    declared = (Column("email", operator=Operator.HASH),)

    assert [each.entity for each in classify_all(columns, ())] == [None, None]
    assert [each.entity for each in classify_all(columns, declared)] == ["LOCATION", "ORGANIZATION"]


def test_people_named_in_a_column_of_works_are_no_customers() -> None:
    composer = Evidence("composer", 200, {"PERSON": 190})
    email = Evidence("email", 200, {"EMAIL_ADDRESS": 200}, {}, 200)

    assert classify(composer).entity is None
    assert classify_all((composer, email), ())[0].entity is None


def test_a_column_of_sentences_is_free_text() -> None:
    judged = classify(Evidence("body", 100, {"PERSON": 60, "EMAIL_ADDRESS": 2}, wordy=95))

    assert judged.free_text
    assert judged.reasons == ("60 of 100 sampled values hold a person's name",)


def test_free_text_is_told_also_where_nothing_personal_was_found() -> None:
    assert classify(Evidence("note", 100, {}, wordy=40)) == ColumnClass("note", None, (), True)


def test_an_address_of_many_words_is_no_free_text() -> None:
    assert not classify(Evidence("street", 100, {"LOCATION": 90}, {}, 100, 60)).free_text
