"""What is said to somebody who asks about incidents."""

from datetime import UTC

import pytest

from engine.cards import Severity
from engine.commands import (
    Acknowledge,
    Assign,
    ListIncidents,
    Resolve,
    ShowIncident,
    Snooze,
)
from engine.errors import EngineError
from engine.incident_answers import IncidentAnswers
from engine.testing.transactions import MemoryTransaction
from tests.alerts.incidents.builders import PROJECT, at, cleared, noted
from tests.alerts.incidents.test_desk import Office
from tests.builders import an_asker

MARIA = an_asker()


async def office_with(*datasets: str) -> tuple[Office, IncidentAnswers[MemoryTransaction]]:
    """An office with an incident of each of those datasets, and its answers."""
    office = Office()
    for minutes, each in enumerate(datasets):
        await office.hear(noted(each, minutes))
    desk, transactions = office.desk, office.transactions
    return office, IncidentAnswers(PROJECT, desk, transactions, office.clock)


async def test_nothing_open_is_good_news_in_one_line() -> None:
    _, answers = await office_with()

    card = await answers.answer(ListIncidents(), MARIA)

    assert (card.title, card.text) == ("No open incident", "Nothing is known to be broken.")


async def test_the_list_has_the_newest_first_with_their_owners() -> None:
    _, answers = await office_with("silver.customers", "silver.tickets")

    card = await answers.answer(ListIncidents(), MARIA)

    assert card.title == "2 open incidents"
    assert card.table is not None
    assert [(row[0], row[4]) for row in card.table.rows] == [
        ("INC-2", ""),
        ("INC-1", "Customer relations"),
    ]


@pytest.mark.parametrize(
    ("command", "ids"),
    [
        (ListIncidents(dataset="tickets"), ["INC-2"]),
        (ListIncidents(dataset="silver.customers"), ["INC-1"]),
        (ListIncidents(owner="Customer Relations"), ["INC-1"]),
        (ListIncidents(owner="crm"), ["INC-1"]),
    ],
)
async def test_a_list_can_be_narrowed(command: ListIncidents, ids: list[str]) -> None:
    _, answers = await office_with("silver.customers", "silver.tickets")

    card = await answers.answer(command, MARIA)

    assert card.table is not None
    assert [row[0] for row in card.table.rows] == ids


async def test_those_that_are_over_are_listed_when_asked_for() -> None:
    office, answers = await office_with("silver.customers", "silver.tickets")
    await office.hear(cleared("silver.tickets", 5))

    card = await answers.answer(ListIncidents(status="resolved"), MARIA)

    assert (card.title, card.severity) == ("1 resolved incident", Severity.INFO)


async def test_a_list_of_those_that_are_over_names_what_ended_them_not_who_looked_after_them() -> (
    None
):
    office, answers = await office_with("silver.customers", "silver.tickets")
    await answers.answer(Acknowledge("INC-1"), MARIA)
    await office.hear(cleared(minutes=5))
    await answers.answer(Resolve("INC-2"), MARIA)

    listed = (await answers.answer(ListIncidents(status="resolved"), MARIA)).table

    assert listed is not None
    by_hand, by_itself = (row[2] for row in listed.rows)
    assert by_hand == "resolved (Maria)"
    assert by_itself.startswith("resolved")
    assert "Maria" not in by_itself


async def test_an_incident_is_shown_with_its_history_and_where_it_was_told() -> None:
    _, answers = await office_with("silver.customers")
    await answers.answer(Acknowledge("INC-1"), MARIA)

    card = await answers.answer(ShowIncident("inc 1"), MARIA)

    assert "As of Mon 2 Mar 09:00; the message of INC-1 itself" in card.text
    assert "opened: silver.customers failed" in card.text
    assert "acknowledged by Maria" in card.text
    assert "web:#data-alerts" in str(card.facts)


