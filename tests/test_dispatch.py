"""From a request to its outcome, whichever way it came."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from engine.cards import Card, CardKind, Fact, Severity
from engine.commands import (
    COMMANDS,
    AcceptChecks,
    AcceptFinding,
    Acknowledge,
    Assign,
    Audit,
    Backfill,
    BackfillStatus,
    CancelRun,
    CheckAnonymity,
    CheckQuality,
    Command,
    Confirm,
    ConfirmErasure,
    DeleteQuarantine,
    DeleteSchedule,
    DescribePipeline,
    DigestNow,
    ErasePerson,
    ExpectValues,
    ExplainRoute,
    ExplainRun,
    FindPerson,
    Grant,
    Help,
    ListErasures,
    ListIncidents,
    ListPipelines,
    ListQuarantine,
    ListRoles,
    ListRuns,
    ListSchedules,
    ListSubscriptions,
    ListUndelivered,
    Mute,
    PauseSchedule,
    PrivacyReport,
    QualityReport,
    RejectFinding,
    ReleaseQuarantine,
    Resolve,
    ResumeSchedule,
    RetryRun,
    RevealValue,
    Revoke,
    RunPipeline,
    RunStatus,
    ScanPrivacy,
    ScheduleDigest,
    SchedulePipeline,
    SetPrivacyRule,
    ShowImpact,
    ShowIncident,
    ShowLineage,
    Snooze,
    Subscribe,
    SuggestChecks,
    Unmute,
    Unsubscribe,
    WhoAmI,
    WithdrawErasure,
)
from engine.errors import DatabaseUnreachable
from engine.outcome import Accepted, Answer, Outcome, Refused, Request
from engine.people import Asker, Role
from engine.recurrence import Cron
from engine.runs.model import Run, StepKind, StepStatus
from engine.runs.model import RunStatus as Status
from engine.runs.quarantine import QuarantinedRow
from engine.testing.clock import EPOCH
from engine.testing.fixed import FixedQuarantine
from tests.builders import a_project, a_run, a_step, a_table, an_asker
from tests.workshop import Workshop

EVERY_COMMAND: tuple[Command, ...] = (
    RunPipeline("ingest"),
    RunStatus(),
    ListRuns(),
    ExplainRun(),
    CancelRun(),
    RetryRun(),
    Backfill(date(2026, 2, 1), date(2026, 2, 3), "customers"),
    BackfillStatus(),
    SchedulePipeline("ingest", Cron.at([(9, 0)], "UTC")),
    ListSchedules(),
    PauseSchedule(),
    ResumeSchedule(),
    DeleteSchedule(),
    ListPipelines(),
    DescribePipeline("ingest"),
    CheckQuality("silver.customers"),
    QualityReport("silver.customers"),
    QualityReport(),
    ExpectValues("silver.customers"),
    ReleaseQuarantine("silver.customers"),
    DeleteQuarantine("silver.customers"),
    SuggestChecks("silver.customers"),
    AcceptChecks("silver.customers", ("k4821",)),
    ListQuarantine("silver.customers"),
    ScanPrivacy("silver.customers"),
    PrivacyReport(),
    SetPrivacyRule("customers", "email", "mask"),
    AcceptFinding("customers", "email"),
    RejectFinding("customers", "email"),
    FindPerson("maria@example.com"),
    ErasePerson("maria@example.com"),
    ConfirmErasure("E1"),
    RevealValue("es1_em_x"),
    ListErasures(),
    WithdrawErasure("E1"),
    CheckAnonymity("silver.customers", ("email",)),
    Audit(),
    ShowLineage("silver.customers"),
    ShowImpact("silver.customers"),
    ListIncidents(),
    ShowIncident("INC-1"),
    Acknowledge("INC-1"),
    Snooze("INC-1"),
    Assign("INC-1"),
    Resolve("INC-1"),
    Mute("customers", EPOCH + timedelta(days=1)),
    Unmute("customers"),
    Subscribe(),
    Unsubscribe(),
    ListSubscriptions(),
    ExplainRoute("#general"),
    DigestNow(),
    ScheduleDigest(Cron.at([(9, 0)], "UTC")),
    ListUndelivered(),
    Help(),
    Grant("olga", Role.ADMIN),
    Revoke("olga"),
    ListRoles(),
    Confirm("K7Q2"),
    WhoAmI(),
)


ROLES = {"maria": Role.ADMIN, "olga": Role.OPERATOR, "stranger": Role.VIEWER}


def card_of(outcome: Outcome) -> Card:
    """The card of an answer."""
    assert isinstance(outcome, Answer), outcome
    return outcome.card


def refusal_of(outcome: Outcome) -> Refused:
    """The refusal that an outcome is."""
    assert isinstance(outcome, Refused), outcome
    return outcome


def a_shop_with_runs() -> Workshop:
    """A failed run, then a successful one an hour later."""
    shop = Workshop()
    shop.keep(
        a_run(id="11111111", status=Status.FAILED, error="The disk is full."),
        a_run(
            a_step(StepKind.INGEST, "bronze.orders"),
            id="22222222",
            pipeline="ingest",
            table="orders",
            status=Status.SUCCEEDED,
            requested_at=EPOCH + timedelta(hours=1),
        ),
    )
    return shop


def test_every_command_is_tried_here() -> None:
    assert {type(command) for command in EVERY_COMMAND} == set(COMMANDS)


@pytest.mark.parametrize("command", EVERY_COMMAND, ids=lambda command: command.name)
@pytest.mark.parametrize("person", ["maria", "olga", "stranger"])
async def test_a_role_decides_what_a_person_may_do(command: Command, person: str) -> None:
    shop = a_shop_with_runs()

    outcome = await shop.ask(command, person)

    refused = isinstance(outcome, Refused) and "Your role here" in outcome.reason
    assert refused == (not ROLES[person].covers(command.needs))


async def test_a_refused_role_says_which_is_needed_and_starts_nothing() -> None:
    shop = Workshop()

    refused = refusal_of(await shop.ask(RunPipeline("ingest"), "stranger"))

    assert refused.reason == "Your role here is viewer; run_pipeline needs operator."
    assert refused.hint == (
        "An admin can grant it (web:maria), saying «grant operator to web:stranger»."
    )
    assert shop.state.runs == {}


async def test_a_name_is_no_person_of_another_platform() -> None:
    shop = Workshop()
    asker = replace(an_asker("maria"), platform="slack")

    outcome = await shop.dispatcher.handle(Request(RunPipeline("ingest"), asker))

    assert isinstance(outcome, Refused)


async def test_a_display_name_gives_no_role() -> None:
    asker = Asker("web", "stranger", "maria", "#general")

    outcome = await Workshop().dispatcher.handle(Request(RunPipeline("ingest"), asker))

    assert isinstance(outcome, Refused)


async def test_running_a_pipeline_is_accepted_at_once_and_queued() -> None:
    shop = Workshop()

    outcome = await shop.ask(RunPipeline("medallion", "customers"), "olga")

    assert isinstance(outcome, Accepted)
    run = shop.state.runs[outcome.run_id]
    assert (run.status, run.title) == (Status.QUEUED, "medallion for customers")
    assert run.asker.id == "web:olga"


async def test_an_unknown_pipeline_is_refused_with_those_that_are_near() -> None:
    refused = refusal_of(await Workshop().ask(RunPipeline("medalion")))

    assert refused.reason == "There is no pipeline 'medalion'."
    assert refused.close == ("medallion",)
    assert refused.hint == "Did you mean medallion?"


async def test_a_pipeline_unlike_any_other_is_refused_with_where_to_look() -> None:
    refused = refusal_of(await Workshop().ask(DescribePipeline("zzz")))

    assert refused.close == ()
    assert "what pipelines are there?" in refused.hint


async def test_an_unknown_table_is_refused_with_those_that_are_near() -> None:
    refused = refusal_of(await Workshop().ask(RunPipeline("medallion", "custmers")))

    assert refused.reason == "There is no table 'custmers'."
    assert refused.close == ("customers",)


async def test_a_table_that_a_pipeline_does_not_cover_is_refused_as_that() -> None:
    refused = refusal_of(await Workshop().ask(RunPipeline("ingest", "revenue")))

    assert refused.reason == "ingest does nothing for revenue."
    assert refused.hint == "Say «describe ingest» to see what it covers."


async def test_a_pipeline_that_covers_nothing_at_all_says_so() -> None:
    shop = Workshop(a_project(models=()))

    refused = refusal_of(await shop.ask(RunPipeline("silver_to_gold")))

    assert "None" not in refused.reason


@pytest.mark.parametrize("command", [CheckQuality, ScanPrivacy, ListQuarantine])
async def test_an_unknown_dataset_is_refused_with_those_that_are_near(
    command: type[CheckQuality | ScanPrivacy | ListQuarantine],
) -> None:
    refused = refusal_of(await Workshop().ask(command("silver.custmers")))

    assert refused.reason == "There is no table 'silver.custmers'."
    assert refused.close[0] == "silver.customers"


@pytest.mark.parametrize(
    ("name", "close"),
    [
        ("customer_order", ("silver.customers", "silver.orders")),
        ("bronze.order_items", ("bronze.orders",)),
        ("bronze.revenues", ("gold.revenue",)),
        ("silver.zzz", ()),
    ],
)
async def test_only_what_is_spelled_nearly_so_may_have_been_meant(
    name: str, close: tuple[str, ...]
) -> None:
    assert refusal_of(await Workshop().ask(CheckQuality(name))).close == close


async def test_a_check_of_a_dataset_without_checks_is_refused() -> None:
    shop = Workshop(a_project([a_table(checks=())], ()))

    for dataset in ("silver.customers", "bronze.customers"):
        refused = refusal_of(await shop.ask(CheckQuality(dataset)))
        assert refused.reason == f"{dataset} has no checks."


@pytest.mark.parametrize("command", [CheckQuality, ScanPrivacy])
async def test_a_check_and_a_scan_are_runs_of_one_step(
    command: type[CheckQuality | ScanPrivacy],
) -> None:
    shop = Workshop()

    outcome = await shop.ask(command("gold.revenue"))

    assert isinstance(outcome, Accepted)
    (step,) = shop.state.runs[outcome.run_id].steps
    assert str(step.dataset) == "gold.revenue"


async def test_a_full_queue_refuses_and_says_when_to_ask_again() -> None:
    shop = Workshop(longest_line=1)
    await shop.ask(RunPipeline("ingest"))

    refused = refusal_of(await shop.ask(RunPipeline("ingest")))

    assert "waiting already" in refused.reason
    assert "ask again" in refused.hint


@pytest.mark.parametrize(
    ("command", "run_id"),
    [
        (RunStatus(), "22222222"),
        (RunStatus("11111111"), "11111111"),
        (RunStatus("llllllll"), "11111111"),
        (RunStatus(pipeline="bronze_to_silver"), "11111111"),
        (RunStatus(table="orders"), "22222222"),
        (ExplainRun(), "11111111"),
        (ExplainRun("11111111"), "11111111"),
        (ExplainRun("22222222"), "22222222"),
    ],
)
async def test_a_run_is_found_by_its_id_or_as_the_latest_that_fits(
    command: RunStatus | ExplainRun, run_id: str
) -> None:
    card = card_of(await a_shop_with_runs().ask(command))

    assert Fact("Run", run_id) in card.facts


async def test_only_a_failed_run_is_explained() -> None:
    shop = a_shop_with_runs()

    failed = card_of(await shop.ask(ExplainRun("11111111")))
    succeeded = card_of(await shop.ask(ExplainRun("22222222")))

    assert failed.title == "Why bronze_to_silver for customers failed"
    assert succeeded.kind is CardKind.PROGRESS


def a_medallion(run_id: str, at: str, hour: int) -> Run:
    """A run of all tables that failed at one of them."""
    tables = ("silver.customers", "silver.orders")
    ends = {True: StepStatus.FAILED, False: StepStatus.SUCCEEDED}
    steps = [a_step(StepKind.REFINE, each, ends[each == at]) for each in tables]
    return a_run(
        *steps,
        id=run_id,
        pipeline="medallion",
        table=None,
        status=Status.FAILED,
        requested_at=EPOCH + timedelta(hours=hour),
        error=f"{at} broke.",
    )


async def test_a_table_is_explained_by_the_latest_run_that_failed_at_it() -> None:
    shop = Workshop()
    shop.keep(
        a_medallion("11111111", "silver.orders", 1), a_medallion("22222222", "silver.customers", 2)
    )

    orders = card_of(await shop.ask(ExplainRun(table="orders")))
    customers = card_of(await shop.ask(ExplainRun(table="customers")))

    assert Fact("Run", "11111111") in orders.facts
    over, cause, *_ = orders.text.splitlines()
    assert over.startswith("This is over: medallion (22222222) went well for orders")
    assert cause == "silver.orders broke."
    assert Fact("Run", "22222222") in customers.facts


async def test_a_table_at_which_no_run_failed_is_not_explained_by_another_table() -> None:
    shop = Workshop()
    shop.keep(a_medallion("22222222", "silver.customers", 2))

    card = card_of(await shop.ask(ExplainRun(table="orders")))

    assert card.title == "No run failed at orders lately"
    assert "22222222 (medallion). It failed at refine silver.customers" in card.text


async def test_an_unknown_run_is_refused_by_the_id_as_it_was_read() -> None:
    refused = refusal_of(await Workshop().ask(RunStatus("7k3f9qto")))

    assert refused.reason == "There is no run '7K3F9QT0'."
    assert "list runs" in refused.hint


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (RunStatus(), "There is no run of that yet."),
        (ExplainRun(table="orders"), "There is no failed run of that yet."),
    ],
)
async def test_no_run_at_all_is_said_to_be_so(command: Command, reason: str) -> None:
    assert refusal_of(await Workshop().ask(command)).reason == reason


@pytest.mark.parametrize(
    ("command", "title"),
    [
        (ListRuns(), "2 runs"),
        (ListRuns(status="failed"), "1 run that failed"),
        (ListRuns(status="cancelled"), "No runs cancelled"),
        (ListRuns(pipeline="ingest"), "1 run of ingest"),
        (ListRuns(table="customers"), "1 run of customers"),
        (
            ListRuns(since=EPOCH + timedelta(minutes=1)),
            "1 run since 2026-03-01 12:01",
        ),
        (ListRuns(until=EPOCH), "No runs until 2026-03-01 12:00"),
    ],
)
async def test_runs_are_listed_as_they_were_asked_for(command: ListRuns, title: str) -> None:
    assert card_of(await a_shop_with_runs().ask(command)).title == title


async def test_a_list_of_runs_shows_the_newest_first() -> None:
    card = card_of(await a_shop_with_runs().ask(ListRuns()))

    assert card.table is not None
    assert [row[0] for row in card.table.rows] == ["22222222", "11111111"]


async def test_the_pipelines_are_told_with_tables_and_models() -> None:
    card = card_of(await Workshop().ask(ListPipelines()))

    assert card.title == "4 pipelines in Shop"
    assert card.facts == (Fact("Tables", "customers, orders"), Fact("Gold models", "revenue"))


async def test_a_project_without_models_or_tables_says_none() -> None:
    card = card_of(await Workshop(a_project((), ())).ask(ListPipelines()))

    assert [fact.value for fact in card.facts] == ["none", "none"]


async def test_a_pipeline_is_described_dataset_by_dataset() -> None:
    card = card_of(await Workshop().ask(DescribePipeline("medallion")))

    assert card.table is not None
    assert card.table.rows[0] == (
        "bronze.customers",
        "ingest",
        "its deliveries",
        "Customer relations (#crm)",
    )
    assert card.table.rows[-1] == (
        "gold.revenue",
        "build → check → publish",
        "silver.customers, silver.orders",
        "Sales team",
    )


async def test_quarantine_tells_reasons_and_never_more_than_it_shows() -> None:
    shop = Workshop()
    rows = [QuarantinedRow("day 1", n, ("email: no @ (aa9)",), "7K3F9QTZ") for n in range(30)]
    shop.quarantine = FixedQuarantine({"customers": rows})

    card = card_of(await shop.ask(ListQuarantine("silver.customers")))

    assert card.title == "30 rows of customers in quarantine"
    assert card.severity is Severity.WARNING
    assert Fact("Reasons", "email: no @ (30)") in card.facts
    assert card.text == "The first 20 are shown; 10 more are in quarantine.customers."
    assert card.table is not None
    assert len(card.table.rows) == 20


async def test_an_empty_quarantine_is_good_news() -> None:
    card = card_of(await Workshop().ask(ListQuarantine("silver.customers")))

    assert card.title == "0 rows of customers in quarantine"
    assert card.severity is Severity.SUCCESS
    assert card.table is None


async def test_a_gold_model_has_no_quarantine() -> None:
    refused = refusal_of(await Workshop().ask(ListQuarantine("gold.revenue")))

    assert "gold model" in refused.reason
    assert refused.hint


async def test_a_person_learns_id_role_and_what_they_may_do() -> None:
    card = card_of(await Workshop().ask(WhoAmI(), "olga"))

    facts = {fact.name: fact.value for fact in card.facts}
    assert facts["Id"] == "web:olga"
    assert facts["Role"] == "operator"
    assert facts["You may"].startswith("start, stop and change runs")
    assert [each.command for each in card.buttons] == ["help"]


async def test_a_database_that_is_away_is_told_not_raised() -> None:
    shop = Workshop()
    away = DatabaseUnreachable("PostgreSQL does not answer.", "Start it.")
    shop.transactions.faults.plan("begin", away)

    refused = refusal_of(await shop.ask(RunStatus()))

    assert (refused.reason, refused.hint) == ("PostgreSQL does not answer.", "Start it.")


def test_a_command_tells_its_slots_as_text() -> None:
    assert ListRuns(status="failed", since=EPOCH).slots() == {
        "status": "failed",
        "pipeline": None,
        "table": None,
        "since": "2026-03-01 12:00:00+00:00",
        "until": None,
        "limit": None,
    }


@pytest.mark.parametrize("role", Role)
def test_a_role_covers_itself_and_what_is_below_it(role: Role) -> None:
    order = [Role.VIEWER, Role.OPERATOR, Role.ADMIN]

    covered = [needed for needed in order if role.covers(needed)]

    assert covered == order[: order.index(role) + 1]
