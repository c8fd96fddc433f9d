"""Orders about quarantine: who may give them, what becomes a run, what wants a second word."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.cards import Card, Fact
from engine.catalog.model import Load, LoadMode
from engine.commands import DeleteQuarantine, ListQuarantine, ReleaseQuarantine
from engine.errors import EngineError
from engine.outcome import Accepted, Answer, Outcome, Request
from engine.people import Role
from engine.quarantine_answers import QuarantineCommand, comes_back, quarantine_card
from engine.quarantine_desk import QuarantineDesk
from engine.runs.model import Parameters, Release, RunStatus, StepKind
from engine.runs.quarantine import Aside, Quarantined, QuarantinedRow
from engine.testing.fixed import FixedQuarantine
from skills.language.readings import Understood
from skills.language.understanding import understand
from skills.language.vocabulary import Vocabulary
from tests.builders import a_project, a_table, an_asker, dataset
from tests.workshop import Workshop

CUSTOMERS = "silver.customers"
ROWS = [
    QuarantinedRow("day 1", 7, ("email: missing",), "7K3F9QTZ", (("id", "C1"),)),
    QuarantinedRow("day 1", 8, ("id: missing", "email: missing"), "7K3F9QTZ", (("id", None),)),
    QuarantinedRow("day 2", 9, ("age: not a whole number (xx)",), "7K3F9QTZ", (("id", "C3"),)),
]


class Desk:
    """The desk of a workshop, with three rows in quarantine."""

    def __init__(self) -> None:
        self.shop = Workshop()
        self.shop.quarantine = FixedQuarantine({"customers": ROWS})
        self.desk = QuarantineDesk(
            self.shop.project, self.shop.desk, self.shop.quarantine, self.shop.clock
        )

    async def ask(self, command: QuarantineCommand, key: str | None = None) -> Outcome:
        request = Request(command, an_asker(), key)
        return await self.desk.carry_out(command, dataset(command.dataset), request)

    async def card(self, command: QuarantineCommand) -> Card:
        outcome = await self.ask(command)
        assert isinstance(outcome, Answer)
        return outcome.card


async def test_reasons_come_first_and_then_the_rows_with_what_may_be_told() -> None:
    card = await Desk().card(ListQuarantine(CUSTOMERS))

    assert card.title == "3 rows of customers in quarantine"
    assert card.facts[0] == Fact(
        "Reasons", "email: missing (2), id: missing (1), age: not a whole number (1)"
    )
    assert card.table is not None
    assert card.table.rows[:2] == (
        ("day 1", "7", "email: missing", "id: C1, email: •••"),
        ("day 1", "8", "id: missing; email: missing", "id: missing, email: •••"),
    )


async def test_only_rows_of_the_rule_are_listed() -> None:
    card = await Desk().card(ListQuarantine(CUSTOMERS, "age"))

    assert card.title == "1 row of customers in quarantine for age"
    assert [button.command for button in card.buttons] == [
        "release quarantined rows of silver.customers for age",
        "delete quarantined rows of silver.customers for age",
    ]


def test_values_of_no_more_than_five_rows_are_shown() -> None:
    rows = tuple(replace(ROWS[0], row=number) for number in range(9))

    card = quarantine_card(a_project(), a_table(), Quarantined(40, (), rows), None)

    assert card.table is not None
    assert sum(bool(row[3]) for row in card.table.rows) == 5
    assert card.text == "The first 9 are shown; 31 more are in quarantine.customers."


async def test_a_release_is_a_run_of_that_one_table() -> None:
    desk = Desk()

    accepted = await desk.ask(ReleaseQuarantine(CUSTOMERS, "email"))

    assert isinstance(accepted, Accepted)
    run = desk.shop.state.runs[accepted.run_id]
    assert run.title == "quarantine release for customers"
    assert [step.kind for step in run.steps] == [
        StepKind.REFINE, StepKind.CHECK, StepKind.PUBLISH,
    ]  # fmt: skip
    assert run.targets() == (dataset(CUSTOMERS),)
    assert run.parameters == Parameters(release=Release("email"))
    assert run.status is RunStatus.QUEUED


async def test_the_same_key_is_the_same_release_also_when_nothing_is_left() -> None:
    desk = Desk()
    first = await desk.ask(ReleaseQuarantine(CUSTOMERS), "once")
    await desk.shop.quarantine.delete(a_table(), Aside())

    assert await desk.ask(ReleaseQuarantine(CUSTOMERS), "once") == first


async def test_where_nothing_is_aside_no_run_starts() -> None:
    desk = Desk()

    card = await desk.card(ReleaseQuarantine(CUSTOMERS, "phone"))

    assert card.title == "No rows of customers in quarantine for phone"
    assert desk.shop.state.runs == {}


async def test_nothing_is_deleted_before_the_button_was_pressed() -> None:
    desk = Desk()
    command = DeleteQuarantine(CUSTOMERS, "email", 30)

    asking = await desk.card(command)
    (button,) = asking.buttons
    names = Vocabulary((), ("customers",), (CUSTOMERS,))
    meant = understand(button.command, names, datetime(2026, 3, 1, tzinfo=UTC), UTC)

    assert desk.shop.quarantine.deleted == []
    assert asking.title == "Delete 2 rows of customers from quarantine?"
    assert button.confirm
    assert meant == Understood(replace(command, confirmed=True))


async def test_what_was_deleted_is_told_with_what_is_left() -> None:
    desk = Desk()

    card = await desk.card(DeleteQuarantine(CUSTOMERS, "email", confirmed=True))

    assert desk.shop.quarantine.deleted == [Aside("email")]
    assert card.title == "2 rows of customers deleted from quarantine"
    assert card.text == (
        "bronze.customers keeps the raw rows: the next run puts those aside again that are "
        "still bad."
    )
    assert ("Still in quarantine", "1 row") in [(fact.name, fact.value) for fact in card.facts]


async def test_the_age_is_counted_from_now() -> None:
    desk = Desk()

    await desk.ask(DeleteQuarantine(CUSTOMERS, None, 30, confirmed=True))

    (aside,) = desk.shop.quarantine.deleted
    assert aside.before is not None
    assert (desk.shop.clock.now() - aside.before).days == 30


def test_an_incremental_table_judges_its_rows_again_only_when_told() -> None:
    table = replace(a_table(), load=Load(LoadMode.INCREMENTAL))

    assert "a full refresh puts" in comes_back(table)


async def test_a_gold_model_has_no_quarantine() -> None:
    with pytest.raises(EngineError, match="gold model"):
        await Desk().ask(ReleaseQuarantine("gold.revenue"))


def test_to_release_needs_an_operator_and_to_delete_an_admin() -> None:
    assert ReleaseQuarantine.needs is Role.OPERATOR
    assert DeleteQuarantine.needs is Role.ADMIN
