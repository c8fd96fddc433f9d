"""The caretaker: what it asks to be cleared away, when, and that nothing it meets stops it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.model import Retention
from engine.errors import DatabaseBusy
from engine.quality.model import Outcome
from engine.retention.caretaker import PIECE, Caretaker
from engine.retention.model import Aging, oldest_kept, oldest_staged
from engine.runs.model import RunStatus
from engine.testing.clock import EPOCH
from engine.testing.state import MemoryTable
from engine.testing.transactions import MemoryTransaction
from tests.builders import a_run, dataset
from tests.workshop import Workshop

CUSTOMERS = dataset("silver.customers")


@dataclass(slots=True)
class FixedStoreroom:
    """Holds so many old things of each sort; some may be in use."""

    old: dict[Aging, int] = field(default_factory=dict)
    in_use: frozenset[Aging] = frozenset()
    others: bool = False
    asked: list[tuple[Aging, datetime]] = field(default_factory=list)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[bool]:
        """Whether no other process is at it."""
        yield not self.others

    async def clear(self, what: Aging, before: datetime, limit: int) -> int:
        """Forget a piece."""
        if what in self.in_use:
            raise DatabaseBusy("It is in use.")
        self.asked.append((what, before))
        gone = min(self.old.get(what, 0), limit)
        self.old[what] = self.old.get(what, 0) - gone
        return gone


def a_caretaker(
    shop: Workshop, storeroom: FixedStoreroom, kept: Retention | None = None
) -> Caretaker[MemoryTransaction]:
    return Caretaker(kept or Retention(), storeroom, shop.transactions, shop.clock)


async def test_all_that_is_too_old_goes_in_pieces() -> None:
    storeroom = FixedStoreroom({Aging.RUNS: 3 * PIECE, Aging.POSTS: 1})

    await a_caretaker(Workshop(), storeroom).tidy()

    assert not any(storeroom.old.values())
    assert {what for what, _ in storeroom.asked} == set(Aging)


async def test_each_sort_has_its_own_age() -> None:
    shop, storeroom = Workshop(), FixedStoreroom()
    kept = Retention(timedelta(40), timedelta(30), timedelta(20), timedelta(10))

    await a_caretaker(shop, storeroom, kept).tidy()

    ages = {what: (EPOCH - before).days for what, before in storeroom.asked}
    assert ages[Aging.RUNS] == 40
    assert ages[Aging.POSTS] == ages[Aging.MESSAGES] == ages[Aging.QUEUE_EVENTS] == 30
    assert ages[Aging.QUARANTINE] == 20
    assert ages[Aging.UNSENT] == 7


async def test_what_is_in_use_goes_later_and_the_rest_now() -> None:
    storeroom = FixedStoreroom({Aging.QUARANTINE: 1}, in_use=frozenset({Aging.RUNS}))

    await a_caretaker(Workshop(), storeroom).tidy()

    assert not storeroom.old[Aging.QUARANTINE]


async def test_nothing_is_done_while_another_process_is_at_it() -> None:
    storeroom = FixedStoreroom({Aging.RUNS: 1}, others=True)

    await a_caretaker(Workshop(), storeroom).tidy()

    assert storeroom.old == {Aging.RUNS: 1}


async def test_staged_tables_of_runs_that_are_long_over_are_dropped() -> None:
    shop = Workshop()
    ended = EPOCH - timedelta(8)
    shop.keep(
        a_run(id="11111111", status=RunStatus.FAILED, finished_at=ended),
        a_run(id="22222222", status=RunStatus.FAILED, finished_at=EPOCH - timedelta(6)),
        a_run(id="33333333", status=RunStatus.QUEUED),
    )
    for run_id in (*shop.state.runs, "44444444"):
        shop.state.staged[run_id, CUSTOMERS] = MemoryTable(())

    await a_caretaker(shop, FixedStoreroom()).tidy()

    left = [run_id for run_id, _ in shop.state.staged]
    assert left == ["22222222", "33333333", "44444444"]


async def test_a_new_run_drops_what_earlier_ones_staged_of_its_dataset() -> None:
    shop = Workshop()
    await shop.run("ingest", "customers", run_id="11111111")
    shop.keep(a_run(id="22222222", status=RunStatus.FAILED, finished_at=EPOCH))
    shop.state.staged["22222222", CUSTOMERS] = MemoryTable(())
    shop.quality.outcomes["row_count > 0"] = Outcome.FAILED

    await shop.run("bronze_to_silver", "customers", run_id="44444444")

    assert [run_id for run_id, _ in shop.state.staged] == ["44444444"]


spans = st.timedeltas(timedelta(hours=1), timedelta(days=99_999))


@given(st.builds(Retention, spans, spans, spans, spans))
def test_a_staged_table_never_outlives_its_run(kept: Retention) -> None:
    assert oldest_staged(kept, EPOCH) >= oldest_kept(Aging.RUNS, kept, EPOCH)
