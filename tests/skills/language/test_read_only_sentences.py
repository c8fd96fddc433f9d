"""Sentences that only look: typos and stray words are forgiven."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.commands import (
    BackfillStatus,
    Command,
    DescribePipeline,
    ExplainRun,
    Help,
    ListPipelines,
    ListQuarantine,
    ListRuns,
    ListSchedules,
    QualityReport,
    RunStatus,
    WhoAmI,
)
from skills.language.closeness import close_sentences
from skills.language.examples import EXAMPLE_VOCABULARY
from skills.language.readings import Guess, NotUnderstood, Reading, Understood
from skills.language.understanding import understand

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 11, 10, 30, tzinfo=BERLIN)
TODAY = datetime(2026, 3, 11, tzinfo=BERLIN)
YESTERDAY = TODAY - timedelta(days=1)
NIGHT = (YESTERDAY.replace(hour=18), TODAY.replace(hour=8))
MONDAY = datetime(2026, 3, 9, tzinfo=BERLIN)
LAST_MONDAY = MONDAY - timedelta(days=7)
TWO_WEEKS_AGO = NOW - timedelta(days=14)
B2S = "bronze_to_silver"


def read(text: str) -> Reading:
    return understand(text, EXAMPLE_VOCABULARY, NOW, BERLIN)


def runs(
    status: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    pipeline: str | None = None,
    table: str | None = None,
) -> ListRuns:
    return ListRuns(status, pipeline, table, since, until)


report = QualityReport

UNDERSTOOD: tuple[tuple[str, Command], ...] = (
    ("status", RunStatus()),
    ("status?", RunStatus()),
    ("stauts", RunStatus()),
    ("status 7K3M9QXA", RunStatus("7K3M9QXA")),
    ("status 7k3m9qxa please", RunStatus("7K3M9QXA")),
    ("what about 7k3m9qxa?", RunStatus("7K3M9QXA")),
    ("7k3m9qxa", RunStatus("7K3M9QXA")),
    ("7K3M9QXO", RunStatus("7K3M9QX0")),
    ("where is 7k3m9qxa", RunStatus("7K3M9QXA")),
    ("check 7k3m9qxa", RunStatus("7K3M9QXA")),
    ("show run 7k3m9qxa", RunStatus("7K3M9QXA")),
    ("how is the customers run going?", RunStatus(table="customers")),
    ("how's it going", RunStatus()),
    ("is bronze_to_silver done?", RunStatus(pipeline=B2S)),
    ("is the medallion run finished yet?", RunStatus(pipeline="medallion")),
    ("did the customers run finish?", RunStatus(table="customers")),
    ("did medallion succeed?", RunStatus(pipeline="medallion")),
    ("did the run work?", RunStatus()),
    ("did the nightly run work?", RunStatus()),
    ("how did the nightly run go?", RunStatus()),
    ("is the nightly run done?", RunStatus()),
    ("when is the next run?", ListSchedules()),
    ("when does the next schedule run?", ListSchedules()),
    ("has bronze_to_silver finished", RunStatus(pipeline=B2S)),
    ("is medallion still running?", RunStatus(pipeline="medallion")),
    ("how far is medallion", RunStatus(pipeline="medallion")),
    ("what's the status of orders", RunStatus(table="orders")),
    ("status of custmers", RunStatus(table="customers")),
    ("stauts of medallion", RunStatus(pipeline="medallion")),
    ("what is the state of the medallion pipeline", RunStatus(pipeline="medallion")),
    ("status medallion customers", RunStatus(pipeline="medallion", table="customers")),
    ("any news on medallion?", RunStatus(pipeline="medallion")),
    ("check on medallion", RunStatus(pipeline="medallion")),
    ("when did medallion last run?", RunStatus(pipeline="medallion")),
    ("who ran medallion?", RunStatus(pipeline="medallion")),
    ("what happened to the customers run?", RunStatus(table="customers")),
    ("status of pipeline foobar", RunStatus(pipeline="foobar")),
    ("list runs of pipeline foobar", runs(pipeline="foobar")),
    ("why did pipeline foobar fail?", ExplainRun(pipeline="foobar")),
    ("what is the schedule of pipeline foobar?", ListSchedules(pipeline="foobar")),
    ("how is the backfill going?", BackfillStatus()),
    ("how's the backfill", BackfillStatus()),
    ("how is the backfill of orders going?", BackfillStatus(table="orders")),
    ("how is the orders backfill doing?", BackfillStatus(table="orders")),
    ("how is the backfil of custmers going", BackfillStatus(table="customers")),
    ("how is the backfill of foobar going?", BackfillStatus(table="foobar")),
    ("is the backfill of medallion done?", BackfillStatus(pipeline="medallion")),
    ("is the backfill still running?", BackfillStatus()),
    ("backfill status", BackfillStatus()),
    ("status of the backfill", BackfillStatus()),
    ("show me the progress of the backfill", BackfillStatus()),
    ("did the backfill of orders fail?", BackfillStatus(table="orders")),
    ("why did the orders backfill fail?", BackfillStatus(table="orders")),
    ("which days of the backfill failed?", BackfillStatus()),
    ("last run of medallion", RunStatus(pipeline="medallion")),
    ("list runs", runs()),
    ("list_runs", runs()),
    ("lst runs", runs()),
    ("list the last runs", runs()),
    ("run history", runs()),
    ("what's running?", runs("running")),
    ("whats runing", runs("running")),
    ("is anything running?", runs("running")),
    ("queued runs", runs("queued")),
    ("show me all failed runs", runs("failed")),
    ("shwo failed runs", runs("failed")),
    ("failed", runs("failed")),
    ("what failed last night?", runs("failed", *NIGHT)),
    ("did anything fail last night?", runs("failed", *NIGHT)),
    ("what broke last night?", runs("failed", *NIGHT)),
    ("what happened last night", runs(None, *NIGHT)),
    ("show failed runs since Monday", runs("failed", MONDAY)),
    (
        "which runs of orders succeeded yesterday?",
        runs("succeeded", YESTERDAY, TODAY, table="orders"),
    ),
    ("what failed yesteday", runs("failed", YESTERDAY, TODAY)),
    (
        "runs between 1 March and 3 March",
        runs(None, datetime(2026, 3, 1, tzinfo=BERLIN), datetime(2026, 3, 4, tzinfo=BERLIN)),
    ),
    ("what ran today?", runs(None, TODAY)),
    ("which runs failed today?", runs("failed", TODAY)),
    ("any failures since yesterday?", runs("failed", YESTERDAY)),
    ("failures this week", runs("failed", MONDAY)),
    ("what has been running since 9am", runs("running", TODAY.replace(hour=9))),
    ("runs in the last 2 hours", runs(None, NOW - timedelta(hours=2))),
    ("did medallion run today?", runs(None, TODAY, pipeline="medallion")),
    ("show the history of orders", runs(table="orders")),
    ("how many runs failed yesterday?", runs("failed", YESTERDAY, TODAY)),
    ("what ran on monday", runs(None, MONDAY, YESTERDAY)),
    ("the customers run failed", runs("failed", table="customers")),
    ("customers failing?", runs("failed", table="customers")),
    ("ingest orders failed", runs("failed", pipeline="ingest", table="orders")),
    ("why did the customers run fail?", ExplainRun(table="customers")),
    ("why did the last run fail?", ExplainRun()),
    ("explain the last failed run", ExplainRun()),
    ("why did my run fail", ExplainRun()),
    ("explain 7K3M9QXA", ExplainRun("7K3M9QXA")),
    ("why did 7K3M9QXA fail", ExplainRun("7K3M9QXA")),
    ("what went wrong with medallion?", ExplainRun(pipeline="medallion")),
    ("why is silver.customers not updated", ExplainRun(table="customers")),
    ("why did it fail?", ExplainRun()),
    ("whats wrong with orders", ExplainRun(table="orders")),
    ("why was the medallion run cancelled", ExplainRun(pipeline="medallion")),
    ("explain the failure of customers", ExplainRun(table="customers")),
    ("how come medallion failed", ExplainRun(pipeline="medallion")),
    ("debug 7K3M9QXA", ExplainRun("7K3M9QXA")),
    ("what pipelines are there?", ListPipelines()),
    ("list pipelines", ListPipelines()),
    ("which tables do you know", ListPipelines()),
    ("show tables", ListPipelines()),
    ("what pipelines do you have", ListPipelines()),
    ("which pipelines exist?", ListPipelines()),
    ("what can I run?", ListPipelines()),
    ("describe medallion", DescribePipeline("medallion")),
    ("describe medalion", DescribePipeline("medallion")),
    ("describe foobar", DescribePipeline("foobar")),
    ("what does bronze_to_silver do?", DescribePipeline(B2S)),
    ("explain the medallion pipeline", DescribePipeline("medallion")),
    ("explain medallion", DescribePipeline("medallion")),
    ("tell me about silver_to_gold", DescribePipeline("silver_to_gold")),
    ("what is medallion?", DescribePipeline("medallion")),
    ("how does bronze_to_silver work?", DescribePipeline(B2S)),
    ("what happens in silver_to_gold", DescribePipeline("silver_to_gold")),
    ("what would happen if I run medallion?", DescribePipeline("medallion")),
    ("show quarantined rows of orders", ListQuarantine("silver.orders")),
    ("quarantine of customers", ListQuarantine("silver.customers")),
    ("what is in quarantine for orders?", ListQuarantine("silver.orders")),
    ("show me the quarantined rows for customers", ListQuarantine("silver.customers")),
    ("which rows of orders are quarantined?", ListQuarantine("silver.orders")),
    ("bad rows in ordres", ListQuarantine("silver.orders")),
    ("why were rows of orders quarantined?", ListQuarantine("silver.orders")),
    ("how good is silver.customers?", report("silver.customers")),
    ("how good are the customers", report("silver.customers")),
    ("how good is revenue", report("gold.revenue")),
    ("how good was orders yesterday?", report("silver.orders", YESTERDAY, TODAY)),
    ("how good is the data?", report()),
    ("quality of customers", report("silver.customers")),
    ("quality of revenue", report("gold.revenue")),
    ("how clean is the orders data", report("silver.orders")),
    ("what's the quality of silver.orders", report("silver.orders")),
    ("how is the data quality?", report()),
    ("how bad is the orders table?", report("silver.orders")),
    ("what is the score of orders?", report("silver.orders")),
    ("quality score", report()),
    ("which datasets are bad?", report()),
    ("which tables are the worst since Monday", report(None, MONDAY)),
    ("is the customers table healthy?", report("silver.customers")),
    ("can i trust gold.revenue?", report("gold.revenue")),
    ("how good is foobar?", report("foobar")),
    ("quality report", report()),
    ("show me the quality report of orders", report("silver.orders")),
    ("qualty report since Monday", report(None, MONDAY)),
    ("quality report since Monday", report(None, MONDAY)),
    ("quality report for orders since Monday", report("silver.orders", MONDAY)),
    ("quality report for last week", report(None, LAST_MONDAY, MONDAY)),
    ("how has orders been over the last two weeks?", report("silver.orders", TWO_WEEKS_AGO)),
    ("how have the customers been this week?", report("silver.customers", MONDAY)),
    ("how has silver.orders been?", report("silver.orders")),
    ("how was revenue last week?", report("gold.revenue", LAST_MONDAY, MONDAY)),
    ("how has the quality been since monday?", report(None, MONDAY)),
    ("help", Help()),
    ("HELP ME", Help()),
    ("hlep", Help()),
    ("help run", Help("run")),
    ("help with quarantine", Help("quarantine")),
    ("how do i run a pipeline", Help("run")),
    ("what can you do?", Help()),
    ("?", Help()),
    ("hi", Help()),
    ("hello atlas", Help()),
    ("", Help()),
    ("\x00", Help()),
    ("who am I?", WhoAmI()),
    ("whoami", WhoAmI()),
    ("what may I do?", WhoAmI()),
    ("what's my role", WhoAmI()),
    ("am I an operator?", WhoAmI()),
)

NOT_UNDERSTOOD = (
    "what is the weather like in Berlin",
    "lorem ipsum dolor sit amet",
    "status of the moon landing",
    "approve ABC-12",
    "لماذا فشل",
    "🙂 ŵ",
    "a" * 2_001,
    "word " * 100,
)


@pytest.mark.parametrize(("text", "command"), UNDERSTOOD)
def test_a_look_is_understood(text: str, command: Command) -> None:
    assert read(text) == Understood(command)


@pytest.mark.parametrize("text", NOT_UNDERSTOOD)
def test_what_means_nothing_gets_sentences_that_are_understood(text: str) -> None:
    reading = read(text)

    assert isinstance(reading, NotUnderstood)
    assert 1 <= len(reading.close) <= 3
    assert all(isinstance(read(close), Understood) for close in reading.close)


def test_the_nearest_sentence_is_among_the_close_ones() -> None:
    close = close_sentences("descr pipe medalion", EXAMPLE_VOCABULARY)

    assert "describe pipeline medallion" in close


@pytest.mark.parametrize(
    "text",
    ["status of customers and orders", "describe", "quarantine", "how good is orders or customers"],
)
def test_a_look_that_leaves_a_choice_is_a_guess(text: str) -> None:
    reading = read(text)

    assert isinstance(reading, Guess)
    assert len(reading.commands) > 1


def test_a_bare_name_offers_what_can_be_done_with_it() -> None:
    reading = read("customers")

    assert isinstance(reading, Guess)
    assert RunStatus(table="customers") in reading.commands
