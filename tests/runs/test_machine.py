"""Whatever happens to runs, in whatever order: the promises of the core hold, in memory."""

from collections.abc import Mapping, Sequence

from hypothesis import settings
from typing_extensions import override

from engine.runs.events import RunEvent
from engine.runs.model import Run
from engine.runs.ports import RunTransaction
from engine.testing.clock import FakeClock
from engine.testing.sessions import EndedSessions
from engine.testing.state import Ticket
from engine.testing.transactions import MemoryTransaction, MemoryTransactions
from tests.runs.bench import Bench, Drawn, Told, told_by
from tests.runs.machine import Machine


class MemoryBench:
    """The fakes; what was told counts where its transaction was committed."""

    def __init__(self) -> None:
        self.transactions = MemoryTransactions(FakeClock())
        self.sessions = EndedSessions()
        self._heard: list[tuple[MemoryTransaction, Told]] = []

    async def hear(self, tx: RunTransaction, event: RunEvent) -> None:
        """Note what is told."""
        assert isinstance(tx, MemoryTransaction)
        if (told := told_by(event)) is not None:
            self._heard.append((tx, told))

    async def told(self) -> Sequence[Told]:
        """What was told."""
        return [told for tx, told in self._heard if tx.committed]

    async def runs(self) -> Sequence[Run]:
        """All runs."""
        return list(self.transactions.state.runs.values())

    async def tickets(self) -> Mapping[str, int]:
        """The tickets of unfinished runs."""
        return {run_id: each.number for run_id, each in self.transactions.state.tickets.items()}

    async def published(self) -> Mapping[str, str]:
        """The runs that published last."""
        deeds = [deed for deed in self.transactions.state.deeds if deed.what == "published"]
        return {str(deed.dataset): deed.run_id for deed in deeds}

    async def staged(self) -> Sequence[str]:
        """The runs that keep staged tables."""
        return [run_id for run_id, _ in self.transactions.state.staged]

    async def hire(self, worker: str) -> None:
        """Somebody is heard of."""
        self.transactions.alive.add(worker)

    async def lose(self, worker: str) -> None:
        """Somebody is not heard of any more."""
        self.transactions.alive.discard(worker)

    async def draw(self, worker: str) -> Drawn | None:
        """The first of those that nobody drew."""
        state = self.transactions.state
        left = [(-state.runs[i].priority, t.number, i) for i, t in state.tickets.items()]
        for _, number, run_id in sorted(left):
            if not state.tickets[run_id].worker:
                state.tickets[run_id] = Ticket(number, worker)
                return Drawn(run_id, number, worker)
        return None

    async def finish(self, drawn: Drawn) -> None:
        """A ticket is gone; where its run is not over, nobody has it any more."""
        tickets = self.transactions.state.tickets
        if tickets.get(drawn.run_id) == Ticket(drawn.ticket, drawn.worker):
            tickets[drawn.run_id] = Ticket(drawn.ticket, "nobody")

    async def close(self) -> None:
        """Nothing is open."""


class Memory(Machine):
    """The machine in memory."""

    @override
    async def opened(self) -> Bench:
        """What to work on."""
        return MemoryBench()


Memory.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestMemory = Memory.TestCase
