"""Cards as the engine makes them: one of each main kind, and all that its builders make."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache

from engine.alerts.progress import run_card
from engine.cards import Card, CardKind
from engine.commands.lineage import ShowLineage
from engine.digests.card import digest_card
from engine.digests.model import NewPersonalData, OpenOf, Summary
from engine.quality.model import Outcome
from engine.runs.model import RunStatus, StepStatus
from engine.runs.plan import plan
from skills.assistance import help_card
from tests import test_lineage_answers, test_quality_answers
from tests.alerts.test_cards_in_use import SHOP, all_cards
from tests.builders import a_project, a_run, a_step
from tests.digests import test_card as digests

HELP = (
    ("Run a pipeline.", "run pipeline medallion"),
    ("Ask what failed, and why.", "what failed today?"),
    ("Ask how good data is.", "quality report"),
)


async def main_cards() -> dict[str, Card]:
    """An alert, a run that goes on, a report, a digest, help and a diagram."""
    used = everything()
    return {
        "alert": next(each for each in used if each.kind is CardKind.ALERT),
        "progress": a_run_that_goes_on(),
        "report": await a_report(),
        "digest": a_digest(),
        "help": help_card(HELP),
        "lineage": await test_lineage_answers.answered(ShowLineage("gold.revenue")),
    }


def a_run_that_goes_on() -> Card:
    """A run of all tables, half way."""
    pipeline = next(each for each in SHOP.pipelines if each.name == "medallion")
    states = [StepStatus.SUCCEEDED] * 6 + [StepStatus.RUNNING] + [StepStatus.QUEUED] * 99
    steps = [
        a_step(each.kind, str(each.dataset), state)
        for each, state in zip(plan(SHOP, pipeline, None), states, strict=False)
    ]
    return run_card(a_run(*steps, pipeline="medallion", status=RunStatus.RUNNING), SHOP)


@cache
def everything() -> tuple[Card, ...]:
    """Every card of every builder, none twice."""
    return tuple(dict.fromkeys(_everything()))


def _everything() -> Iterator[Card]:
    for project in (SHOP, a_project()):
        yield from all_cards(project)
    yield a_digest()


def a_digest() -> Card:
    """A busy week."""
    return digest_card(
        Summary(
            digests.WEEK,
            digests.BUSY,
            digests.quality(92, 95),
            (OpenOf("Sales team", 1), OpenOf("Customer relations", 2, 1, "INC-12")),
            (NewPersonalData("silver.customers.note", "EMAIL_ADDRESS"),),
            (digests.a_schedule(1, digests.MONDAY + timedelta(hours=21)),),
        )
    )


async def a_report() -> Card:
    """How good a dataset is, with a trend."""
    said, mails = test_quality_answers.said, test_quality_answers.MAILS
    return await test_quality_answers.ask(
        test_quality_answers.a_shop(test_quality_answers.ROWS, mails),
        said(Outcome.PASSED, 10),
        said(Outcome.PASSED, 10, mails),
        said(Outcome.PASSED, 3),
        said(Outcome.FAILED, 1, mails, value="1234"),
    )