@pytest.mark.parametrize(
    ("command", "title"),
    [
        (Acknowledge("INC-1"), "INC-1 is acknowledged by Maria"),
        (Acknowledge(dataset="customers"), "INC-1 is acknowledged by Maria"),
        (Acknowledge(), "INC-1 is acknowledged by Maria"),
        (Assign("INC-1"), "INC-1 is assigned to Maria"),
        (Assign("INC-1", person="@lea"), "INC-1 is assigned to @lea"),
        (Snooze("INC-1", until=at(60)), "INC-1 is snoozed until 10:00"),
        (Snooze("INC-1"), "INC-1 is snoozed until it is over"),
        (Resolve("INC-1"), "INC-1 is resolved after 1 s"),
    ],
)
async def test_each_act_is_confirmed_in_a_line(
    command: Acknowledge | Assign | Snooze | Resolve, title: str
) -> None:
    _, answers = await office_with("silver.customers")

    assert (await answers.answer(command, MARIA)).title == title


async def test_who_takes_a_snoozed_incident_hears_that_it_is_theirs_and_still_snoozed() -> None:
    _, answers = await office_with("silver.customers")
    await answers.answer(Snooze("INC-1"), MARIA)

    told = await answers.answer(Assign("INC-1"), MARIA)

    assert told.title == "INC-1 is assigned to Maria; it stays snoozed until it is over"


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (Acknowledge("INC-9"), "There is no incident 'INC-9'."),
        (ShowIncident("INC-x"), "There is no incident 'INC-x'."),
        (Acknowledge(dataset="orders"), "No incident of orders is open."),
        (Acknowledge(dataset="customer"), "There is no table 'customer'."),
        (Acknowledge(), "2 incidents are open: INC-2"),
        (ListIncidents(owner="nobody"), "There is no owner 'nobody'."),
        (ListIncidents(dataset="custmers"), "There is no table 'custmers'."),
    ],
)
async def test_what_is_not_clear_is_refused_with_what_there_is(
    command: Acknowledge | ShowIncident | ListIncidents, reason: str
) -> None:
    _, answers = await office_with("silver.customers", "silver.tickets")

    with pytest.raises(EngineError) as refused:
        await answers.answer(command, MARIA)

    assert refused.value.message.startswith(reason)


@pytest.mark.parametrize(
    ("command", "title", "ids"),
    [
        (Acknowledge(every=True), "2 incidents are acknowledged by Maria", ["INC-1", "INC-2"]),
        (
            Acknowledge(dataset="silver.tickets", every=True),
            "1 incident of silver.tickets is acknowledged by Maria",
            ["INC-2"],
        ),
        (Snooze(until=at(60), every=True), "2 incidents are snoozed until 10:00", []),
        (Resolve(every=True), "2 incidents are resolved by Maria", []),
    ],
)
async def test_all_are_done_at_once_and_counted(
    command: Acknowledge | Snooze | Resolve, title: str, ids: list[str]
) -> None:
    _, answers = await office_with("silver.customers", "silver.tickets")

    assert (await answers.answer(command, MARIA)).title == title

    listed = (await answers.answer(ListIncidents("acknowledged"), MARIA)).table
    assert sorted(row[0] for row in (listed.rows if listed is not None else ())) == ids


async def test_what_was_put_aside_on_purpose_stays_so() -> None:
    _, answers = await office_with("silver.customers", "silver.tickets")
    await answers.answer(Snooze("INC-1"), MARIA)

    card = await answers.answer(Acknowledge(every=True), MARIA)

    assert card.title == "1 incident is acknowledged by Maria"
    with pytest.raises(EngineError, match="no open incident that nobody acknowledged"):
        await answers.answer(Acknowledge(every=True), MARIA)


async def test_a_list_of_several_offers_to_acknowledge_all() -> None:
    _, answers = await office_with("silver.customers", "silver.tickets")

    card = await answers.answer(ListIncidents(), MARIA)

    assert card.buttons[-1].command == "acknowledge all incidents"


async def test_a_stale_button_says_since_when_it_is_over() -> None:
    office, answers = await office_with("silver.customers")
    await office.hear(cleared(minutes=3))

    with pytest.raises(EngineError, match="INC-1 is resolved since 09:03"):
        await answers.answer(Acknowledge("INC-1"), MARIA)
    assert office.clock.now().tzinfo is UTC
