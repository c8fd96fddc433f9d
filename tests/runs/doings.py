"""Kinds of steps that hang, wait or fail, and what tests of runs do again and again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from engine.runs.desk import Order
from engine.runs.model import Run, Step, StepReport, StepStatus
from engine.runs.plan import plan
from engine.runs.ports import RunTransaction
from engine.runs.steps.work import Act
from engine.testing.clock import turn
from tests.builders import a_model, an_asker
from tests.workshop import Workshop


class Hanging:
    """A kind of step that never gets ready."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()

    async def prepare(self, run: Run, step: Step) -> Act:  # noqa: ARG002  # the protocol's
        """Wait for what never comes."""
        self.reached.set()
        await asyncio.Event().wait()
        raise AssertionError


class HangingInside:
    """A kind of step that stages something and then never ends."""

    async def prepare(self, run: Run, step: Step) -> Act:
        """Return what hangs."""

        async def hang(tx: RunTransaction) -> StepReport:
            await tx.warehouse.build(run, a_model(step.dataset.table, ()))
            await asyncio.Event().wait()
            raise AssertionError

        return hang


class Gate:
    """A kind of step that goes on once it is let, and tells which runs came to it."""

    def __init__(self) -> None:
        self.reached: list[str] = []
        self.open = asyncio.Event()

    async def prepare(self, run: Run, step: Step) -> Act:  # noqa: ARG002  # the protocol's
        """Wait to be let."""
        self.reached.append(run.id)
        await self.open.wait()
        return _nothing


class Failing:
    """A kind of step that fails with each of the errors, then goes well."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)
        self.tries = 0

    async def prepare(self, run: Run, step: Step) -> Act:  # noqa: ARG002  # the protocol's
        """Raise what is next."""
        self.tries += 1
        if self._errors:
            raise self._errors.pop(0)
        return _nothing


async def _nothing(_: RunTransaction) -> StepReport:
    return StepReport()


def an_order(
    shop: Workshop, pipeline: str = "ingest", table: str | None = None, **changes: object
) -> Order:
    """An order of Maria's."""
    found = shop.project.pipeline(pipeline)
    assert found is not None
    order = Order(pipeline, table, plan(shop.project, found, table), an_asker())
    return replace(order, **changes)  # type: ignore[arg-type]  # by field name


async def ordered(
    shop: Workshop, pipeline: str = "ingest", table: str | None = None, **changes: object
) -> Run:
    """The run of an order."""
    return await shop.desk.order(an_order(shop, pipeline, table, **changes))


@asynccontextmanager
async def taking(
    shop: Workshop, run_id: str, worker: str = ""
) -> AsyncIterator["asyncio.Task[None]"]:
    """A worker with the run's present ticket, at work during the block; cancelled at its end."""
    hired = shop.hired(worker) if worker else shop.worker
    ticket = shop.state.tickets[run_id].number
    task = asyncio.ensure_future(hired.take(run_id, ticket))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


async def until(holds: Callable[[], object]) -> None:
    """Give others turns until something holds."""
    for _ in range(1000):
        if holds():
            return
        await turn()
    pytest.fail("it never came to hold")


def statuses(run: Run) -> dict[str, StepStatus]:
    """The state of each step by its name."""
    return {step.name: step.status for step in run.steps}
