"""Canonical sentences and examples say exactly their command, whatever the names."""

import string
import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.commands import (
    COMMANDS,
    AcceptChecks,
    Audit,
    Backfill,
    BackfillStatus,
    CancelRun,
    CheckQuality,
    Command,
    ConfirmErasure,
    DeleteQuarantine,
    DescribePipeline,
    ExpectValues,
    ExplainRun,
    Help,
    ListErasures,
    ListPipelines,
    ListQuarantine,
    ListRuns,
    PrivacyReport,
    QualityReport,
    ReleaseQuarantine,
    RetryRun,
    RevealValue,
    RunPipeline,
    RunStatus,
    ScanPrivacy,
    SuggestChecks,
    WhoAmI,
    WithdrawErasure,
)
from engine.people import Role
from skills.language.dates import Calendar
from skills.language.examples import EXAMPLE_VOCABULARY, EXAMPLES, Explained, explained
from skills.language.items import Kind
from skills.language.names import names_of
from skills.language.phrases import PHRASES
from skills.language.readings import Guess, NotUnderstood, Reading, Understood
from skills.language.run_ids import run_id
from skills.language.sentences import sentence
from skills.language.slots import items_of
from skills.language.understanding import understand
from skills.language.vocabulary import Vocabulary
from skills.language.words import words_of

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 11, 10, 30, tzinfo=BERLIN)
STATUSES = ("queued", "running", "succeeded", "failed", "cancelled")
AWKWARD = ("run", "for", "status", "the", "runs", "table", "last", "help", "not", "silver", "since")

names = st.one_of(
    st.sampled_from(AWKWARD),
    st.text(string.ascii_lowercase + string.digits + "_", min_size=1, max_size=20).filter(
        lambda name: name[0] not in "_0123456789"
    ),
)
vocabularies = st.builds(
    lambda pipelines, tables: Vocabulary(
        tuple(pipelines),
        tuple(tables),
        tuple(f"{layer}.{table}" for table in tables for layer in ("bronze", "silver")),
    ),
    st.lists(names, min_size=1, max_size=5, unique=True),
    st.lists(names, min_size=1, max_size=5, unique=True),
)
run_ids = st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=6, max_size=6).map("7{}3".format)
FIRST, LAST = datetime(2000, 1, 1), datetime(2026, 3, 10)  # noqa: DTZ001  # hypothesis adds the zone
moments = st.none() | st.datetimes(FIRST, LAST, timezones=st.just(UTC)).map(
    lambda moment: moment.astimezone(BERLIN)
)
days = st.dates(date(2000, 1, 1), date(2099, 1, 1))
check_names = st.from_regex("[b-xz][0-9]{4}", fullmatch=True)
steps = st.sampled_from(("ingest", "refine", "build", "check", "publish"))
UNWANTED = (
    "tomorrow", "every day", "not", "dry", "unless", "without", "if", "twice", "qwertz uiop",
)  # fmt: skip
PIECES = (
    "run", "start", "medallion", "medalion", "bronze_to_silver", "orders", "customers", "silver.",
    "for", "on", "and", "not", "don't", "every", "day", "since", "monday", "1", "march", "03/04",
    "9am", "7K3M9QXA", "status", "why", "quality", "check", "scan", "pii", "help", "?", "last",
    "night", "2", "hours", "between", "until", "if", "without", "please", "could", "you",
    "cancel", "stop", "retry", "backfill", "from", "scratch", "full", "refresh", "dry", "gate",
    "and accept the change", "3 at a time", "2026-03-01", "to", "what would do", "rebuild",
    "mask", "email in", "orders.note", "is not", "personal data", "erase", "forget", "everything",
    "about", "Maria Lopez", "maria@example.com", "reveal", "confirm erasure", "E12", "audit",
    "failed", "→", "'", "_", "-", ".", "\x00", "😀", "שלום",
)  # fmt: skip
pieces = st.sampled_from(PIECES)


