"""What a finding says as a card."""

import pytest

from engine.alerts.finding_cards import card_of, personal_key
from engine.cards import Card, CardKind, Fact, Severity
from engine.catalog.model import Operator
from engine.findings.model import (
    ChecksFailed,
    ChecksWarned,
    Evidence,
    PersonalData,
    StepBroke,
    TypesChanged,
)
from engine.privacy.model import Protection
from engine.privacy.telling import done
from engine.quality.model import Outcome
from engine.runs.model import Retyped
from tests.builders import RUN_ID, a_finding, a_model, a_project, a_verdict

PROJECT = a_project()
PERSONAL = PersonalData(Protection("gift", Operator.HASH, "EMAIL_ADDRESS", False, ("many",)))
FAILED = ChecksFailed((a_verdict(Outcome.FAILED), a_verdict(Outcome.NOT_EVALUATED, "b", None, "r")))
WARNED = ChecksWarned((a_verdict(Outcome.WARNED),))
BROKE = StepBroke("refine silver.customers", "The disk is full.", "Make room.")


def card_about(evidence: Evidence, on: str = "silver.customers") -> Card:
    """The card of a finding."""
    return card_of(a_finding(evidence, on), PROJECT)


@pytest.mark.parametrize("evidence", [FAILED, WARNED, PERSONAL, BROKE])
def test_each_kind_is_an_alert_that_names_its_run(evidence: Evidence) -> None:
    card = card_about(evidence)

    assert card.kind is CardKind.ALERT
    assert Fact("Run", RUN_ID) in card.facts


def test_a_held_back_table_names_its_owner_what_it_feeds_and_each_check() -> None:
    card = card_about(FAILED)

    assert card.title == "silver.customers was held back: 2 checks did not hold"
    assert card.severity is Severity.CRITICAL
    assert Fact("Owner", "Customer relations (#crm)") in card.facts
    assert Fact("Feeds", "gold.revenue") in card.facts
    assert card.table is not None
    assert card.table.rows == (
        ("missing_percent(email) < 5", "failed", "61.2 %"),
        ("b", "not evaluated", "r"),
    )


def test_another_type_names_the_column_its_owner_and_what_it_feeds() -> None:
    card = card_about(TypesChanged((Retyped("born", "date", "text"),)))

    assert card.title == "silver.customers changed the type of 1 column"
    assert "born was date and is text now." in card.text
    assert Fact("Owner", "Customer relations (#crm)") in card.facts
    assert Fact("Feeds", "gold.revenue") in card.facts


def test_an_owner_without_a_contact_is_named_alone() -> None:
    assert Fact("Owner", "Sales team") in card_about(FAILED, "gold.revenue").facts


def test_a_dataset_without_an_owner_that_feeds_nothing_names_neither() -> None:
    project = a_project(models=(a_model(owner=None),))
    finding = a_finding(BROKE, "gold.revenue")

    assert card_of(finding, project).facts == (Fact("Run", RUN_ID),)


def test_one_check_is_told_in_the_singular() -> None:
    title = card_about(WARNED).title

    assert title == "silver.customers was published with 1 check that warned"


def test_what_is_found_within_one_column_is_one_card_with_the_most_frequent_first() -> None:
    card, name = (
        Protection(
            "note", Operator.REDACT, entity, False, (f"{entity} in {n}",), within=True, cells=n
        )
        for entity, n in (("CREDIT_CARD", 1), ("PERSON", 9))
    )

    both = [PersonalData(card, (name,)), PersonalData(name, (card,))]

    keys = {personal_key(a_finding(each), each) for each in both}
    assert keys == {f"finding:within/silver.customers/note:{RUN_ID}"}
    cards = [card_about(each) for each in both]
    titles = {each.title for each in cards}
    assert titles == {"Personal data in customers.note: PERSON, CREDIT_CARD"}
    assert "within its cells was redacted" in cards[0].text


def test_what_was_found_is_shown_by_its_shape_alone() -> None:
    seen = Protection("gift", Operator.HASH, "PERSON", False, ("many",), looks=("••• ••", "•••"))

    told = {fact.name: fact.value for fact in card_about(PersonalData(seen)).facts}

    assert (told["Found"], told["Looks like"]) == ("many", "••• •• or •••")
    assert "Looks like" not in {fact.name for fact in card_about(PERSONAL).facts}


@pytest.mark.parametrize("operator", Operator)
def test_personal_data_says_what_was_done_to_it(operator: Operator) -> None:
    card = card_about(PersonalData(Protection("gift", operator, "PERSON", False, ("why",))))

    assert done(operator) in card.text


def test_a_step_that_broke_says_why_and_what_to_do() -> None:
    card = card_about(BROKE)

    assert card.title == "refine silver.customers failed"
    assert card.text == "The disk is full.\nMake room."


def test_a_question_about_columns_can_be_accepted_where_it_is_told() -> None:
    hint = f"If that is meant, say «retry {RUN_ID} and accept the change»."

    card = card_about(StepBroke("ingest bronze.customers", "email is gone.", hint))

    why, accept, _ = card.buttons
    assert (why.command, accept.command) == (
        f"why did {RUN_ID} fail",
        f"retry {RUN_ID} and accept the change",
    )
    assert accept.confirm == (
        "Go on with ingest bronze.customers although it changes the columns as told?"
    )


def test_other_trouble_has_nothing_to_accept() -> None:
    assert [button.label for button in card_about(BROKE).buttons] == ["Why?", "Re-run from there"]


def test_a_table_held_back_may_never_have_been_published() -> None:
    text = card_about(FAILED).text

    assert text.startswith("A version from before stays in place, if there was one; what is made")
