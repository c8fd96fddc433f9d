"""Sentences that run something later or again, and those about what is scheduled."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.commands import (
    Command,
    DeleteSchedule,
    ListSchedules,
    PauseSchedule,
    ResumeSchedule,
    RunPipeline,
    SchedulePipeline,
)
from engine.people import Role
from engine.recurrence import Cron, Every, Once, Recurrence, Unit
from skills.language.examples import EXAMPLE_VOCABULARY
from skills.language.readings import Guess, NotUnderstood, Reading, Understood
from skills.language.sentences import sentence
from skills.language.understanding import understand
from skills.language.vocabulary import Vocabulary

ZONE = "Europe/Berlin"
BERLIN = ZoneInfo(ZONE)
NOW = datetime(2026, 3, 11, 10, 30, tzinfo=BERLIN)
"""A Wednesday."""

B2S = "bronze_to_silver"
ORDER = "run medallion "


def read(text: str, now: datetime = NOW) -> Reading:
    return understand(text, EXAMPLE_VOCABULARY, now, BERLIN)


def cron(line: str, zone: str = ZONE) -> Cron:
    return Cron.read(line, zone)


def once(text: str, zone: str = ZONE) -> Once:
    return Once(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)), zone)


def every(count: int, unit: Unit, start: str | None = None) -> Every:
    begins = datetime.fromisoformat(start).replace(tzinfo=BERLIN) if start else None
    return Every(count, unit, ZONE, begins)


WHEN: tuple[tuple[str, Recurrence], ...] = (
    ("every weekday at 9am Berlin time", cron("0 9 * * 1-5")),
    ("every weekday at 9", cron("0 9 * * 1-5")),
    ("every working day at 9 o'clock", cron("0 9 * * 1-5")),
    ("on weekdays at 9.30", cron("30 9 * * 1-5")),
    ("every Mon-Fri at 7:30", cron("30 7 * * 1-5")),
    ("Monday to Friday at 7:30", cron("30 7 * * 1-5")),
    ("every Friday to Monday at 7", cron("0 7 * * 5,6,0,1")),
    ("every Monday and Thursday at 18:30", cron("30 18 * * 1,4")),
    ("every monday, tuesday and friday at 6pm", cron("0 18 * * 1,2,5")),
    ("on Sundays at noon", cron("0 12 * * 0")),
    ("each saturday 6am", cron("0 6 * * 6")),
    ("at weekends", cron("0 0 * * 6,0")),
    ("daily at 6", cron("0 6 * * *")),
    ("every day", cron("0 0 * * *")),
    ("once a day at 6am", cron("0 6 * * *")),
    ("every day at 9 and 17", cron("0 9,17 * * *")),
    ("every day at 9am and 5pm", cron("0 9,17 * * *")),
    ("every day at 9 a.m.", cron("0 9 * * *")),
    ("every day at midnight", cron("0 0 * * *")),
    ("every night at 2", cron("0 2 * * *")),
    ("every night at 11", cron("0 23 * * *")),
    ("every evening at 9", cron("0 21 * * *")),
    ("every day at 9 in the evening", cron("0 21 * * *")),
    ("every afternoon at 3", cron("0 15 * * *")),
    ("every morning at 9", cron("0 9 * * *")),
    ("weekly on Friday at 17:00", cron("0 17 * * 5")),
    ("every week on monday at 8", cron("0 8 * * 1")),
    ("hourly", cron("0 * * * *")),
    ("every hour", cron("0 * * * *")),
    ("every minute", cron("* * * * *")),
    ("monthly", cron("0 0 1 * *")),
    ("on the 1st of every month at 7", cron("0 7 1 * *")),
    ("on the 1st and 15th of each month at 7", cron("0 7 1,15 * *")),
    ("every month on the 3rd at 8", cron("0 8 3 * *")),
    ("every 15 minutes", every(15, Unit.MINUTE)),
    ("every 15min", every(15, Unit.MINUTE)),
    ("every half an hour", every(30, Unit.MINUTE)),
    ("every 2 hours", every(2, Unit.HOUR)),
    ("every two hours", every(2, Unit.HOUR)),
    ("every 30 seconds", every(30, Unit.SECOND)),
    ("every other day at 7", every(2, Unit.DAY, "2026-03-11 07:00")),
    ("every 2 weeks on Monday at 9", every(2, Unit.WEEK, "2026-03-16 09:00")),
    ("every 3 days from 1 April at 9", every(3, Unit.DAY, "2026-04-01 09:00")),
    ("cron 0 9 * * 1-5", cron("0 9 * * 1-5")),
    ("with cron `0 9 * * mon-fri`", cron("0 9 * * 1-5")),
    ("*/15 * * * * UTC", cron("*/15 * * * *", "UTC")),
    ("cron @daily", cron("0 0 * * *")),
    ("at 9am every weekday in New York", cron("0 9 * * 1-5", "America/New_York")),
    ("every day at 9am America/New_York", cron("0 9 * * *", "America/New_York")),
    ("every day at 9:00 (CET)", cron("0 9 * * *", "CET")),
    ("every day at 9am Pacific time", cron("0 9 * * *", "America/Los_Angeles")),
    ("tomorrow at 9am", once("2026-03-12 09:00")),
    ("for tomorrow at 9", once("2026-03-12 09:00")),
    ("tomorrow evening at 8", once("2026-03-12 20:00")),
    ("the day after tomorrow at 10", once("2026-03-13 10:00")),
    ("tonight at 9", once("2026-03-11 21:00")),
    ("today at 9am", once("2026-03-11 09:00")),
    ("on 3 March 2027 at 14:00", once("2027-03-03 14:00")),
    ("on 3 March at 14:00", once("2027-03-03 14:00")),
    ("on 12 March at 14:00", once("2026-03-12 14:00")),
    ("on 2027-03-03 at 2pm Europe/London", once("2027-03-03 14:00", "Europe/London")),
    ("2027-03-03T14:00", once("2027-03-03 14:00")),
    ("on Monday at 9", once("2026-03-16 09:00")),
    ("on Wednesday at 9", once("2026-03-18 09:00")),
    ("on Wednesday at 11", once("2026-03-11 11:00")),
    ("next Wednesday at 11", once("2026-03-18 11:00")),
    ("at 9am", once("2026-03-12 09:00")),
    ("at 11am", once("2026-03-11 11:00")),
    ("in 2 hours", once("2026-03-11 12:30")),
    ("in an hour", once("2026-03-11 11:30")),
    ("in 5 minutes", once("2026-03-11 10:35")),
    ("in 3 days", once("2026-03-14 10:30")),
    ("3 hours from now", once("2026-03-11 13:30")),
)

UNDERSTOOD: tuple[tuple[str, Command], ...] = (
    (
        "run bronze_to_silver for orders every weekday at 9am Berlin time",
        SchedulePipeline(B2S, cron("0 9 * * 1-5"), "orders"),
    ),
    (
        "every weekday at 9 run bronze_to_silver for orders",
        SchedulePipeline(B2S, cron("0 9 * * 1-5"), "orders"),
    ),
    (
        "every weekday, could you run bronze_to_silver for orders at 9 please?",
        SchedulePipeline(B2S, cron("0 9 * * 1-5"), "orders"),
    ),
    (
        "run bronze_to_silver every day at 6 for orders",
        SchedulePipeline(B2S, cron("0 6 * * *"), "orders"),
    ),
    ("ingest orders every day at 6", SchedulePipeline("ingest", cron("0 6 * * *"), "orders")),
    ("schedule medallion every hour", SchedulePipeline("medallion", cron("0 * * * *"))),
    (
        "please set up a schedule for medallion every hour",
        SchedulePipeline("medallion", cron("0 * * * *")),
    ),
    (
        "schedule a run of medallion for orders tomorrow at 9",
        SchedulePipeline("medallion", once("2026-03-12 09:00"), "orders"),
    ),
    ("run foobar every day", SchedulePipeline("foobar", cron("0 0 * * *"))),
    ("run daily", RunPipeline("daily")),
    ("what is scheduled?", ListSchedules()),
    ("what's scheduled", ListSchedules()),
    ("list schedules", ListSchedules()),
    ("show schedules", ListSchedules()),
    ("schedules", ListSchedules()),
    ("is anything scheduled?", ListSchedules()),
    ("show the schedule of medallion", ListSchedules(pipeline="medallion")),
    ("what is the schedule of orders?", ListSchedules(table="orders")),
    ("when will medallion run next?", ListSchedules(pipeline="medallion")),
    ("show schedule 3", ListSchedules("SCH-3")),
    ("sch-3", ListSchedules("SCH-3")),
    ("pause schedule SCH-3", PauseSchedule("SCH-3")),
    ("please pause sch 3", PauseSchedule("SCH-3")),
    ("pause the orders schedule", PauseSchedule(table="orders")),
    ("stop the orders schedule", PauseSchedule(table="orders")),
    ("pause medallion", PauseSchedule(pipeline="medallion")),
    ("resume schedule 3", ResumeSchedule("SCH-3")),
    ("resume the orders schedule", ResumeSchedule(table="orders")),
    ("delete schedule 3", DeleteSchedule("SCH-3")),
    ("delete SCH-3", DeleteSchedule("SCH-3")),
    ("cancel the schedule SCH-3", DeleteSchedule("SCH-3")),
    ("remove the medallion schedule for orders", DeleteSchedule(None, "medallion", "orders")),
    ("unschedule medallion", DeleteSchedule(pipeline="medallion")),
)

OFFERED: tuple[tuple[str, Command, str], ...] = (
    ("schedule medallion", SchedulePipeline("medallion", cron("0 9 * * *")), "When?"),
    ("schedule every day", SchedulePipeline("ingest", cron("0 0 * * *")), "Which pipeline?"),
    (
        "run medallion tomorrow",
        SchedulePipeline("medallion", once("2026-03-12 09:00")),
        "At what time?",
    ),
    (
        "run medallion on Monday",
        SchedulePipeline("medallion", once("2026-03-16 09:00")),
        "At what time?",
    ),
    (
        "run medallion every morning",
        SchedulePipeline("medallion", cron("0 8 * * *")),
        "At what time?",
    ),
    ("run medallion weekly", SchedulePipeline("medallion", cron("0 0 * * 5")), "On which day?"),
    (
        "run medallion every day at 9:00 and 17:30",
        SchedulePipeline("medallion", cron("30 17 * * *")),
        "A schedule for each, please.",
    ),
    (
        "run medallion every day at 9 Berln time",
        SchedulePipeline("medallion", cron("0 9 * * *")),
        "There is no time zone berln. Did you mean Europe/Berlin?",
    ),
    (
        "run medallion every day at 9am qqqqqq time",
        SchedulePipeline("medallion", cron("0 9 * * *")),
        "There is no time zone qqqqqq.",
    ),
    (
        "run medalion every day at 9",
        SchedulePipeline("medallion", cron("0 9 * * *")),
        "There is no pipeline medalion.",
    ),
    (
        "run medallion every day except Sunday",
        SchedulePipeline("medallion", cron("0 0 * * *")),
        "Not understood: except Sunday.",
    ),
    (
        "run medallion every day until Friday",
        SchedulePipeline("medallion", cron("0 0 * * *")),
        "Not understood: until Friday.",
    ),
    (
        "should I run medallion every day?",
        SchedulePipeline("medallion", cron("0 0 * * *")),
        "That is a question",
    ),
    (
        "run medallion and ingest orders every day",
        SchedulePipeline("ingest", cron("0 0 * * *"), "orders"),
        "One at a time",
    ),
    ("pausse SCH-3", PauseSchedule("SCH-3"), "Did you mean pause?"),
    ("delet schedule SCH-3", DeleteSchedule("SCH-3"), "Did you mean delete?"),
    ("delete SCH-1 and SCH-2", DeleteSchedule("SCH-2"), "One at a time"),
    ("should I delete SCH-3?", DeleteSchedule("SCH-3"), "That is a question"),
)

STARTS_NOTHING = (
    "don't run medallion every day",
    "never run medallion at 9am",
    "run medallion every mondy",
    "run medallion every day every hour",
    "run medallion every hour at 9",
    "run medallion every day at 25:00",
    "run medallion cron 61 * * * *",
    "run medallion every year",
    "run medallion every 2nd monday",
    "run medallion on the 1st",
    "run medallion on 31 February at 9",
    "run medallion last monday at 9",
    "run medallion yesterday at 9",
    "run medallion from tomorrow every day",
    "run medallion after 9am",
    "if orders failed run medallion every day",
    "stop running medallion every day",
    "check orders every day",
    "don't delete SCH-3",
    "do not pause SCH-3",
    "delete the orders table",
    "delete orders",
    "delete everything",
    "drop silver.orders",
    "pause 7K3M9QXA",
)
"""What is neither scheduled nor run, nor takes a schedule away."""

CHANGING = (RunPipeline, SchedulePipeline, PauseSchedule, ResumeSchedule, DeleteSchedule)


@pytest.mark.parametrize(("text", "when"), WHEN)
def test_when_is_read_as_people_say_it(text: str, when: Recurrence) -> None:
    assert read(ORDER + text) == Understood(SchedulePipeline("medallion", when))


@pytest.mark.parametrize(("text", "command"), UNDERSTOOD)
def test_a_clear_sentence_is_understood(text: str, command: Command) -> None:
    names = Vocabulary(
        (*EXAMPLE_VOCABULARY.pipelines, "daily"),
        EXAMPLE_VOCABULARY.tables,
        EXAMPLE_VOCABULARY.datasets,
    )

    assert understand(text, names, NOW, BERLIN) == Understood(command)


@pytest.mark.parametrize(("text", "command", "reason"), OFFERED)
def test_what_leaves_a_choice_is_offered_with_its_reason(
    text: str, command: Command, reason: str
) -> None:
    reading = read(text)

    assert isinstance(reading, Guess)
    assert command in reading.commands
    assert reason in reading.reason
    assert RunPipeline("medallion") not in reading.commands


@pytest.mark.parametrize("text", STARTS_NOTHING)
def test_what_is_not_clearly_said_changes_nothing(text: str) -> None:
    reading = read(text)

    assert not (isinstance(reading, Understood) and isinstance(reading.command, CHANGING))


@pytest.mark.parametrize(
    ("now", "text", "when"),
    [
        ("2026-03-28 12:00", "tomorrow at 2:30", "2026-03-29 03:30"),
        ("2026-03-28 12:00", "in 24 hours", "2026-03-29 13:00"),
        ("2026-03-28 12:00", "in 1 day", "2026-03-29 12:00"),
        ("2026-12-31 12:00", "tomorrow at 9", "2027-01-01 09:00"),
        ("2026-03-11 23:30", "at 23:00", "2026-03-12 23:00"),
    ],
)
def test_one_moment_is_found_across_clock_changes_and_year_ends(
    now: str, text: str, when: str
) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=BERLIN)

    assert read(ORDER + text, moment) == Understood(SchedulePipeline("medallion", once(when)))


def test_tomorrow_is_that_of_the_time_zone_that_is_named() -> None:
    reading = read(f"{ORDER}tomorrow at 9am Auckland time", NOW.replace(hour=20))

    when = once("2026-03-13 09:00", "Pacific/Auckland")
    assert reading == Understood(SchedulePipeline("medallion", when))


names = st.sampled_from(["run", "for", "every", "day", "daily", "monday", "at", "utc", "orders"])
zones = st.sampled_from(["UTC", ZONE, "America/New_York", "Asia/Kathmandu"])
minutes = st.datetimes(datetime(2026, 1, 1), datetime(2040, 1, 1)).map(  # noqa: DTZ001  # made aware below
    lambda moment: moment.replace(second=0, microsecond=0)
)
crons = st.builds(
    lambda line, zone: Cron.read(" ".join(line), zone),
    st.tuples(
        st.integers(0, 59).map(str) | st.sampled_from(["*", "*/5"]),
        st.integers(0, 23).map(str) | st.sampled_from(["*", "9,17", "9-17"]),
        st.integers(1, 31).map(str) | st.sampled_from(["*", "1,15"]),
        st.sampled_from(["*", "*", "3"]),
        st.integers(0, 6).map(str) | st.sampled_from(["*", "1-5", "6,0", "*/2"]),
    ),
    zones,
)
moments = st.builds(
    lambda wall, zone: Once(
        wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone)), zone
    ),
    minutes,
    zones,
)
intervals = st.builds(
    lambda count, unit, start: Every(
        count, unit, start.zone, start.at if unit in (Unit.DAY, Unit.WEEK) else None
    ),
    st.integers(1, 500),
    st.sampled_from(Unit),
    moments,
)
recurrences = crons | moments | intervals
ids = st.integers(1, 999_999).map("SCH-{}".format)
maybe = st.none() | names
commands = st.one_of(
    st.builds(SchedulePipeline, names, recurrences, maybe),
    *(
        st.builds(command, ids | st.none(), maybe, maybe)
        for command in (ListSchedules, PauseSchedule, ResumeSchedule, DeleteSchedule)
    ),
)


@given(commands)
@settings(max_examples=200)
def test_the_sentence_of_a_command_is_understood_as_that_command(command: Command) -> None:
    everything = ("run", "for", "every", "day", "daily", "monday", "at", "utc", "orders")
    vocabulary = Vocabulary(everything, everything)

    assert understand(sentence(command), vocabulary, NOW, BERLIN) == Understood(command)


PIECES = (
    "run", "medallion", "schedule", "every", "day", "weekday", "monday", "at", "9", "9am", "18:30",
    "on", "the", "1st", "of", "month", "in", "2", "hours", "tomorrow", "berlin", "time", "utc",
    "and", "from", "until", "not", "*/5", "*", "cron", "0 9 * * 1-5", "next", "daily", "SCH-3",
    "delete", "pause", "orders", "for", "?", ",", "night", "99", "31", "february", "2027",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join))
@settings(max_examples=400, deadline=None)
def test_any_text_about_time_gets_an_answer_and_its_offers_can_be_said(text: str) -> None:
    reading = read(text)

    offers = reading.commands if isinstance(reading, Guess) else ()
    assert all(read(sentence(each)) == Understood(each) for each in offers)
    assert isinstance(reading, Understood | NotUnderstood) or (offers and reading.reason)


@given(st.lists(st.sampled_from(PIECES), max_size=6), st.lists(st.sampled_from(PIECES), max_size=6))
@settings(max_examples=300, deadline=None)
def test_a_time_in_an_order_never_lets_it_run_at_once(before: list[str], after: list[str]) -> None:
    reading = read(" ".join((*before, "run medallion every day at 9", *after)))

    assert not (isinstance(reading, Understood) and isinstance(reading.command, RunPipeline))


def test_a_schedule_lies_ahead_unless_the_day_was_named() -> None:
    for text, _ in WHEN:
        reading = read(ORDER + text)
        assert isinstance(reading, Understood)
        assert isinstance(reading.command, SchedulePipeline)
        when = reading.command.when
        if isinstance(when, Once) and not text.startswith("today"):
            assert when.at > NOW - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("delete all schedules", "deleted"),
        ("remove every schedule", "deleted"),
        ("drop all the schedules please", "deleted"),
        ("cancel all schedules", "deleted"),
        ("delete both schedules", "deleted"),
        ("pause all schedules", "paused"),
        ("stop all schedules", "paused"),
        ("disable every schedule", "paused"),
        ("resume all schedules", "resumed"),
    ],
)
def test_all_schedules_at_once_are_only_listed(text: str, done: str) -> None:
    reading = read(text)

    assert isinstance(reading, Guess)
    assert reading.commands == (ListSchedules(),)
    assert f"Schedules are {done} one at a time" in reading.reason
    assert "What is scheduled?" in reading.reason


def test_all_schedules_of_a_table_are_listed_as_those() -> None:
    reading = read("delete all schedules of orders")

    assert isinstance(reading, Guess)
    assert reading.commands == (ListSchedules(table="orders"),)


def test_all_schedules_are_not_changed_by_asking_or_refusing() -> None:
    for text in ("should I delete all schedules?", "don't delete all schedules"):
        reading = read(text)
        assert isinstance(reading, Guess)
        assert {command.needs for command in reading.commands} == {Role.VIEWER}
