"""Whoever asks what was not delivered hears of all that does not arrive, and what to do."""

from collections.abc import Sequence
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from engine.alerts.model import Undelivered
from engine.cards import Card, Severity
from engine.commands import ListUndelivered
from engine.delivery_answers import MOST, DeliveryAnswers, undelivered_card
from engine.lineage.delivery import Undeliverable, Waiting
from engine.people import Asker
from engine.testing.clock import EPOCH
from engine.testing.delivery import KnownUndelivered

GIVEN_UP = Undelivered("slack:C1", "Revenue is late", EPOCH, 1, "No such channel.", "Make it.")
TRIED = Undelivered(
    "teams:t", "It broke", EPOCH, 7, "teams answered 500.", "", EPOCH + timedelta(minutes=5)
)
EVENT = Undeliverable("http://marquez:5000", 7, "r1", "ingest", "status 422 no", EPOCH)


async def asked(
    posts: Sequence[Undelivered] = (), events: Sequence[Undeliverable] = (), zone: str = "UTC"
) -> Card:
    """What is answered."""
    known = KnownUndelivered(posts, events)
    answers = DeliveryAnswers(known, known, ZoneInfo(zone))
    return await answers.answer(ListUndelivered(), Asker("web", "you", "You", "#general"))


async def test_where_everything_arrived_that_is_said() -> None:
    card = await asked()

    assert (card.title, card.table) == ("Everything was delivered", None)


async def test_each_is_told_with_its_place_reason_and_what_to_do() -> None:
    card = await asked([GIVEN_UP, TRIED], [EVENT], "Europe/Berlin")

    assert card.severity is Severity.CRITICAL
    assert card.title == (
        "1 message not delivered, 1 message tried in vain so far, 1 lineage event refused"
    )
    assert card.table is not None
    since = "2026-03-01 13:00"
    assert card.table.rows == (
        ("slack:C1", "Revenue is late", since, "No such channel.", "Make it."),
        (
            "teams:t",
            "It broke",
            since,
            "teams answered 500. (7 attempts)",
            "It is tried again at 2026-03-01 13:05.",
        ),
        (
            "http://marquez:5000",
            "lineage of ingest in r1",
            since,
            "status 422 no",
            "Ask whoever runs the collector why it refuses this event.",
        ),
    )


async def test_what_is_only_late_is_no_more_than_a_warning() -> None:
    assert (await asked([TRIED])).severity is Severity.WARNING


async def test_a_long_list_ends_and_says_so() -> None:
    card = await asked([GIVEN_UP] * 500)

    assert card.table is not None
    assert len(card.table.rows) == MOST
    assert card.title == f"more than {MOST} messages not delivered"
    assert card.text == f"These are the first {MOST}."


def test_a_list_that_just_fits_is_whole() -> None:
    assert undelivered_card([GIVEN_UP] * MOST, (), UTC).text == ""


async def test_what_waits_for_a_collector_is_told_of_although_nothing_was_given_up() -> None:
    known = KnownUndelivered(waiting=Waiting(38, EPOCH))

    card = await DeliveryAnswers(known, known, ZoneInfo("UTC")).answer(
        ListUndelivered(), Asker("web", "you", "You", "#general")
    )

    assert (card.title, card.severity) == ("Nothing was given up", Severity.INFO)
    assert card.text.startswith("38 lineage events for collectors under way, since ")
