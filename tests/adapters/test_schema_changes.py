"""Checks on changes of columns: a table beside what the last run published of it."""

from dataclasses import replace

import pytest

from engine.adapters.postgres.checking import PostgresChecks
from engine.adapters.postgres.metrics import PostgresRecall
from engine.catalog.model import Check, DatasetName, Layer
from engine.clock import SystemClock
from engine.lineage.model import EventType, Field, LineageEvent
from engine.quality.model import Measured, Outcome, Verdict, gate_opens, settle
from engine.runs.model import StepKind, StepStatus
from engine.testing.fixed import FixedQuality
from tests.adapters.builders import NOON, Lab, a_run, execute

PEOPLE = DatasetName(Layer.SILVER, "people")
ANY = Check("schema:\n  fail:\n    when schema changes: any")
GONE = Check("schema:\n  warn:\n    when schema changes: [column delete]")
COLUMNS = (Field("id", "bigint"), Field("name", "character varying(20)"))


async def published(lab: Lab, *columns: Field, status: StepStatus = StepStatus.SUCCEEDED) -> None:
    """What a run leaves that published people with these columns, or failed to."""
    run = a_run((StepKind.CHECK, PEOPLE), (StepKind.PUBLISH, PEOPLE))
    run = replace(run, steps=(run.steps[0], replace(run.steps[1], status=status)))
    event = LineageEvent(
        EventType.COMPLETE if status is StepStatus.SUCCEEDED else EventType.FAIL,
        NOON,
        run.id,
        run.attempt,
        run.pipeline,
        f"{run.pipeline}.{PEOPLE}",
        outputs=(PEOPLE,),
        schema=columns,
    )
    async with lab.transactions.begin() as tx:
        await tx.runs.add(run)
        await tx.verdicts.record(run, PEOPLE, [Verdict(ANY, Outcome.PASSED)], NOON)
        await tx.lineage.append(event)


async def measured(lab: Lab, check: Check, table: str) -> Measured:
    checks = PostgresChecks(lab.database, FixedQuality(), SystemClock())
    (found,) = await checks.measure(Layer.SILVER, table, [check])
    return found


async def staged(lab: Lab, columns: str, table: str = "people__7k3f9qtz") -> str:
    await execute(lab.url, f"CREATE TABLE silver.{table} ({columns})")
    return table


async def test_the_first_version_has_nothing_to_be_compared_with_and_is_let_through(
    lab: Lab,
) -> None:
    table = await staged(lab, "id bigint")
    await published(lab, status=StepStatus.FAILED)

    found = await measured(lab, ANY, table)

    assert found.outcome is Outcome.NOT_EVALUATED
    assert found.reason == "no history yet: no run published its columns before"
    assert gate_opens(settle([ANY], [found]))


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ("id bigint, name varchar(20), _hidden text", ""),
        ("id bigint, name varchar(20), note text", "new: note"),
        ("id bigint", "gone: name"),
        (
            "id bigint, name text",
            "name was character varying(20) and is text",
        ),
        (
            "name varchar(20), id bigint",
            "name was at 1 and is at 0; id was at 0 and is at 1",
        ),
    ],
)
async def test_a_staged_version_is_compared_with_the_one_published_last(
    lab: Lab, columns: str, told: str
) -> None:
    await published(lab, Field("older", "text"))
    await published(lab, *COLUMNS)

    found = await measured(lab, ANY, await staged(lab, columns))

    assert (found.outcome, found.reason) == (Outcome.FAILED if told else Outcome.PASSED, told)


async def test_a_look_sees_what_somebody_altered_since(lab: Lab) -> None:
    await published(lab, *COLUMNS)
    await staged(lab, "id bigint, name varchar(20)", "people")
    assert (await measured(lab, GONE, "people")).outcome is Outcome.PASSED

    await execute(lab.url, "ALTER TABLE silver.people DROP COLUMN name")

    found = await measured(lab, GONE, "people")
    assert (found.outcome, found.reason) == (Outcome.WARNED, "gone: name")


async def test_a_change_that_somebody_expected_is_let_through(lab: Lab) -> None:
    await published(lab, *COLUMNS)
    table = await staged(lab, "id bigint, name varchar(20), note text")
    checks = PostgresChecks(
        lab.database, FixedQuality(), SystemClock(), recall=PostgresRecall(lab.database)
    )
    (held,) = await checks.measure(Layer.SILVER, table, [ANY])

    run = a_run((StepKind.CHECK, PEOPLE))
    async with lab.transactions.begin() as tx:
        await tx.runs.add(run)
        await tx.metrics.record(run.id, PEOPLE, dict(held.metrics), NOON, accepted=False)
        assert await tx.metrics.accept(run.id, PEOPLE, "maria", NOON)

    (again,) = await checks.measure(Layer.SILVER, table, [ANY])
    assert (held.outcome, again.outcome) == (Outcome.FAILED, Outcome.PASSED)


async def loaded(lab: Lab, verdict: StepStatus, *columns: Field) -> None:
    """What a run leaves that loaded raw rows with these columns and judged them."""
    raw = DatasetName(Layer.BRONZE, "people")
    run = a_run((StepKind.INGEST, raw), (StepKind.CHECK, raw))
    ended = (StepStatus.SUCCEEDED, verdict)
    steps = (replace(each, status=as_) for each, as_ in zip(run.steps, ended, strict=True))
    run = replace(run, steps=tuple(steps))
    job = f"{run.pipeline}.{raw}"
    told = LineageEvent(EventType.COMPLETE, NOON, run.id, run.attempt, run.pipeline, job)
    async with lab.transactions.begin() as tx:
        await tx.runs.add(run)
        await tx.verdicts.record(run, raw, [Verdict(ANY, Outcome.PASSED)], NOON)
        # the loading tells its columns, and the look at them that follows has none to tell
        await tx.lineage.append(replace(told, outputs=(raw,), schema=columns), told)


async def test_raw_rows_are_compared_with_those_that_were_let_through_last(lab: Lab) -> None:
    await execute(lab.url, "CREATE TABLE bronze.people (_row bigint, id text, note text)")
    await loaded(lab, StepStatus.SUCCEEDED, Field("id", "text"))
    await loaded(lab, StepStatus.FAILED, Field("id", "text"), Field("note", "text"))
    checks = PostgresChecks(lab.database, FixedQuality(), SystemClock())

    (found,) = await checks.measure(Layer.BRONZE, "people", [ANY])

    assert (found.outcome, found.reason) == (Outcome.FAILED, "new: note")
