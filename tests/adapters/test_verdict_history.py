"""Past verdicts in PostgreSQL, held against the same ones in memory."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.adapters.postgres.verdict_history import PostgresVerdictHistory
from engine.catalog.model import Check, DatasetName, Layer
from engine.quality.model import Outcome, Verdict
from engine.quality.past import PastVerdict, Publication, Version, newest
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
    waited: float = 0,
) -> PastVerdict:
    """A verdict that a run left, so many minutes after noon; of a staged version where it says so.

    One that was published had to wait for that so many minutes.
    """
    at = NOON + timedelta(minutes=after)
    ended = at + timedelta(minutes=waited) if published is StepStatus.SUCCEEDED else None
    run = a_run((StepKind.CHECK, dataset))
    if published is not None:
        run = a_run((StepKind.CHECK, dataset), (StepKind.PUBLISH, dataset))
        publishing = replace(run.steps[1], status=published, finished_at=ended)
        run = replace(run, steps=(run.steps[0], publishing))
    async with lab.transactions.begin() as tx:
        await tx.runs.add(run)
        await tx.verdicts.record(run, dataset, [Verdict(Check(check), outcome, "5", "why")], at)
    version = None if published is None else Version(ended, published in _LOST)
    return PastVerdict(dataset, check, outcome, "5", "why", at, run.id, version)


_LOST = {StepStatus.SKIPPED, StepStatus.FAILED, StepStatus.CANCELLED}


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


@pytest.mark.parametrize("published", [None, *StepStatus])
async def test_what_became_of_a_version_is_known(lab: Lab, published: StepStatus | None) -> None:
    given = await told(lab, PEOPLE, ROWS, Outcome.FAILED, published=published)

    (verdict,) = await PostgresVerdictHistory(lab.database).latest(((PEOPLE, ROWS),), LATER)

    assert verdict == given


async def test_a_look_does_not_hide_what_was_said_of_a_version_held_back(lab: Lab) -> None:
    good = await told(lab, PEOPLE, ROWS, Outcome.PASSED, 0, published=StepStatus.SUCCEEDED)
    held = await told(lab, PEOPLE, ROWS, Outcome.FAILED, 1, published=StepStatus.SKIPPED)
    look = await told(lab, PEOPLE, ROWS, Outcome.PASSED, 2)
    history, asked = PostgresVerdictHistory(lab.database), ((PEOPLE, ROWS),)

    assert await history.latest(asked, LATER) == (held,)
    assert await history.published(asked, LATER) == (look,)
    assert await history.published(asked, look.at) == (good,)
    assert await history.turns(PEOPLE, LATER) == (good, held)

    mended = await told(lab, PEOPLE, ROWS, Outcome.PASSED, 3, published=StepStatus.SUCCEEDED)
    after = await told(lab, PEOPLE, ROWS, Outcome.FAILED, 4)

    assert await history.latest(asked, LATER) == await history.published(asked, LATER) == (after,)
    assert await history.turns(PEOPLE, LATER) == (good, held, mended, after)


async def test_when_a_dataset_was_published_last_is_known_also_without_checks(lab: Lab) -> None:
    await told(lab, PEOPLE, ROWS, Outcome.PASSED, 0, published=StepStatus.SUCCEEDED)
    second = await told(lab, PEOPLE, ROWS, Outcome.PASSED, 5, published=StepStatus.SUCCEEDED)
    await told(lab, PEOPLE, ROWS, Outcome.FAILED, 9, published=StepStatus.FAILED)
    await told(lab, ORDERS, ROWS, Outcome.FAILED, 9, published=StepStatus.SKIPPED)
    history = PostgresVerdictHistory(lab.database)

    found = await history.publications((PEOPLE, ORDERS, REPORT), LATER)

    assert found == (Publication(PEOPLE, second.run_id, second.at),)
    assert await history.publications((PEOPLE,), NOON) == ()


async def test_turns_and_newest_verdicts_are_the_same_as_in_memory(lab: Lab) -> None:
    dice = random.Random(4)  # noqa: S311  # nothing depends on it being secret
    checks = [(each, text) for each in (PEOPLE, ORDERS, REPORT) for text in (ROWS, QUERY, "x")]
    # few outcomes, so that many repeat the one before them; some at the same moment
    versions = [None, None, None, StepStatus.SUCCEEDED, StepStatus.SKIPPED, StepStatus.RUNNING]
    given = [
        await told(
            lab,
            *dice.choice(checks),
            dice.choice(list(Outcome)[:3]),
            number // 2,
            published=dice.choice(versions),
            waited=dice.choice((0, 0, 30)),
        )
        for number in range(160)
    ]

    for most in (500, 7):
        memory = MemoryVerdictHistory(given, most)
        history = PostgresVerdictHistory(lab.database, most)
        for before in (LATER, given[90].at, NOON):
            for dataset in (PEOPLE, ORDERS, DatasetName(Layer.GOLD, "nothing")):
                assert await history.turns(dataset, before) == await memory.turns(dataset, before)
            for ask in ("latest", "published", "evaluated"):
                found = await getattr(history, ask)(checks, before)
                assert set(found) == set(await getattr(memory, ask)(checks, before))

    moments = [NOON, given[30].at, given[31].at, given[90].at, given[90].at, LATER]
    for known in (PostgresVerdictHistory(lab.database), MemoryVerdictHistory(given)):
        course = await known.course(checks, moments[::-1])
        for moment in moments:
            standing = newest(each for each in course if each.at < moment)
            assert set(standing) == set(await known.latest(checks, moment))


async def test_a_course_is_as_short_as_its_moments_are_few(lab: Lab) -> None:
    for minute in range(60):
        became = StepStatus.SUCCEEDED if minute % 7 == 0 else None
        await told(lab, PEOPLE, ROWS, Outcome.PASSED, minute, published=became)
    moments = [NOON + timedelta(minutes=minute) for minute in (20, 40, 60, 80)]

    course = await PostgresVerdictHistory(lab.database).course(((PEOPLE, ROWS),), moments)

    minutes = [(each.at - NOON) // timedelta(minutes=1) for each in course]
    assert minutes == [14, 19, 35, 39, 56, 59]


async def test_a_check_that_was_evaluated_once_is_known_also_in_between(lab: Lab) -> None:
    for dataset, outcome in ((PEOPLE, Outcome.PASSED), (ORDERS, Outcome.NOT_EVALUATED)):
        await told(lab, dataset, ROWS, outcome, 1)
        await told(lab, dataset, ROWS, Outcome.NOT_EVALUATED, 2)
    history, asked = PostgresVerdictHistory(lab.database), ((PEOPLE, ROWS), (ORDERS, ROWS))

    assert await history.evaluated(asked, LATER) == {(PEOPLE, ROWS)}
    assert await history.evaluated(asked, NOON) == await history.evaluated((), LATER) == set()
