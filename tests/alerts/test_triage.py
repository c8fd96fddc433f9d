"""Which card a finding becomes, and which channel hears of it."""

import pytest

from engine.alerts.model import Post
from engine.alerts.triage import post_for
from engine.cards import CardKind, Fact, Severity
from engine.catalog.model import Operator, Routes
from engine.findings.model import ChecksFailed, ChecksWarned, Evidence, PersonalData, StepBroke
from engine.privacy.model import Protection
from engine.privacy.telling import done
from engine.quality.model import Outcome
from tests.builders import RUN_ID, a_finding, a_model, a_project, a_verdict

ROUTES = Routes("#quality", "#people", "#ops")
PROJECT = a_project(routes=ROUTES)
PERSONAL = PersonalData(Protection("gift", Operator.HASH, "EMAIL_ADDRESS", False, ("many",)))
FAILED = ChecksFailed((a_verdict(Outcome.FAILED), a_verdict(Outcome.NOT_EVALUATED, "b", None, "r")))
WARNED = ChecksWarned((a_verdict(Outcome.WARNED),))
BROKE = StepBroke("refine silver.customers", "The disk is full.", "Make room.")


def posted(evidence: Evidence, on: str = "silver.customers", *, first_time: bool = True) -> Post:
    """The post of a finding."""
    finding = a_finding(evidence, on)
    post = post_for(finding, first_time=first_time, project=PROJECT, platform="slack")
    assert post is not None
    return post


@pytest.mark.parametrize(
    ("evidence", "channel"),
    [(FAILED, "#quality"), (WARNED, "#quality"), (PERSONAL, "#people"), (BROKE, "#ops")],
)
def test_each_kind_goes_to_its_route(evidence: Evidence, channel: str) -> None:
    post = posted(evidence)

    assert (post.platform, post.channel) == ("slack", channel)
    assert post.card.kind is CardKind.ALERT
    assert Fact("Run", RUN_ID) in post.card.facts


def test_a_held_back_table_names_its_owner_what_it_feeds_and_each_check() -> None:
    card = posted(FAILED).card

    assert card.title == "silver.customers was held back: 2 checks did not hold"
    assert card.severity is Severity.CRITICAL
    assert Fact("Owner", "Customer relations (#crm)") in card.facts
    assert Fact("Feeds", "gold.revenue") in card.facts
    assert card.table is not None
    assert card.table.rows == (
        ("missing_percent(email) < 5", "failed", "61.2"),
        ("b", "not evaluated", "r"),
    )


def test_an_owner_without_a_contact_is_named_alone() -> None:
    assert Fact("Owner", "Sales team") in posted(FAILED, "gold.revenue").card.facts


def test_a_dataset_without_an_owner_that_feeds_nothing_names_neither() -> None:
    project = a_project(models=(a_model(owner=None),))
    finding = a_finding(BROKE, "gold.revenue")

    post = post_for(finding, first_time=True, project=project, platform="web")

    assert post is not None
    assert post.card.facts == (Fact("Run", RUN_ID),)


def test_one_check_is_told_in_the_singular() -> None:
    title = posted(WARNED).card.title

    assert title == "silver.customers was published with 1 check that warned"


def test_personal_data_is_announced_the_first_time_only() -> None:
    finding = a_finding(PERSONAL)

    again = post_for(finding, first_time=False, project=PROJECT, platform="web")

    assert again is None
    assert posted(PERSONAL).card.title == "Personal data in customers.gift: EMAIL_ADDRESS"


@pytest.mark.parametrize("evidence", [FAILED, WARNED, BROKE])
def test_other_trouble_is_announced_each_time(evidence: Evidence) -> None:
    assert posted(evidence, first_time=False).key == posted(evidence).key


def test_what_is_found_within_one_column_is_one_card_with_the_most_frequent_first() -> None:
    card, name = (
        Protection(
            "note", Operator.REDACT, entity, False, (f"{entity} in {n}",), within=True, cells=n
        )
        for entity, n in (("CREDIT_CARD", 1), ("PERSON", 9))
    )

    posts = [posted(PersonalData(card, (name,))), posted(PersonalData(name, (card,)))]

    assert {post.key for post in posts} == {f"finding:within/silver.customers/note:{RUN_ID}"}
    assert {post.card.title for post in posts} == {
        "Personal data in customers.note: PERSON, CREDIT_CARD"
    }
    assert "within its cells was redacted" in posts[0].card.text


@pytest.mark.parametrize("operator", Operator)
def test_personal_data_says_what_was_done_to_it(operator: Operator) -> None:
    card = posted(PersonalData(Protection("gift", operator, "PERSON", False, ("why",)))).card

    assert done(operator) in card.text


def test_a_step_that_broke_says_why_and_what_to_do() -> None:
    card = posted(BROKE).card

    assert card.title == "refine silver.customers failed"
    assert card.text == "The disk is full.\nMake room."


def test_a_question_about_columns_can_be_accepted_where_it_is_told() -> None:
    hint = f"If that is meant, say «retry {RUN_ID} and accept the change»."

    card = posted(StepBroke("ingest bronze.customers", "email is gone.", hint)).card

    why, accept = card.buttons
    assert (why.command, accept.command) == (
        f"why did {RUN_ID} fail",
        f"retry {RUN_ID} and accept the change",
    )
    assert accept.confirm == (
        "Go on with ingest bronze.customers although it changes the columns as told?"
    )


def test_other_trouble_has_nothing_to_accept() -> None:
    assert [button.label for button in posted(BROKE).card.buttons] == ["Why?"]


def test_a_table_held_back_may_never_have_been_published() -> None:
    text = posted(FAILED).card.text

    assert text.startswith("A version from before stays in place, if there was one; what is made")


def test_the_same_trouble_in_another_run_is_another_post() -> None:
    keys = {
        post.key
        for run_id in ("11111111", "22222222")
        if (
            post := post_for(
                a_finding(BROKE, run_id=run_id), first_time=True, project=PROJECT, platform="web"
            )
        )
    }

    assert len(keys) == 2
