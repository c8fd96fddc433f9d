"""Sentences that start something: what is understood, what is only offered, what starts nothing."""

from datetime import UTC, datetime

import pytest

from engine.commands import (
    CheckQuality,
    Command,
    ListPipelines,
    RunPipeline,
    RunStatus,
    ScanPrivacy,
)
from engine.people import Role
from skills.language.examples import EXAMPLE_VOCABULARY
from skills.language.one_by_one import MOST_TABLES, NO_EXCEPTIONS
from skills.language.readings import Guess, NotUnderstood, Reading, Understood
from skills.language.understanding import understand
from skills.language.vocabulary import Vocabulary
from tests.skills.language.judging import assert_among_the_offered

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
B2S, S2G = "bronze_to_silver", "silver_to_gold"


def read(text: str) -> Reading:
    return understand(text, EXAMPLE_VOCABULARY, NOW, UTC)


UNDERSTOOD: tuple[tuple[str, Command], ...] = (
    ("run pipeline bronze_to_silver for customers", RunPipeline(B2S, "customers")),
    ("run bronze_to_silver on orders", RunPipeline(B2S, "orders")),
    ("start medallion", RunPipeline("medallion")),
    ("execute silver_to_gold", RunPipeline(S2G)),
    ("ingest orders", RunPipeline("ingest", "orders")),
    ("please ingest the orders table", RunPipeline("ingest", "orders")),
    ("for customers run bronze_to_silver", RunPipeline(B2S, "customers")),
    ("customers: run bronze to silver please", RunPipeline(B2S, "customers")),
    ("run Bronze→Silver for silver.customers", RunPipeline(B2S, "customers")),
    ("run bronze -> silver", RunPipeline(B2S)),
    ("run bronze -&gt; silver", RunPipeline(B2S)),
    ("<@U024BE7LH> run medallion", RunPipeline("medallion")),
    (
        "could you run bronze-to-silver for the silver customers table pls?",
        RunPipeline(B2S, "customers"),
    ),
    ("hey @atlas run medallion now", RunPipeline("medallion")),
    ("hey atlas can you please kick off medallion for me, thanks!", RunPipeline("medallion")),
    ("pls run ingest", RunPipeline("ingest")),
    ("run the medallion pipeline", RunPipeline("medallion")),
    ("run medallion for all tables", RunPipeline("medallion")),
    ("run medallion for everything please", RunPipeline("medallion")),
    ("trigger bronze-to-silver for table orders", RunPipeline(B2S, "orders")),
    ("launch silver to gold", RunPipeline(S2G)),
    ("rerun medallion", RunPipeline("medallion")),
    ("re-run medallion", RunPipeline("medallion")),
    ("run medallion again", RunPipeline("medallion")),
    ("trigger a medallion run", RunPipeline("medallion")),
    ("start a run of medallion for orders", RunPipeline("medallion", "orders")),
    ("just run medallion", RunPipeline("medallion")),
    ("run medallion 🚀", RunPipeline("medallion")),
    ("run medallion :rocket: :pray:", RunPipeline("medallion")),
    ("RUN MEDALLION FOR CUSTOMERS", RunPipeline("medallion", "customers")),
    ("run medallion!", RunPipeline("medallion")),
    ("`run medallion`", RunPipeline("medallion")),
    ("I'd like to run medallion", RunPipeline("medallion")),
    ("run_pipeline medallion", RunPipeline("medallion")),
    ("run bronze_to_silver for customers in silver", RunPipeline(B2S, "customers")),
    ("start ingest for support tickets", RunPipeline("ingest", "support_tickets")),
    ("run foobar", RunPipeline("foobar")),
    ("run pipeline foobar for orders", RunPipeline("foobar", "orders")),
    ("run medallion for foobar", RunPipeline("medallion", "foobar")),
    ("check quality of silver.customers", CheckQuality("silver.customers")),
    ("check orders", CheckQuality("silver.orders")),
    ("check the quality of gold.revenue", CheckQuality("gold.revenue")),
    ("run the quality checks on orders", CheckQuality("silver.orders")),
    ("can you check the quality of the customers table", CheckQuality("silver.customers")),
    ("validate gold.revenue", CheckQuality("gold.revenue")),
    ("could you inspect orders?", CheckQuality("silver.orders")),
    ("check customers in bronze", CheckQuality("bronze.customers")),
    ("check foobar", CheckQuality("foobar")),
    ("scan bronze.customers for personal data", ScanPrivacy("bronze.customers")),
    ("is there PII in orders?", ScanPrivacy("bronze.orders")),
    ("any personal data in support_tickets?", ScanPrivacy("bronze.support_tickets")),
    ("scan orders for pii", ScanPrivacy("bronze.orders")),
    ("scan support tickets", ScanPrivacy("bronze.support_tickets")),
    ("scan silver.orders", ScanPrivacy("silver.orders")),
    ("find personal data in customers", ScanPrivacy("bronze.customers")),
    ("does support_tickets contain personal data?", ScanPrivacy("bronze.support_tickets")),
    ("does orders have any PII?", ScanPrivacy("bronze.orders")),
    ("check customers for pii", ScanPrivacy("bronze.customers")),
)

