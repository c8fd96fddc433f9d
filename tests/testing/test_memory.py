"""The in-memory transactions behave as those of PostgreSQL do."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest

from engine.alerts.ports import AlertTransaction, OutboxQueue, Sender
from engine.catalog.model import DatasetName
from engine.clock import Clock
from engine.errors import DiskFull, StatementFailed
from engine.privacy.model import ColumnSample
from engine.privacy.ports import Detector
from engine.quality.ports import QualityEngine
from engine.runs.model import RunStatus, StepStatus
from engine.runs.ports import (
    Deliveries,
    Quarantine,
    RunFilter,
    RunTransaction,
    Sessions,
    StaleAttempt,
    Transactions,
)
from engine.testing.clock import EPOCH, FakeClock, turn
from engine.testing.delivery import MemoryOutboxQueue, RecordingSender
from engine.testing.fixed import FixedDetector, FixedQuality, FixedQuarantine
from engine.testing.sessions import EndedSessions
from engine.testing.state import MemoryTable
from engine.testing.transactions import MemoryTransaction, MemoryTransactions
from engine.testing.warehouse import FixedDeliveries, FixedDelivery
from tests.builders import RUN_ID, a_model, a_run, a_table, dataset


@pytest.fixture
def transactions() -> MemoryTransactions:
    """Transactions on an empty state."""
    return MemoryTransactions(FakeClock())


def test_every_port_has_a_fake_that_fits(transactions: MemoryTransactions) -> None:
    """The type checker decides this one."""
    clock: Clock = FakeClock()
    begin: Transactions[MemoryTransaction] = transactions
    as_ports: type[RunTransaction] = MemoryTransaction
    as_alerts: type[AlertTransaction] = MemoryTransaction
    sessions: Sessions = EndedSessions()
    queue: OutboxQueue = MemoryOutboxQueue(transactions)
    others: tuple[Sender, QualityEngine, Detector, Quarantine, Deliveries] = (
        RecordingSender(),
        FixedQuality(),
        FixedDetector(),
        FixedQuarantine(),
        FixedDeliveries({}),
    )

    assert all((clock, begin, as_ports, as_alerts, sessions, queue, others))


async def test_nothing_of_a_transaction_that_raises_stays(transactions: MemoryTransactions) -> None:
    transactions.faults.plan("refine", DiskFull("full"))

    with suppress(DiskFull):
        async with transactions.begin() as tx:
            await tx.runs.add(a_run())
            await tx.warehouse.refine(a_run(), a_table(), ())

    assert transactions.state.runs == {}
    assert not tx.committed


async def test_nothing_of_a_transaction_is_seen_before_it_ends(
    transactions: MemoryTransactions,
) -> None:
    async with transactions.begin() as tx:
        await tx.runs.add(a_run())
        seen = dict(transactions.state.runs)

    assert seen == {}
    assert tx.committed
    assert transactions.state.runs == {RUN_ID: a_run()}


async def test_a_cancelled_transaction_leaves_nothing(transactions: MemoryTransactions) -> None:
    async def hang() -> None:
        async with transactions.begin() as tx:
            await tx.runs.add(a_run())
            await asyncio.Event().wait()

    task = asyncio.ensure_future(hang())
    for _ in range(5):
        await turn()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task

    async with transactions.begin() as tx:
        assert await tx.runs.get(RUN_ID) is None


async def test_two_transactions_never_lose_what_the_other_wrote(
    transactions: MemoryTransactions,
) -> None:
    async def add(run_id: str) -> None:
        async with transactions.begin() as tx:
            await turn()
            await tx.runs.add(a_run(id=run_id))

    await asyncio.gather(add("11111111"), add("22222222"))

    assert set(transactions.state.runs) == {"11111111", "22222222"}


async def test_a_transaction_within_a_transaction_is_refused_instead_of_hanging(
    transactions: MemoryTransactions,
) -> None:
    async with transactions.begin():
        with pytest.raises(RuntimeError, match="open already"):
            async with transactions.begin():
                pass


async def test_a_planned_failure_comes_as_often_as_planned(
    transactions: MemoryTransactions,
) -> None:
    transactions.faults.plan("begin", DiskFull("full"), times=2)

    for _ in range(2):
        with pytest.raises(DiskFull):
            async with transactions.begin():
                pass
    async with transactions.begin():
        pass


async def test_a_run_is_saved_with_only_the_steps_that_are_given(
    transactions: MemoryTransactions,
) -> None:
    run = a_run()
    first, second = (replace(step, status=StepStatus.RUNNING) for step in run.steps[:2])
    async with transactions.begin() as tx:
        await tx.runs.add(run)
        await tx.runs.save(replace(run, steps=(first, second, run.steps[2])), (second,))

    stored = transactions.state.runs[RUN_ID].steps
    assert [step.status for step in stored] == ["queued", "running", "queued"]


@pytest.mark.parametrize("changes", [{"attempt": 2}, {"id": "22222222"}])
async def test_a_worker_that_lost_its_run_may_not_write(
    transactions: MemoryTransactions, changes: dict[str, object]
) -> None:
    async with transactions.begin() as tx:
        await tx.runs.add(a_run())
        with pytest.raises(StaleAttempt):
            await tx.runs.save(a_run(**changes))  # type: ignore[arg-type]  # by field name


async def test_runs_are_found_by_what_is_wanted(transactions: MemoryTransactions) -> None:
    async with transactions.begin() as tx:
        await tx.runs.add(a_run(id="11111111", status=RunStatus.FAILED))
        await tx.runs.add(a_run(id="22222222", table="orders"))

        failed = await tx.runs.latest(RunFilter(status=RunStatus.FAILED), 5)
        before = await tx.runs.latest(RunFilter(until=EPOCH), 5)
        one = await tx.runs.latest(RunFilter(), 1)

    assert [run.id for run in failed] == ["11111111"]
    assert before == ()
    assert len(one) == 1


async def test_rows_go_from_a_delivery_to_the_published_table(
    transactions: MemoryTransactions,
) -> None:
    table, run = a_table(), a_run()
    delivery = FixedDelivery("day 1", ("ID", "Note"), (("1", "a, b"), ("2", "a, b")))

    async with transactions.begin() as tx:
        loaded = await tx.warehouse.load(run, table, delivery)
        await tx.warehouse.refine(run, table, ())
        counts = await tx.warehouse.publish(run, table.silver)
        (sample,) = await tx.warehouse.sample(table.bronze, ["note"], 5)

    assert (loaded.rows, loaded.extra, loaded.missing) == (2, ("note",), ("email",))
    assert counts.published == 2
    assert sample == ColumnSample("note", ("a, b",))
    assert transactions.state.tables[table.silver] == MemoryTable(
        ("id", "email", "note"), (("1", "", "a, b"), ("2", "", "a, b"))
    )


async def test_what_was_not_staged_can_not_be_published(transactions: MemoryTransactions) -> None:
    async with transactions.begin() as tx:
        with pytest.raises(StatementFailed):
            await tx.warehouse.publish(a_run(), dataset("silver.customers"))
        with pytest.raises(StatementFailed):
            await tx.warehouse.build(a_run(), a_model())
        await tx.warehouse.discard(a_run(), dataset("silver.customers"))

    assert transactions.state.deeds == []


async def test_sleeping_moves_the_clock_and_lets_others_go_on() -> None:
    clock, seen = FakeClock(), []

    async def look() -> None:
        seen.append(clock.now())

    task = asyncio.ensure_future(look())
    await clock.sleep(90)

    assert clock.slept == [90]
    assert (clock.now() - EPOCH).total_seconds() == 90
    assert len(seen) == 1
    await task


async def test_a_staged_table_is_looked_at_by_its_own_name(
    transactions: MemoryTransactions,
) -> None:
    run, model = a_run(), a_model(reads=())
    async with transactions.begin() as tx:
        await tx.warehouse.build(run, model)
        name = DatasetName(model.gold.layer, f"revenue__{RUN_ID.lower()}")

        assert [field.name for field in await tx.warehouse.columns(name)] == ["read"]
        assert await tx.warehouse.columns(model.gold) == ()


async def test_a_ticket_is_drawn_once_handed_on_and_then_void(
    transactions: MemoryTransactions,
) -> None:
    async with transactions.begin() as tx:
        await tx.runs.add(a_run())
        await tx.queue.join(a_run())
        first = transactions.state.last_ticket + 1
        assert await tx.queue.claim(RUN_ID, first, "w") == a_run()
        assert await tx.queue.silent_workers(1) == {"w"}
        assert await tx.queue.left_behind(1) == (a_run(),)

        await tx.queue.again(a_run())

        assert await tx.queue.claim(RUN_ID, first, "w") is None
        assert await tx.queue.left_behind(1) == ()
        assert await tx.queue.claim(RUN_ID, first + 1, "v") == a_run()
