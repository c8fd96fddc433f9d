"""The engine's numbers in PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engine.adapters.postgres.vitals import PostgresVitals
from engine.alerts.model import Post
from engine.cards import Card, CardKind, Severity
from engine.catalog.model import DatasetName, Layer
from engine.runs.model import RunStatus, StepKind
from tests.adapters.builders import Lab, a_run

PEOPLE = DatasetName(Layer.SILVER, "people")


async def test_nothing_is_counted_where_there_is_nothing(lab: Lab) -> None:
    vitals = await PostgresVitals(lab.database).taken()

    assert (vitals.runs, vitals.longest_wait, vitals.undelivered) == ({}, 0.0, 0)


async def test_runs_waits_and_posts_are_counted(lab: Lab) -> None:
    minute_ago = datetime.now(UTC) - timedelta(minutes=1)
    run = replace(a_run((StepKind.REFINE, PEOPLE)), requested_at=minute_ago)
    async with lab.transactions.begin() as tx:
        for number, status in enumerate((RunStatus.QUEUED, RunStatus.QUEUED, RunStatus.FAILED)):
            await tx.runs.add(replace(run, id=f"0000000{number}", status=status))
        await tx.outbox.put(Post("a", "web:#general", Card(CardKind.REPLY, Severity.INFO, "x")))

    vitals = await PostgresVitals(lab.database).taken()

    assert vitals.runs == {RunStatus.QUEUED: 2, RunStatus.FAILED: 1}
    assert vitals.longest_wait == pytest.approx(60, abs=20)
    assert vitals.undelivered == 1