OFFERED: tuple[tuple[str, Command, str], ...] = (
    ("rnu pipeline medallion", RunPipeline("medallion"), "Did you mean run?"),
    (
        "run bronze_to_slver",
        RunPipeline(B2S),
        "There is no pipeline bronze_to_slver. Did you mean bronze_to_silver?",
    ),
    ("run bronze to slver", RunPipeline(B2S), "Did you mean bronze_to_silver?"),
    ("run bronzetosilver", RunPipeline(B2S), "Did you mean bronze_to_silver?"),
    ("run medalion", RunPipeline("medallion"), "There is no pipeline medalion."),
    (
        "run medallion for custmers",
        RunPipeline("medallion", "customers"),
        "There is no table custmers. Did you mean customers?",
    ),
    ("run pipeline", RunPipeline("medallion"), "Which pipeline?"),
    ("load customers into silver", RunPipeline(B2S, "customers"), "Which pipeline?"),
    ("run it", RunPipeline("ingest"), "Which pipeline?"),
    ("run all pipelines", RunPipeline("ingest"), "Not understood: all pipelines."),
    ("medallion run", RunPipeline("medallion"), "Is that a request"),
    ("medallion", RunPipeline("medallion"), "What about medallion?"),
    ("ingest ordrs", RunPipeline("ingest", "orders"), ""),
    ("ingest orders?", RunPipeline("ingest", "orders"), ""),
    ("run medallion without checks", RunPipeline("medallion"), "Not understood: without checks."),
    ("run medallion dry", RunPipeline("medallion"), "Not understood: dry."),
    ("run medallion fully", RunPipeline("medallion"), "Not understood: fully."),
    ("rebuild orders", RunPipeline(B2S, "orders"), "Not understood: rebuild."),
    ("run medallion on silver", RunPipeline("medallion"), "Not understood: silver."),
    ("run medallion twice", RunPipeline("medallion"), "Not understood: twice."),
    (
        "run medallion only if orders succeeded",
        RunPipeline("medallion"),
        "Not understood: if orders succeeded.",
    ),
    ("run medallion for", RunPipeline("medallion"), "The sentence ends with «for»."),
    ("run medallion for <#C024BE7LR|orders>", RunPipeline("medallion"), "ends with «for»"),
    ("start of medallion", RunPipeline("medallion"), "Is that a request"),
    ("run of medallion", RunPipeline("medallion"), "Is that a request"),
    ("@lea run medallion", RunPipeline("medallion"), "Not understood: lea."),
    ("run ingest and then medallion", RunPipeline("ingest"), "One at a time, please."),
    ("run ingest and then medallion", RunPipeline("medallion"), "One at a time, please."),
    ("run medallion; run ingest", RunPipeline("ingest"), "One at a time, please."),
    (
        "run medallion for customers and orders",
        RunPipeline("medallion", "orders"),
        "One at a time, please.",
    ),
    ("run medallion and show status", RunStatus(), "One thing at a time, please."),
    ("check ordrs", CheckQuality("silver.orders"), "Did you mean orders?"),
    ("chekc orders", CheckQuality("silver.orders"), "Did you mean check?"),
    ("check orders tomorrow", CheckQuality("silver.orders"), "Not understood: tomorrow."),
    ("check orders and customers", CheckQuality("silver.customers"), "One at a time, please."),
    (
        "check gold.customers",
        CheckQuality("silver.customers"),
        "There is no dataset gold.customers.",
    ),
    ("run quality checks", CheckQuality("silver.orders"), "Which table?"),
    ("scan", ScanPrivacy("bronze.orders"), "Which table?"),
    ("scan custmers", ScanPrivacy("bronze.customers"), "There is no table custmers."),
    ("should I run medallion?", RunPipeline("medallion"), "That is a question"),
    ("run medallion?", RunPipeline("medallion"), "That is a question"),
)

STARTS_NOTHING = (
    "don't run medallion",
    "dont run medallion",
    "do not run medallion",
    "never run medallion",
    "please do not start silver_to_gold",
    "wait, don't run medallion",
    "run medallion, no wait",
    "could you not run medallion",
    "nobody should run medallion",
    "\N{NO ENTRY SIGN} run medallion",
    "don't check orders",
    "do not scan customers for personal data",
    "not medallion",
    "~run medallion~",
    "> run medallion",
    "&gt; run medallion\nis that wise",
    "run medallion or not",
)

