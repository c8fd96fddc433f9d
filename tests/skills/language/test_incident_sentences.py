"""Sentences about incidents; nothing is acknowledged, snoozed or resolved on a guess."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from engine.commands import (
    Acknowledge,
    Assign,
    Command,
    Help,
    ListIncidents,
    Resolve,
    ShowIncident,
    Snooze,
)
from skills.language.examples import EXAMPLE_VOCABULARY
from skills.language.readings import Guess, Reading, Understood
from skills.language.understanding import understand
from tests.skills.language.judging import assert_changes_nothing, assert_offered

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 11, 10, 30, tzinfo=BERLIN)
TOMORROW = datetime(2026, 3, 12, 9, tzinfo=BERLIN)
IN_AN_HOUR = datetime(2026, 3, 11, 11, 30, tzinfo=BERLIN)
INC = "INC-12"
USUAL = (Snooze(INC, None, IN_AN_HOUR), Snooze(INC, None, TOMORROW), Snooze(INC))


def read(text: str) -> Reading:
    return understand(text, EXAMPLE_VOCABULARY, NOW, BERLIN)


def until(day: int, hour: int, minute: int = 0) -> Snooze:
    return Snooze(INC, None, datetime(2026, 3, day, hour, minute, tzinfo=BERLIN))


UNDERSTOOD: tuple[tuple[str, Command], ...] = (
    ("incidents", ListIncidents()),
    ("what is broken?", ListIncidents()),
    ("what's broken right now", ListIncidents()),
    ("is anything broken?", ListIncidents()),
    ("open incidents", ListIncidents()),
    ("are there any incidents?", ListIncidents()),
    ("incidnets", ListIncidents()),
    ("list incidents of orders", ListIncidents(None, "orders")),
    ("what is broken in silver.orders?", ListIncidents(None, "silver.orders")),
    ("show alerts for orders", ListIncidents(None, "orders")),
    ("incidents of the sales team", ListIncidents(None, None, "sales")),
    ("incidents of sales", ListIncidents(None, None, "sales")),
    ("incidents owned by Customer relations team", ListIncidents(None, None, "crm")),
    ("resolved incidents", ListIncidents("resolved")),
    ("unacknowledged incidents", ListIncidents("open")),
    ("acknowledged incidents of customers", ListIncidents("acknowledged", "customers")),
    ("show INC-12", ShowIncident(INC)),
    ("INC-12", ShowIncident(INC)),
    ("inc 12", ShowIncident(INC)),
    ("incident #12", ShowIncident(INC)),
    ("what about inc-012?", ShowIncident(INC)),
    ("why INC-12", ShowIncident(INC)),
    ("is INC-12 resolved?", ShowIncident(INC)),
    ("who is on INC-12?", ShowIncident(INC)),
    ("acknowledge INC-12", Acknowledge(INC)),
    ("could you ack inc 12, please?", Acknowledge(INC)),
    ("I'm on INC-12", Acknowledge(INC)),
    ("I am looking into INC-12", Acknowledge(INC)),
    ("ack customers", Acknowledge(None, "customers")),
    ("ack the customers incident", Acknowledge(None, "customers")),
    ("acknowledge silver.customers", Acknowledge(None, "silver.customers")),
    ("acknowledge all", Acknowledge(every=True)),
    ("acknowledge all incidents", Acknowledge(every=True)),
    ("ack everything please", Acknowledge(every=True)),
    ("mark all open incidents as acknowledged", Acknowledge(every=True)),
    ("acknowledge all of silver.orders", Acknowledge(None, "silver.orders", every=True)),
    ("acknowledge all incidents of orders", Acknowledge(None, "orders", every=True)),
    ("ack all orders incidents", Acknowledge(None, "orders", every=True)),
    ("resolve all incidents", Resolve(every=True)),
    ("close all of them", Resolve(every=True)),
    ("resolve all the incidents of customers", Resolve(None, "customers", every=True)),
    ("snooze all until tomorrow", Snooze(None, None, TOMORROW, every=True)),
    ("snooze all incidents for 1 hour", Snooze(None, None, IN_AN_HOUR, every=True)),
    ("snooze all of silver.orders until green", Snooze(None, "silver.orders", every=True)),
    ("assign INC-12 to me", Assign(INC)),
    ("take INC-12", Assign(INC)),
    ("I'll take INC-12", Assign(INC)),
    ("INC-12 is mine", Assign(INC)),
    ("assign INC-12 to @lea", Assign(INC, None, "@lea")),
    ("assign INC-12 to <@U12|lea>", Assign(INC, None, "@lea")),
    ("assign customers to lea", Assign(None, "customers", "lea")),
    ("resolve INC-12", Resolve(INC)),
    ("close INC-12", Resolve(INC)),
    ("INC-12 is fixed", Resolve(INC)),
    ("mark INC-12 as resolved", Resolve(INC)),
    ("snooze INC-12 for 1 hour", Snooze(INC, None, IN_AN_HOUR)),
    ("snooze INC-12 for an hour", Snooze(INC, None, IN_AN_HOUR)),
    ("snooze INC-12 for 30 minutes, please", until(11, 11)),
    ("snooze INC-12 until tomorrow 9am", until(12, 9)),
    ("until tomorrow 9am snooze INC-12", until(12, 9)),
    ("snooze inc 12 till tomorrow", until(12, 9)),
    ("snooze INC-12 until tomorrow afternoon", until(12, 13)),
    ("snooze INC-12 until 6pm", until(11, 18)),
    ("snooze INC-12 until 9am", until(12, 9)),
    ("snooze INC-12 until Monday", until(16, 9)),
    ("snooze INC-12 until next week", until(16, 9)),
    ("snooze INC-12 until Friday 18:00", until(13, 18)),
    ("snooze INC-12 until the end of the day", until(12, 0)),
    ("snooze INC-12 until 2026-03-20 12:00", until(20, 12)),
    ("remind me about INC-12 tomorrow at 9", until(12, 9)),
    ("remind me of INC-12 in 2 hours", until(11, 12, 30)),
    ("snooze INC-12 until green", Snooze(INC)),
    ("snooze INC-12 until it is fixed", Snooze(INC)),
    ("snooze INC-12 until it's over", Snooze(INC)),
    ("snooze customers until green", Snooze(None, "customers")),
)
OFFERED: tuple[tuple[str, tuple[Command, ...], str], ...] = (
    ("I'm on it", (Acknowledge(), ListIncidents(), Help("incident")), "Which incident?"),
    ("ack", (Acknowledge(), ListIncidents(), Help("incident")), "Which incident?"),
    ("resolve", (ListIncidents(), Help("incident")), "Which incident?"),
    ("acknowlege INC-12", (Acknowledge(INC),), "Did you mean acknowledge?"),
    ("acknowledge INC-12?", (Acknowledge(INC),), "That is a question"),
    ("assign INC-12 to me?", (Assign(INC),), "That is a question"),
    ("ack custmers", (Acknowledge(None, "customers"),), "There is no table custmers."),
    ("ack INC-12 and INC-13", (Acknowledge(INC), Acknowledge("INC-13")), "One at a time"),
    ("acknowledge all?", (Acknowledge(every=True),), "That is a question"),
    ("resolve all incidents of custmers", (Resolve(None, "customers", every=True),), "no table"),
    ("assign INC-12 to #finance", (Assign(INC),), "assigned to one person"),
    ("assign INC-12 to nobody", (Assign(INC),), "assigned to one person"),
    ("assign INC-12", (Assign(INC),), "assigned to one person"),
    ("assign INC-12 to lea@example.com", (Assign(INC),), "assigned to one person"),
    ("snooze INC-12", USUAL, "Until when?"),
    ("snooze INC-12 until yesterday", USUAL, "That time has passed."),
    ("snooze INC-12 until 2026-03-01 12:00", USUAL, "That time has passed."),
    ("snooze INC-12 until banana", USUAL, "Not understood: until banana."),
    ("snooze INC-12 until 31 February", USUAL, "Not understood: until 31 February."),
    ("snooze INC-12 for 0 hours", USUAL, "Not understood: for 0 hours."),
    ("snoze INC-12 for 1 hour", (Snooze(INC, None, IN_AN_HOUR),), "Did you mean snooze?"),
    ("reopen INC-12", (ShowIncident(INC),), "opens again by itself"),
    ("cancel INC-12", (ShowIncident(INC),), "Not understood"),
    ("approve INC-12", (ShowIncident(INC),), "Not understood"),
    ("what should we do about all these incidents", (ListIncidents(), Help("incident")), "Not"),
)
REFUSED = (
    "don't acknowledge INC-12",
    "never resolve INC-12",
    "don't acknowledge all incidents",
    "do not snooze all until tomorrow",
    "resolve all acknowledged incidents",
    "resolve all incidents except INC-12",
    "acknowledge all incidents but those of orders",
    "do not snooze INC-12 until tomorrow",
    "~resolve INC-12~",
    "> resolve INC-12",
    "resolve INC-12 maria@example.com",
    "should I resolve INC-12?",
    "resolve INC-12 if it is green",
    "resolve INC-12 tomorrow",
    "acknowledge INC-12 and run medallion",
    "who should resolve INC-12?",
    "snooze INC-12 until tomorrow 9am or so",
    "snooze INC-12 every day",
    "will you resolve INC-12 by yourself?",
)


@pytest.mark.parametrize(("text", "command"), UNDERSTOOD)
def test_a_sentence_about_incidents_is_understood(text: str, command: Command) -> None:
    assert read(text) == Understood(command)


@pytest.mark.parametrize(("text", "commands", "reason"), OFFERED)
def test_what_is_not_quite_clear_is_offered_with_its_reason(
    text: str, commands: tuple[Command, ...], reason: str
) -> None:
    assert_offered(read(text), commands, reason)


@pytest.mark.parametrize("text", REFUSED)
def test_no_incident_is_changed_where_that_is_not_plainly_wanted(text: str) -> None:
    assert_changes_nothing(read(text))


def test_a_day_of_the_asker_begins_by_the_clock_of_their_zone() -> None:
    before_the_change = datetime(2026, 3, 28, 12, tzinfo=BERLIN)

    reading = understand(
        "snooze INC-12 until tomorrow 9am", EXAMPLE_VOCABULARY, before_the_change, BERLIN
    )

    assert reading == Understood(Snooze(INC, None, datetime(2026, 3, 29, 9, tzinfo=BERLIN)))


def test_a_text_that_names_somebody_is_not_repeated() -> None:
    reading = read("resolve INC-12 for maria@example.com")

    assert isinstance(reading, Guess)
    assert "maria" not in reading.reason