def commands(vocabulary: Vocabulary) -> st.SearchStrategy[Command]:
    pipeline = st.sampled_from(vocabulary.pipelines)
    table = st.sampled_from(vocabulary.tables)
    dataset = st.sampled_from(vocabulary.datasets)
    maybe_run, maybe_pipeline = st.none() | run_ids, st.none() | pipeline
    maybe_table, status = st.none() | table, st.none() | st.sampled_from(STATUSES)
    return st.one_of(
        st.builds(RunPipeline, pipeline, maybe_table, st.booleans(), st.booleans()),
        st.builds(CancelRun, maybe_run, maybe_pipeline, maybe_table),
        st.builds(
            RetryRun, maybe_run, maybe_pipeline, maybe_table, st.none() | steps, st.booleans()
        ),
        st.builds(Backfill, days, days, maybe_table, maybe_pipeline, st.integers(1, 99)),
        st.builds(BackfillStatus, maybe_pipeline, maybe_table),
        st.builds(RunStatus, maybe_run, maybe_pipeline, maybe_table),
        st.builds(ListRuns, status, maybe_pipeline, maybe_table, moments, moments),
        st.builds(ExplainRun, maybe_run, maybe_pipeline, maybe_table),
        st.builds(DescribePipeline, pipeline),
        st.builds(CheckQuality, dataset),
        st.builds(QualityReport, st.none() | dataset, moments, moments),
        st.builds(ListQuarantine, dataset, st.none() | table),
        st.builds(ExpectValues, dataset),
        st.builds(ReleaseQuarantine, dataset, st.none() | table),
        st.builds(
            DeleteQuarantine,
            dataset,
            st.none() | table,
            st.none() | st.integers(1, 99),
            st.booleans(),
        ),
        st.builds(SuggestChecks, dataset),
        st.builds(AcceptChecks, dataset, st.lists(check_names, min_size=1, max_size=3).map(tuple)),
        st.builds(ScanPrivacy, dataset),
        st.builds(PrivacyReport, st.none() | dataset),
        st.builds(ConfirmErasure, st.integers(1, 999_999).map("E{}".format)),
        st.builds(WithdrawErasure, st.integers(1, 999_999).map("E{}".format)),
        st.builds(
            RevealValue,
            st.from_regex(r"[a-z]{2}[1-9]_[\w-]{1,60}", fullmatch=True).filter(str.isascii),
        ),
        st.builds(Audit, moments),
        st.builds(Help, st.none() | st.sampled_from(("run", "quality", "status", "scan"))),
        st.sampled_from((ListErasures(), ListPipelines(), WhoAmI())),
    )


@given(st.data(), vocabularies)
def test_the_sentence_of_a_command_is_understood_as_that_command(
    data: st.DataObject, vocabulary: Vocabulary
) -> None:
    command = data.draw(commands(vocabulary))

    assert understand(sentence(command), vocabulary, NOW, BERLIN) == Understood(command)


@given(st.text() | st.lists(pieces, max_size=30).map(" ".join) | st.lists(pieces).map("".join))
@settings(max_examples=400, deadline=None)
def test_any_text_at_all_gets_an_answer(text: str) -> None:
    reading = understand(text, EXAMPLE_VOCABULARY, NOW, BERLIN)

    if isinstance(reading, Guess):
        assert reading.commands
        assert reading.reason
    if isinstance(reading, NotUnderstood):
        assert 1 <= len(reading.close) <= 3


@given(st.text(), vocabularies, st.datetimes(timezones=st.just(UTC)))
@settings(deadline=None)
def test_any_vocabulary_and_any_moment_will_do(
    text: str, vocabulary: Vocabulary, now: datetime
) -> None:
    for asked in (text, f"runs since {text} last 9999 weeks", "what failed last month"):
        assert isinstance(understand(asked, vocabulary, now, UTC), Reading)


@given(st.lists(pieces, min_size=1, max_size=12).map(" ".join))
@settings(max_examples=400, deadline=None)
def test_nothing_that_changes_data_is_understood_from_a_refusal(text: str) -> None:
    reading = understand(f"do not {text}", EXAMPLE_VOCABULARY, NOW, BERLIN)

    if isinstance(reading, Understood):
        assert reading.command.needs is Role.VIEWER


