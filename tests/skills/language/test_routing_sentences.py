"""Sentences about who hears of what: subscriptions, mutes, explanations, what did not arrive."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from engine.cards import Severity
from engine.commands import (
    Command,
    ExplainRoute,
    Help,
    ListSubscriptions,
    ListUndelivered,
    Mute,
    Snooze,
    Subscribe,
    Unmute,
    Unsubscribe,
)
from engine.topics import ANYTHING, Kind, Topic
from skills.language.examples import EXAMPLE_VOCABULARY
from skills.language.readings import Reading, Understood
from skills.language.understanding import understand
from tests.skills.language.judging import assert_changes_nothing, assert_offered

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 11, 10, 30, tzinfo=BERLIN)
QUALITY, CRITICAL = (Kind.QUALITY,), Severity.CRITICAL
FINANCE = "#finance"


def read(text: str) -> Reading:
    return understand(text, EXAMPLE_VOCABULARY, NOW, BERLIN)


def mute(day: int, hour: int, minute: int = 0, reason: str = "", of: str = "orders") -> Mute:
    return Mute(of, datetime(2026, 3, day, hour, minute, tzinfo=BERLIN), reason)


UNDERSTOOD: tuple[tuple[str, Command], ...] = (
    (
        "send quality alerts for gold to #finance",
        Subscribe(FINANCE, Topic(QUALITY, layer="gold")),
    ),
    (
        "please send #finance the critical quality alerts for silver customers",
        Subscribe(FINANCE, Topic(QUALITY, CRITICAL, dataset="silver.customers")),
    ),
    ("subscribe #finance to critical alerts", Subscribe(FINANCE, Topic(severity=CRITICAL))),
    ("subscribe <#C042|finance> to critical alerts", Subscribe(FINANCE, Topic((), CRITICAL))),
    ("subscribe #finance to gold", Subscribe(FINANCE, Topic(layer="gold"))),
    ("notify #finance about gold.revenue", Subscribe(FINANCE, Topic(dataset="gold.revenue"))),
    ("subscribe teams:#finance to all alerts", Subscribe("teams:#finance")),
    ("send me alerts about orders", Subscribe(None, Topic(dataset="orders"))),
    ("send alerts about orders to me", Subscribe(None, Topic(dataset="orders"))),
    (
        "subscribe me to quality and privacy alerts",
        Subscribe(None, Topic((Kind.QUALITY, Kind.PRIVACY))),
    ),
    ("send alerts for the sales team to #finance", Subscribe(FINANCE, Topic(owner="sales"))),
    ("send alerts tagged money to #finance", Subscribe(FINANCE, Topic(tag="money"))),
    ("send everything to @lea", Subscribe("@lea")),
    ("stop sending quality alerts to #finance", Unsubscribe(FINANCE, Topic(QUALITY))),
    ("unsubscribe #finance", Unsubscribe(FINANCE)),
    ("unsubscribe #finance from critical alerts", Unsubscribe(FINANCE, Topic((), CRITICAL))),
    ("unsubscribe me", Unsubscribe()),
    ("who gets alerts?", ListSubscriptions()),
    ("who hears about gold?", ListSubscriptions()),
    ("what is #finance subscribed to?", ListSubscriptions(FINANCE)),
    ("what does #finance get?", ListSubscriptions(FINANCE)),
    ("what is muted?", ListSubscriptions()),
    ("show the routes", ListSubscriptions()),
    ("why did this go to #finance?", ExplainRoute(FINANCE)),
    ("why did INC-12 go to #finance", ExplainRoute(FINANCE, "INC-12")),
    ("why was I not told of INC-12?", ExplainRoute(None, "INC-12")),
    ("why wasn't I told about inc 12?", ExplainRoute(None, "INC-12")),
    ("who was told of INC-12?", ExplainRoute(None, "INC-12")),
    ("why am I seeing this?", ExplainRoute()),
    ("what could not be delivered?", ListUndelivered()),
    ("what couldn't be delivered?", ListUndelivered()),
    ("undelivered messages", ListUndelivered()),
    ("mute orders for 2 hours", mute(11, 12, 30)),
    ("mute orders for 2 hours, we are migrating", mute(11, 12, 30, "we are migrating")),
    ("mute orders for 2 hours because we are migrating", mute(11, 12, 30, "we are migrating")),
    ("mute orders for 2 hours: Planned Work", mute(11, 12, 30, "Planned Work")),
    ("mute orders because of Jim's move until Friday", mute(13, 9, 0, "Jim's move")),
    (
        "mute orders for 2 hours because we migrate, see ticket 4711",
        mute(11, 12, 30, "we migrate, see ticket 4711"),
    ),
    ("mute orders for 2 hours, please", mute(11, 12, 30)),
    ("please mute silver orders until tomorrow, thanks", mute(12, 9, of="silver.orders")),
    ("mute gold.revenue until Friday 18:00", mute(13, 18, of="gold.revenue")),
    ("silence orders until 2026-03-12", mute(12, 9)),
    ("mute unheard_of for 2 hours", mute(11, 12, 30, of="unheard_of")),
    ("turn off alerts for orders for 2 hours", mute(11, 12, 30)),
    ("turn alerts for orders back on", Unmute("orders")),
    ("unmute orders", Unmute("orders")),
)
HOUR, MORNING = mute(11, 11, 30), mute(12, 9)
OFFERED: tuple[tuple[str, tuple[Command, ...], str], ...] = (
    ("mute orders", (HOUR, MORNING), "For how long?"),
    ("mute orders until yesterday", (HOUR, MORNING), "That time has passed."),
    ("mute orders until 2020-01-01", (HOUR, MORNING), "That time has passed."),
    ("mute orders until banana", (HOUR, MORNING), "Not understood: until banana."),
    ("mtue orders for 2 hours", (mute(11, 12, 30),), "Did you mean mute?"),
    ("mute custmers for 1 hour", (mute(11, 11, 30, of="customers"),), "no table custmers"),
    ("mute orders for 1 hour?", (HOUR,), "That is a question"),
    ("mute INC-12 for 1 hour", (Snooze("INC-12", None, HOUR.until),), "an incident is snoozed"),
    (
        "mute orders and customers for 1 hour",
        (HOUR, mute(11, 11, 30, of="customers")),
        "One at a time",
    ),
    ("mute gold for 1 hour", (mute(11, 11, 30, of="gold.revenue"),), "One at a time"),
    (
        "mute for 1 hour",
        (*(mute(11, 11, 30, of=each) for each in EXAMPLE_VOCABULARY.tables), Help("mute")),
        "Which table?",
    ),
    ("mute that thing", (ListSubscriptions(), Help("mute")), "Which table?"),
    (
        "subscribe #finance",
        (Subscribe(FINANCE, ANYTHING), ListSubscriptions(FINANCE)),
        "To which alerts?",
    ),
    (
        "subscribe #finance and #data to critical alerts",
        (Subscribe(FINANCE, Topic((), CRITICAL)), Subscribe("#data", Topic((), CRITICAL))),
        "One at a time",
    ),
    (
        "subscribe #finance to alerts about custmers",
        (Subscribe(FINANCE, Topic(dataset="customers")),),
        "There is no table custmers.",
    ),
)
REFUSED = (
    "don't mute orders for 2 hours",
    "never unmute orders",
    "don't send quality alerts to #finance",
    "do not subscribe #finance to critical alerts",
    "subscribe #finance to critical alerts?",
    "unsubscribe #finance unless it is Monday",
    "should we mute orders for 2 hours?",
    "mute orders for 2 hours every day",
    "send alerts",
    "stop alerts",
)


@pytest.mark.parametrize(("text", "command"), UNDERSTOOD)
def test_a_sentence_about_who_hears_of_what_is_understood(text: str, command: Command) -> None:
    assert read(text) == Understood(command)


@pytest.mark.parametrize(("text", "commands", "reason"), OFFERED)
def test_what_is_not_quite_clear_is_offered_with_its_reason(
    text: str, commands: tuple[Command, ...], reason: str
) -> None:
    assert_offered(read(text), commands, reason)


@pytest.mark.parametrize("text", REFUSED)
def test_nothing_is_muted_or_sent_where_that_is_not_plainly_wanted(text: str) -> None:
    assert_changes_nothing(read(text))


def test_an_address_in_a_reason_is_left_out() -> None:
    reading = read("mute orders for 2 hours, maria@example.com asked for it")

    assert isinstance(reading, Understood)
    assert isinstance(reading.command, Mute)
    assert reading.command.reason == "«…» asked for it"
