"""Each command about lineage, incidents, alerts and digests is read back from its own sentence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cards import Severity
from engine.commands import (
    Acknowledge,
    Assign,
    Command,
    DigestNow,
    ExplainRoute,
    ListIncidents,
    ListSubscriptions,
    ListUndelivered,
    Mute,
    Resolve,
    ScheduleDigest,
    ShowImpact,
    ShowIncident,
    ShowLineage,
    Snooze,
    Subscribe,
    Unmute,
    Unsubscribe,
)
from engine.commands.lineage import Direction, Mishap
from engine.people import Role
from engine.recurrence import Cron, Every, Unit
from engine.topics import Kind, Topic
from skills.language.examples import EXAMPLE_VOCABULARY
from skills.language.readings import Understood
from skills.language.sentences import sentence
from skills.language.understanding import understand

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 11, 10, 30, tzinfo=UTC)

datasets = st.sampled_from(EXAMPLE_VOCABULARY.datasets)
subjects = st.sampled_from((*EXAMPLE_VOCABULARY.datasets, *EXAMPLE_VOCABULARY.short_names()))
columns = st.none() | st.sampled_from(("total", "phone", "of", "is", "E-Mail Address", "a.b"))
incidents = st.integers(1, 99_999).map("INC-{}".format)
places = st.none() | st.sampled_from(("#finance", "@lea", "teams:#data-alerts", "#a.b"))
moments = st.datetimes(datetime(2026, 3, 12), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis adds the zone
texts = st.sampled_from(
    ("", "we are migrating", 'a "quoted" word', "until Friday", "Why? Because.")
)
topics = st.builds(
    Topic,
    st.sets(st.sampled_from(Kind)).map(sorted).map(tuple),
    st.none() | st.sampled_from(Severity),
    st.none() | st.sampled_from(("bronze", "silver", "gold")),
    st.none() | subjects,
    st.none() | st.sampled_from(("sales", "crm")),
    st.none() | st.sampled_from(("finance", "alerts", "tagged")),
)
persons = st.sampled_from(("me", "@lea", "lea", "Lea Meier", "U042"))
rhythms = st.sampled_from(
    (
        Cron("0 9 * * 1", "Europe/Berlin"),
        Cron("30 7 * * 1-5", "UTC"),
        Cron("0 8 1 * *", "UTC"),
        Every(2, Unit.HOUR, "UTC"),
    )
)


def of_one(command: type[Command]) -> st.SearchStrategy[Command]:
    return st.builds(command, st.none() | incidents, st.none() | subjects)


commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(ShowLineage, datasets, columns, st.sampled_from(Direction)),
    st.builds(ShowImpact, datasets, columns, st.sampled_from(Mishap)),
    st.builds(
        ListIncidents,
        st.none() | st.sampled_from(("open", "acknowledged", "snoozed", "resolved")),
        st.none() | subjects,
        st.none() | st.sampled_from(("sales", "Sales team")),
    ),
    of_one(ShowIncident),
    of_one(Acknowledge),
    of_one(Resolve),
    st.builds(Snooze, st.none() | incidents, st.none() | subjects, st.none() | moments),
    st.builds(Acknowledge, st.none(), st.none() | subjects, st.just(True)),
    st.builds(Resolve, st.none(), st.none() | subjects, st.just(True)),
    st.builds(Snooze, st.none(), st.none() | subjects, st.none() | moments, st.just(True)),
    st.builds(Assign, st.none() | incidents, st.none() | subjects, persons),
    st.builds(Mute, subjects, moments, texts),
    st.builds(Unmute, subjects),
    st.builds(Subscribe, places, topics),
    st.builds(Unsubscribe, places, topics),
    st.builds(ListSubscriptions, places),
    st.builds(ExplainRoute, places, st.none() | incidents),
    st.builds(DigestNow, places, st.none() | st.just(datetime(2026, 3, 9, tzinfo=UTC))),
    st.builds(ScheduleDigest, rhythms, places, st.none() | st.integers(1, 99), st.booleans()),
    st.just(ListUndelivered()),
)


@given(topics, st.sampled_from(("#finance", "@lea", "teams:#data")))
def test_a_topic_is_understood_in_its_own_words(topic: Topic, place: str) -> None:
    for text, command in (
        (f"send {topic} to {place}", Subscribe(place, topic)),
        (f"stop sending {topic} to {place}", Unsubscribe(place, topic)),
    ):
        assert understand(text, EXAMPLE_VOCABULARY, NOW, UTC) == Understood(command)


PIECES = (
    "acknowledge", "ack", "snooze", "mute", "unmute", "assign", "resolve", "close", "INC-12",
    "inc 3", "orders", "silver.customers", "for 2 hours", "until tomorrow 9am", "until green", "to",
    "me", "@lea", "#finance", "subscribe", "unsubscribe", "send", "critical alerts", "quality",
    "alerts", "digest", "every Monday at 9", "since Monday", "because", "what breaks if", "is late",
    "lineage of", "what feeds", "and", ",", "?", "please", "is fixed", "incidents", "gold",
)  # fmt: skip
pieces = st.sampled_from(PIECES)


@given(commands)
def test_the_sentence_of_a_button_says_exactly_its_command(command: Command) -> None:
    assert understand(sentence(command), EXAMPLE_VOCABULARY, NOW, UTC) == Understood(command)


FULL_MINUTES = st.datetimes(datetime(2026, 3, 12), datetime(2027, 1, 1)).map(  # noqa: DTZ001  # the zone is added
    lambda each: each.replace(second=0, microsecond=0, tzinfo=BERLIN)
)


@given(FULL_MINUTES)
def test_a_time_is_written_by_the_clock_of_the_zone_and_read_back(moment: datetime) -> None:
    command = Snooze("INC-12", None, moment)

    said = sentence(command, BERLIN)
    read = understand(said, EXAMPLE_VOCABULARY, NOW, BERLIN)

    assert isinstance(read, Understood)
    assert isinstance(read.command, Snooze)
    assert read.command.until is not None
    assert read.command.until.astimezone(UTC) == moment.astimezone(UTC)


def test_people_read_times_by_their_clock() -> None:
    nine = Mute("orders", datetime(2026, 3, 12, 8, tzinfo=UTC))
    twice = Mute("orders", datetime(2026, 10, 25, 1, 30, tzinfo=UTC))

    assert sentence(replace(nine, until=nine.until - timedelta(seconds=9)), BERLIN).endswith(
        "09:00"
    )
    assert sentence(nine, BERLIN) == "mute orders until 2026-03-12 09:00"
    assert sentence(twice, BERLIN) == "mute orders until 2026-10-25T01:30:00+00:00"


@given(st.lists(pieces, min_size=1, max_size=10).map(" ".join))
@settings(max_examples=300, deadline=None)
def test_nothing_changes_by_a_sentence_that_refuses(text: str) -> None:
    reading = understand(f"do not {text}", EXAMPLE_VOCABULARY, NOW, UTC)

    assert not isinstance(reading, Understood) or reading.command.needs is Role.VIEWER


@given(
    st.lists(pieces, max_size=6).map(" ".join),
    st.sampled_from(("unless", "not", "twice", "qwertz")),
)
@settings(max_examples=200, deadline=None)
def test_a_word_too_many_before_an_act_never_gets_lost(text: str, unwanted: str) -> None:
    reading = understand(f"{unwanted} acknowledge INC-12 {text}", EXAMPLE_VOCABULARY, NOW, UTC)

    assert not isinstance(reading, Understood) or reading.command.needs is Role.VIEWER
