"""Past verdicts in PostgreSQL, held against the same ones in memory."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.adapters.postgres.verdict_history import PostgresVerdictHistory
from engine.catalog.model import Check, DatasetName, Layer
from engine.quality.model import Outcome, Verdict
from engine.quality.report import PastVerdict
from engine.runs.model import StepKind, StepStatus
from engine.testing.verdict_history import MemoryVerdictHistory
from tests.adapters.builders import NOON, Lab, a_run

PEOPLE = DatasetName(Layer.SILVER, "people")
ORDERS = DatasetName(Layer.SILVER, "orders")
REPORT = DatasetName(Layer.GOLD, "report")
ROWS = "row_count > 0"
QUERY = "failed rows:\n  fail query: |\n    SELECT 'it''s' -- " + "ü" * 4_000
LATER = NOON + timedelta(days=1)


async def told(
    lab: Lab,
    dataset: DatasetName,
    check: str,
    outcome: Outcome,
    after: float = 0,
    *,
    published: StepStatus | None = None,
) -> PastVerdict:
    """A verdict that a run left, so many minutes after noon."""
    run = a_run((StepKind.CHECK, dataset))
    if published is not None:
        run = a_run((StepKind.CHECK, dataset), (StepKind.PUBLISH, dataset))
        run = replace(run, steps=(run.steps[0], replace(run.steps[1], status=published)))
    at = NOON + timedelta(minutes=after)
    async with lab.transactions.begin() as tx:
        await tx.runs.add(run)
        await tx.verdicts.record(run, dataset, [Verdict(Check(check), outcome, "5", "why")], at)
    return PastVerdict(dataset, check, outcome, "5", "why", at, run.id)


async def test_the_newest_verdict_of_each_check_is_read_however_long_its_text(lab: Lab) -> None:
    await told(lab, PEOPLE, ROWS, Outcome.FAILED)
    rows = await told(lab, PEOPLE, ROWS, Outcome.PASSED, 1)
    query = await told(lab, PEOPLE, QUERY, Outcome.NOT_EVALUATED, 2)
    other = await told(lab, ORDERS, ROWS, Outcome.WARNED, 3)
    history = PostgresVerdictHistory(lab.database)

    asked = ((PEOPLE, ROWS), (PEOPLE, QUERY), (ORDERS, ROWS), (ORDERS, QUERY), (REPORT, ROWS))
    assert await history.latest(asked, LATER) == (rows, query, other)
    assert await history.latest(((PEOPLE, QUERY),), LATER) == (query,)
    assert await history.latest(((PEOPLE, QUERY),), query.at) == ()
    assert await history.latest((), LATER) == ()


@pytest.mark.parametrize(
    ("published", "held_back"),
    [
        (None, False),
        (StepStatus.SKIPPED, True),
        (StepStatus.FAILED, True),
        (StepStatus.CANCELLED, True),
        (StepStatus.QUEUED, False),
        (StepStatus.SUCCEEDED, False),
    ],
)
async def test_a_version_that_was_not_published_was_held_back(
    lab: Lab, published: StepStatus | None, held_back: bool
) -> None:
    await told(lab, PEOPLE, ROWS, Outcome.FAILED, published=published)

    (verdict,) = await PostgresVerdictHistory(lab.database).latest(((PEOPLE, ROWS),), LATER)

    assert verdict.held_back is held_back


async def test_turns_and_newest_verdicts_are_the_same_as_in_memory(lab: Lab) -> None:
    dice = random.Random(4)  # noqa: S311  # nothing depends on it being secret
    checks = [(each, text) for each in (PEOPLE, ORDERS, REPORT) for text in (ROWS, QUERY, "x")]
    # few outcomes, so that many repeat the one before them; some at the same moment
    given = [
        await told(lab, *dice.choice(checks), dice.choice(list(Outcome)[:3]), number // 2)
        for number in range(120)
    ]

    for most in (500, 7):
        memory = MemoryVerdictHistory(given, most)
        history = PostgresVerdictHistory(lab.database, most)
        for since, before in ((None, LATER), (given[40].at, given[90].at), (LATER, LATER)):
            for datasets in ((PEOPLE,), (ORDERS, REPORT), ()):
                turns = await history.turns(datasets, since, before)
                assert turns == await memory.turns(datasets, since, before)
            found = await history.latest(checks, before)
            assert set(found) == set(await memory.latest(checks, before))
