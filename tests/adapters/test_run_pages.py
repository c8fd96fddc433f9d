"""Pages of runs in PostgreSQL are those of the list as a whole, whatever it is cut into."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.catalog.model import DatasetName, Layer
from engine.runs.model import Run, RunStatus, StepKind
from engine.runs.ports import RunCursor, RunFilter
from engine.testing.clock import FakeClock
from engine.testing.transactions import MemoryTransactions
from tests.adapters.builders import NOON, Lab, a_run

PEOPLE = DatasetName(Layer.SILVER, "people")


def some_runs() -> list[Run]:
    """Runs of which three each were asked for in the same moment."""
    run = a_run((StepKind.REFINE, PEOPLE))
    return [
        replace(
            run,
            id=f"{number:08d}",
            requested_at=NOON + timedelta(microseconds=number // 3),
            status=RunStatus.FAILED if number % 2 else RunStatus.SUCCEEDED,
        )
        for number in range(17)
    ]


async def pages(lab: Lab, wanted: RunFilter, size: int) -> list[str]:
    """The ids of all pages."""
    found: list[Run] = []
    after = None
    while True:
        async with lab.transactions.begin() as tx:
            page = await tx.runs.page(wanted, after, size)
        found += page
        if len(page) < size:
            return [run.id for run in found]
        after = RunCursor(page[-1].requested_at, page[-1].id)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 16, 17, 18])
@pytest.mark.parametrize("wanted", [RunFilter(), RunFilter(RunStatus.FAILED, table="people")])
async def test_pages_hold_each_run_once_in_the_order_of_the_list(
    lab: Lab, wanted: RunFilter, size: int
) -> None:
    runs = some_runs()
    async with lab.transactions.begin() as tx:
        for run in runs:
            await tx.runs.add(run)

    found = await pages(lab, wanted, size)

    assert found == await in_memory(runs, wanted)
    assert len(found) == (17 if wanted.status is None else 8)


async def in_memory(runs: Sequence[Run], wanted: RunFilter) -> list[str]:
    """The whole list as the fake has it."""
    memory = MemoryTransactions(FakeClock())
    async with memory.begin() as tx:
        for run in runs:
            await tx.runs.add(run)
        found = await tx.runs.page(replace(wanted, table=None), None, 100)
    return [run.id for run in found]
