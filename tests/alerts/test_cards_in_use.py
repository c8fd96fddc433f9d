"""Whatever can be clicked is understood, and no card shows a value of a row."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from itertools import product
from pathlib import Path

import pytest

from engine import answers
from engine.alerts.explanation import explanation
from engine.alerts.finding_cards import card_of
from engine.alerts.progress import cancelling, run_card
from engine.alerts.wording import acceptance
from engine.cards import Card, Severity, to_json
from engine.catalog.model import Operator, Project
from engine.catalog.reader import read_project
from engine.commands import CheckQuality, RunPipeline, ScanPrivacy
from engine.findings.model import (
    ChecksFailed,
    ChecksWarned,
    Evidence,
    Finding,
    PersonalData,
    StepBroke,
)
from engine.outcome import Accepted, Refused
from engine.people import Role
from engine.privacy.model import Protection
from engine.quality.model import Outcome
from engine.quarantine_answers import quarantine_card
from engine.roles.answers import person_card
from engine.runs.model import Counts, Run, RunStatus, StepKind, StepReport, StepStatus
from engine.runs.plan import plan
from engine.runs.quarantine import Quarantined, QuarantinedRow
from engine.testing.clock import EPOCH
from engine.testing.privacy import FixedPrivacyFindings
from engine.testing.warehouse import FixedDelivery
from skills.assistance import help_card, not_understood_card, offer_card
from skills.base import refusal
from skills.language.readings import Guess, NotUnderstood, Understood
from skills.language.understanding import understand
from skills.language.vocabulary import Vocabulary
from tests.builders import RUN_ID, a_column, a_project, a_run, a_step, a_table, a_verdict, an_asker
from tests.workshop import Workshop

SHOP = read_project(Path(__file__).parent.parent.parent / "examples" / "shop")
VALUE = "ludmila@example.com"

PROTECTION = Protection("gift", Operator.HASH, "EMAIL_ADDRESS", False, ("many",))
EVIDENCE: tuple[Evidence, ...] = (
    ChecksFailed((a_verdict(),)),
    ChecksWarned((a_verdict(Outcome.WARNED),)),
    PersonalData(PROTECTION),
    StepBroke("some step", "The disk is full.", "Make room."),
)


def all_cards(project: Project) -> Iterator[Card]:
    """A card of every builder, for every part of a project."""
    yield from finding_cards(project)
    for run in runs_of(project):
        yield run_card(run, project)
        yield explanation(run, project)
        yield explanation(replace(run, hint=f"Say «{acceptance(run.id)}»."), project)
        yield cancelling(run)
        yield run_card(run, project, ahead=a_run(id="11111111"))
    yield answers.pipelines_card(project)
    for pipeline in project.pipelines:
        yield answers.pipeline_card(project, pipeline)
    yield answers.runs_card(tuple(runs_of(project))[:20], "")
    rows = (QuarantinedRow("day 1", 5, ("email: no @ in it (shape aa9)",), RUN_ID),)
    for table in project.tables:
        found = Quarantined(7, (("email: no @ in it", 7),), rows)
        yield quarantine_card(project, table, found, None)
    yield person_card(an_asker(), Role.ADMIN)
    yield help_card((("Run a pipeline.", "run pipeline ingest"),))
    yield refusal(Refused("There is no table 'x'.", "Did you mean y?", ("y",)), ("list runs",))
    yield not_understood_card(NotUnderstood(("list runs",)))
    orders = [RunPipeline(each.name) for each in project.pipelines]
    yield offer_card(Guess(tuple(orders), "Which one?"), UTC)


def finding_cards(project: Project) -> Iterator[Card]:
    """A card of each kind of finding, for each dataset on which it can be made."""
    for dataset in project.datasets():
        for evidence, looked in product(EVIDENCE, (False, True)):
            finding = Finding(dataset, Severity.CRITICAL, RUN_ID, evidence, looked)
            yield card_of(finding, project)


def runs_of(project: Project) -> Iterator[Run]:
    """Runs of everything that can be run, in every state."""
    report = StepReport(Counts(rows_in=5, quarantined=2), protections=(PROTECTION,))
    for status in RunStatus:
        for pipeline in project.pipelines:
            for table in (None, project.tables[0].name):
                steps = plan(project, pipeline, table)
                broken = [
                    a_step(s.kind, str(s.dataset), StepStatus.FAILED, report=report) for s in steps
                ]
                yield a_run(*broken, pipeline=pipeline.name, table=table, status=status)
        for dataset in project.datasets():
            for kind, what in (
                (StepKind.CHECK, "quality check"),
                (StepKind.SCAN, "privacy scan"),
            ):
                step = a_step(kind, str(dataset), StepStatus.FAILED, report=report)
                yield a_run(step, pipeline=what, table=str(dataset), status=status)


@pytest.mark.parametrize("project", [SHOP, a_project()], ids=["sample project", "small project"])
def test_every_button_is_understood(project: Project) -> None:
    vocabulary = Vocabulary(
        tuple(pipeline.name for pipeline in project.pipelines),
        tuple(table.name for table in project.tables),
        tuple(str(dataset) for dataset in project.datasets()),
    )
    sentences = {button.command for card in all_cards(project) for button in card.buttons}

    readings = {each: understand(each, vocabulary, EPOCH, EPOCH.tzinfo) for each in sentences}  # type: ignore[arg-type]  # it has a zone

    assert len(sentences) > 20
    assert {s: r for s, r in readings.items() if not isinstance(r, Understood)} == {}


@pytest.mark.parametrize("project", [SHOP, a_project()], ids=["sample project", "small project"])
async def test_no_button_leads_to_a_refusal(project: Project) -> None:
    shop = Workshop(project)
    arrived = {str(table.bronze): ("gift",) for table in project.tables}
    shop.privacy_findings = FixedPrivacyFindings(columns=arrived)
    shop.keep(a_run(id=RUN_ID, status=RunStatus.FAILED))
    vocabulary = Vocabulary(
        tuple(pipeline.name for pipeline in project.pipelines),
        tuple(table.name for table in project.tables),
        tuple(str(dataset) for dataset in project.datasets()),
    )
    sentences = {button.command for card in finding_cards(project) for button in card.buttons}

    for each in sorted(sentences):
        reading = understand(each, vocabulary, EPOCH, EPOCH.tzinfo)  # type: ignore[arg-type]  # it has a zone
        assert isinstance(reading, Understood)
        outcome = await shop.ask(reading.command)
        assert not isinstance(outcome, Refused), f"{each}: {outcome}"


@pytest.mark.parametrize("project", [SHOP, a_project()], ids=["sample project", "small project"])
def test_every_card_has_a_title_and_cells_for_its_columns(project: Project) -> None:
    for card in all_cards(project):
        assert card.title.strip()
        assert all(fact.name and fact.value for fact in card.facts)
        if card.table is not None:
            assert all(len(row) == len(card.table.columns) for row in card.table.rows)


@pytest.mark.parametrize(
    "trouble", ["none", "checks fail", "checks warn", "a defect", "personal data"]
)
async def test_no_card_of_a_run_holds_a_value_of_a_row(trouble: str) -> None:
    delivery = FixedDelivery("day 1", ("id", "email", "gift"), ((VALUE, VALUE, VALUE),))
    shop = Workshop(a_project([a_table()], ()), deliveries={"customers": (delivery,)})
    match trouble:
        case "checks fail":
            shop.quality.outcomes["row_count > 0"] = Outcome.FAILED
        case "checks warn":
            shop.quality.outcomes["row_count > 0"] = Outcome.WARNED
        case "a defect":
            shop.transactions.faults.plan("publish", RuntimeError(VALUE))
        case "personal data":
            shop.detector.entities["gift"] = "EMAIL_ADDRESS"
        case _:
            pass

    run = await shop.run("medallion")
    for command in (CheckQuality("silver.customers"), ScanPrivacy("bronze.customers")):
        outcome = await shop.ask(command)
        assert isinstance(outcome, Accepted)
        await shop.runner.work(shop.state.runs[outcome.run_id])

    cards = [kept.post.card for kept in shop.state.posts.values()]
    cards += [run_card(run, shop.project), explanation(run, shop.project)]
    assert cards
    assert "ludmila" not in " ".join(map(to_json, cards))
    assert "ludmila" not in repr((shop.state.lineage, shop.state.findings, shop.state.verdicts))


async def test_a_check_of_a_published_table_holds_nothing_back() -> None:
    shop = Workshop()
    await shop.run("medallion", run_id="11111111")
    shop.quality.outcomes["row_count > 0"] = Outcome.FAILED
    outcome = await shop.ask(CheckQuality("silver.customers"))
    assert isinstance(outcome, Accepted)

    await shop.runner.work(shop.state.runs[outcome.run_id])

    card = shop.state.posts["incident:1@web:#data-alerts"].post.card
    assert card.title == "INC-1 · silver.customers: 1 check did not hold"
    assert card.text == "This was a check of the published table, which stays as it is."


async def test_a_scan_changes_nothing_and_does_not_say_that_it_did() -> None:
    columns = (a_column("id", Operator.KEEP), a_column("note"))
    shop = Workshop(a_project([a_table(columns=columns)], ()))
    await shop.run("ingest", run_id="11111111")
    shop.detector.entities["note"] = "PERSON"
    outcome = await shop.ask(ScanPrivacy("bronze.customers"))
    assert isinstance(outcome, Accepted)

    await shop.runner.work(shop.state.runs[outcome.run_id])

    (card,) = [k.post.card for key, k in shop.state.posts.items() if key.startswith("finding:")]
    assert card.text == (
        "Nobody declared this column personal. The scan changed nothing; on the way to silver its "
        "values are redacted. Say whether it is personal: the answer goes to privacy.yaml."
    )


def test_quarantine_of_a_gold_model_is_not_offered() -> None:
    buttons = [b.command for card in finding_cards(SHOP) for b in card.buttons]

    assert "show quarantined rows of revenue" not in buttons
