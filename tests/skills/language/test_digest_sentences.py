"""Sentences about digests: one now, or one again and again."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.commands import Command, DigestNow, Help, ListSchedules, QualityReport, ScheduleDigest
from engine.recurrence import Cron, Every, Once, Unit
from skills.language.examples import EXAMPLE_VOCABULARY
from skills.language.readings import Reading, Understood
from skills.language.understanding import understand
from tests.skills.language.judging import assert_changes_nothing, assert_offered

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 11, 10, 30, tzinfo=BERLIN)
MONDAYS = Cron("0 9 * * 1", "Europe/Berlin")
WEEKDAYS = Cron("0 8 * * 1-5", "Europe/Berlin")


def read(text: str) -> Reading:
    return understand(text, EXAMPLE_VOCABULARY, NOW, BERLIN)


def daily(hour: int, minute: int = 0) -> Cron:
    return Cron(f"{minute} {hour} * * *", "Europe/Berlin")


UNDERSTOOD: tuple[tuple[str, Command], ...] = (
    ("digest now", DigestNow()),
    ("digest", DigestNow()),
    ("send me a digest", DigestNow()),
    ("could you post a digest to #finance?", DigestNow("#finance")),
    ("digest since Monday", DigestNow(None, datetime(2026, 3, 9, tzinfo=BERLIN))),
    ("summary since Monday", DigestNow(None, datetime(2026, 3, 9, tzinfo=BERLIN))),
    ("digest of the last 14 days", DigestNow(None, NOW - timedelta(days=14))),
    ("send me a digest every Monday at 9", ScheduleDigest(MONDAYS)),
    ("every Monday at 9 send me a digest", ScheduleDigest(MONDAYS)),
    (
        "send a weekly digest to #finance every Monday at 9am Berlin time",
        ScheduleDigest(MONDAYS, "#finance"),
    ),
    ("daily digest at 7:30 to #data", ScheduleDigest(daily(7, 30), "#data")),
    (
        "a digest every weekday at 8, only when there is something to say",
        ScheduleDigest(WEEKDAYS, None, None, quiet=True),
    ),
    (
        "only send a digest every weekday at 8 if there is news",
        ScheduleDigest(WEEKDAYS, None, None, quiet=True),
    ),
    (
        "send a digest of the last 30 days to #finance on the 1st of every month at 8",
        ScheduleDigest(Cron("0 8 1 * *", "Europe/Berlin"), "#finance", 30),
    ),
    (
        "digest tomorrow at 9",
        ScheduleDigest(Once(datetime(2026, 3, 12, 9, tzinfo=BERLIN), "Europe/Berlin")),
    ),
    ("digest every 2 hours", ScheduleDigest(Every(2, Unit.HOUR, "Europe/Berlin"))),
    ("list digests", ListSchedules()),
    ("quality summary", QualityReport()),
)
OFFERED: tuple[tuple[str, tuple[Command, ...], str], ...] = (
    ("send me a dgiest every Monday at 9", (ScheduleDigest(MONDAYS),), "Did you mean digest?"),
    ("send me a digest every Monday at 9?", (ScheduleDigest(MONDAYS),), "That is a question"),
    ("daily digest", (ScheduleDigest(daily(9)),), "At what time?"),
    ("digest since banana", (DigestNow(),), "Not understood: since banana."),
    ("digest since tomorrow", (DigestNow(),), "has not come yet"),
    (
        "send me a digest every day at 25",
        (DigestNow(), ListSchedules()),
        "There is no 25 o'clock.",
    ),
    ("delete the digest", (ListSchedules(),), "A digest is a schedule"),
    ("what on earth is a digest", (DigestNow(), Help("digest")), "Not understood"),
)
REFUSED = (
    "don't send me a digest every Monday at 9",
    "no digest every Monday at 9",
    "should I get a digest every Monday at 9?",
    "send me a digest every Monday at 9 and run medallion",
    "send me a digest every Monday at 9 except in May",
)


@pytest.mark.parametrize(("text", "command"), UNDERSTOOD)
def test_a_sentence_about_digests_is_understood(text: str, command: Command) -> None:
    assert read(text) == Understood(command)


@pytest.mark.parametrize(("text", "commands", "reason"), OFFERED)
def test_what_is_not_quite_clear_is_offered_with_its_reason(
    text: str, commands: tuple[Command, ...], reason: str
) -> None:
    assert_offered(read(text), commands, reason)


@pytest.mark.parametrize("text", REFUSED)
def test_no_digest_is_scheduled_where_that_is_not_plainly_wanted(text: str) -> None:
    assert_changes_nothing(read(text))