@given(st.lists(pieces, max_size=8), st.lists(pieces, max_size=8), st.sampled_from(UNWANTED))
@settings(max_examples=300, deadline=None)
def test_a_word_that_changes_an_order_never_gets_lost(
    before: list[str], after: list[str], unwanted: str
) -> None:
    text = " ".join((*before, "run medallion", unwanted, *after))

    reading = understand(text, EXAMPLE_VOCABULARY, NOW, BERLIN)

    if isinstance(reading, Understood) and isinstance(reading.command, RunPipeline):
        assert reading.command.dry_run


def test_an_empty_vocabulary_is_no_trouble() -> None:
    for text in ("run pipeline", "check", "scan", "quarantine", "describe", "run x", "check x"):
        reading = understand(text, Vocabulary(), NOW, BERLIN)

        assert isinstance(reading, Understood | Guess | NotUnderstood)


@pytest.mark.parametrize("each", EXAMPLES, ids=lambda each: each.command.name)
def test_each_example_is_understood_as_its_command(each: Explained) -> None:
    assert 1 <= len(each.examples) <= 3
    for example in each.examples:
        reading = understand(example, EXAMPLE_VOCABULARY, NOW, BERLIN)
        assert isinstance(reading, Understood)
        assert isinstance(reading.command, each.command)


def test_every_command_has_examples() -> None:
    assert {each.command for each in EXAMPLES} == set(COMMANDS)


def test_a_topic_finds_its_commands() -> None:
    about = {ListQuarantine, ReleaseQuarantine, DeleteQuarantine}
    assert {each.command for each in explained("quarantine")} == about
    assert explained("nonsense") == explained(None) == EXAMPLES


def test_no_phrase_waits_for_a_word_that_is_read_as_something_else() -> None:
    calendar = Calendar(NOW, BERLIN)
    swallowed = set()
    for cue in (cue for phrase in PHRASES for cue in phrase.cue):
        for word in cue:
            items = items_of(word, words_of(word), names_of(Vocabulary()), calendar)
            if [item.kind for item in items] != [Kind.WORD]:
                swallowed.add(word)

    assert not swallowed


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("7K3M9QXA", "7K3M9QXA"),
        ("7k3m9qxa", "7K3M9QXA"),
        ("7k3m9qxo", "7K3M9QX0"),
        ("i7k3m9ql", "17K3M9Q1"),
        ("followed", None),
        ("7K3M9QXU", None),
        ("AAAAAAA7", None),
        ("7K3M9QX", None),
        ("", None),
    ],
)
def test_a_run_id_is_read_as_crockford_says(typed: str, stored: str | None) -> None:
    assert run_id(typed) == stored


@pytest.mark.parametrize(
    "text",
    [
        "run " * 500,
        "a" * 2_000,
        "_" * 2_000,
        "a_" * 1_000,
        "<@" * 1_000,
        "- " * 1_000,
        "'" * 2_000,
        "1/" * 1_000,
        "last 2 hours " * 150,
        " " * 2_000,
        ("bronze to slver " * 26),
        ("custmers " * 79),
        ("1 march " * 39),
        "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 2_000,
        "x" * 100_000,
        "mask " + "a." * 900,
        "accept " + "a in b " * 250,
        "k-anonymity of x by " + "a," * 900,
        '"a' * 900 + " is not personal",
        "mute orders " + "wrod, " * 55,
        "snooze INC-1 " + "until " * 57,
        "what breaks if " + "columm in " * 28 + "orders is late",
        "ack " + "INC-1 and " * 29,
        "show " + "me are is " * 19 + "incidents",
        "digest " + "every monday " * 29,
        "incidents of " + "some " * 57 + "team",
    ],
    ids=lambda text: f"{text[:8]!r}",
)
def test_no_text_keeps_atlas_busy(text: str) -> None:
    started = time.perf_counter()

    understand(text, EXAMPLE_VOCABULARY, NOW, BERLIN)

    assert time.perf_counter() - started < 1