QUESTIONS_AND_TALK = (
    "don't run medallion and show status",
    "should I run medallion?",
    "should we run medallion",
    "what would happen if I run medallion?",
    "did you run medallion?",
    "did anyone start medallion yet",
    "can I run medallion",
    "when can we run medallion",
    "who ran medallion?",
    "who is going to run medallion",
    "why did you run medallion",
    "is it ok to run medallion?",
    "is there a reason not to run medallion?",
    "would you run medallion if you were me",
    "run medallion?",
    "medallion run",
    "the medallion run",
    "I ran medallion yesterday",
    "we should run medallion",
    "lea wants to run medallion",
    "running medallion",
    "if orders failed run medallion",
    "please run medallion once customers is done",
    "run medallion when ready",
    "run medallion unless orders failed",
    "have you started medallion?",
    "how do I run medallion?",
    "can you tell me whether to run medallion",
    "does it hurt to run medallion",
    "remember to run medallion",
    "he said run medallion",
    "last run of medallion",
    "ingest orders?",
    "did you ingest orders",
    "ingest orders failed",
)


@pytest.mark.parametrize(("text", "command"), UNDERSTOOD)
def test_a_clear_order_is_understood(text: str, command: Command) -> None:
    assert read(text) == Understood(command)


@pytest.mark.parametrize(("text", "command", "reason"), OFFERED)
def test_an_unclear_order_is_offered_with_its_reason(
    text: str, command: Command, reason: str
) -> None:
    assert_among_the_offered(read(text), command, reason)


@pytest.mark.parametrize("text", STARTS_NOTHING)
def test_a_refusal_neither_starts_nor_offers_a_start(text: str) -> None:
    reading = read(text)

    assert isinstance(reading, Guess)
    assert not any(isinstance(each, RunPipeline | ScanPrivacy) for each in reading.commands)


@pytest.mark.parametrize("text", QUESTIONS_AND_TALK)
def test_a_question_about_running_never_runs_anything(text: str) -> None:
    reading = read(text)

    assert not isinstance(reading, NotUnderstood)
    assert not (isinstance(reading, Understood) and isinstance(reading.command, RunPipeline))


def test_a_run_without_a_pipeline_offers_each() -> None:
    reading = read("run pipeline")

    assert isinstance(reading, Guess)
    assert reading.commands == tuple(map(RunPipeline, EXAMPLE_VOCABULARY.pipelines))


def test_an_exclusion_is_not_read_as_the_table_to_run() -> None:
    reading = read("run medallion without orders")

    assert isinstance(reading, Guess)
    assert reading.commands == (
        RunPipeline("medallion", "customers"),
        RunPipeline("medallion", "support_tickets"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "run medallion without orders",
        "run medallion for all tables except orders",
        "run medallion but not for orders",
        "run medallion, skip the orders table",
        "dry run medallion excluding silver.orders",
        "run medallion except orders and customers",
        "run medallion every day at 9 without orders",
        "should I run medallion without orders?",
        "backfill medallion from 1 March to 3 March without orders",
    ],
)
def test_a_run_that_leaves_out_a_table_is_never_offered_for_all(text: str) -> None:
    reading = read(text)

    assert isinstance(reading, Guess)
    runs = [each for each in reading.commands if each.needs is Role.OPERATOR]
    assert runs
    assert all(each.slots()["table"] not in (None, "orders") for each in runs)
    assert reading.reason == NO_EXCEPTIONS or reading.reason.startswith("That is a question")


@pytest.mark.parametrize("text", ["run everything but orders", "run without orders"])
def test_where_no_pipeline_is_named_either_there_is_nothing_to_run(text: str) -> None:
    reading = read(text)

    assert isinstance(reading, Guess)
    assert reading.commands == (ListPipelines(),)
    assert reading.reason.startswith(NO_EXCEPTIONS)


@pytest.mark.parametrize(
    "text",
    [
        "run medallion unless orders failed",
        "run medallion but only for orders",
        "run medallion without full refresh for orders",
    ],
)
def test_a_table_named_after_a_condition_is_not_left_out(text: str) -> None:
    reading = read(text)

    assert isinstance(reading, Guess)
    assert NO_EXCEPTIONS not in reading.reason


def test_only_some_of_many_tables_are_offered() -> None:
    tables = tuple(f"table_{letter * 4}" for letter in "abcdefghijkl")

    reading = understand(
        f"run medallion without {tables[0]}", Vocabulary(("medallion",), tables), NOW, UTC
    )

    assert isinstance(reading, Guess)
    assert reading.commands == tuple(
        RunPipeline("medallion", each) for each in tables[1 : 1 + MOST_TABLES]
    )
