"""A database, a project, workers and a bot on them, and somebody who orders runs and looks."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg

from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.migrate import migrate
from engine.alerts.model import Due
from engine.bootstrap import Engine, Parts, open_engine
from engine.catalog.reader import read_project
from engine.commands import CancelRun, Command, RunPipeline
from engine.errors import DatabaseUnreachable
from engine.outcome import Accepted, Answer, Request
from engine.people import Asker, Role
from engine.privacy.protect import Keyring
from engine.runs.model import Run
from engine.settings import Settings, decoded
from tests.faults.ledger import Ledger
from tests.faults.processes import Atlas, Pace, Starter
from tests.faults.project import TABLES, Deliveries, write_project
from tests.world import TEST_KEY

SOMEBODY = Asker("web", "you", "You", "#general")

LONGEST = 60.0
"""Seconds after which a run that did not end is a failure."""

NEVER = 86_400.0

Look = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a scenario is made of."""

    seed: int = 1
    rows: int = 1_500
    pace: Pace = field(default_factory=Pace)
    changed: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


class Nobody:
    """A sender for an engine without a chat."""

    async def send(self, due: Due) -> str:
        """Never asked, since no platform is named."""
        raise AssertionError(due.post.platform)


class Scenario:
    """Everything on one database."""

    def __init__(
        self, url: str, engine: Engine, ledger: Ledger, starter: Starter, deliveries: Deliveries
    ) -> None:
        self.url = url
        self.engine = engine
        self.ledger = ledger
        self.deliveries = deliveries
        self._starter = starter
        self._processes: list[Atlas] = []

    async def worker(self, at_once: int = 1) -> Atlas:
        """One more worker."""
        return self._kept(await self._starter.worker(at_once))

    async def bot(self, at_once: int = 1) -> Atlas:
        """One more bot."""
        return self._kept(await self._starter.bot(at_once))

    def _kept(self, process: Atlas) -> Atlas:
        self._processes.append(process)
        return process

    async def order(self, command: Command | None = None) -> str:
        """The id of a run that was ordered, a medallion of everything by default."""
        request = Request(command or RunPipeline("medallion"), SOMEBODY)
        outcome = await self.engine.dispatcher.handle(request)
        assert isinstance(outcome, Accepted), outcome
        return outcome.run_id

    async def cancel(self, run_id: str) -> None:
        """Have a run stopped."""
        outcome = await self.engine.dispatcher.handle(Request(CancelRun(run_id), SOMEBODY))
        assert isinstance(outcome, Answer), outcome

    async def run(self, run_id: str) -> Run:
        """A run as it is."""
        async with self.engine.transactions.begin() as tx:
            found = await tx.runs.get(run_id)
        assert found is not None
        return found

    async def ended(self, run_id: str, within: float = LONGEST) -> Run:
        """A run after its end."""

        async def over() -> bool:
            try:
                return (await self.run(run_id)).done
            except DatabaseUnreachable:
                return False

        await until(over, within, f"the end of {run_id}")
        return await self.run(run_id)

    async def at_step(self, run_id: str, name: str) -> None:
        """Return once everything before a step of the run is done, and the step is at work."""

        async def there() -> bool:
            run = await self.run(run_id)
            step = next(each for each in run.steps if each.name == name)
            before = all(each.done for each in run.steps[: step.index])
            return run.started_at is not None and before

        await until(there, LONGEST, f"{name} of {run_id}")

    async def holder(self, run_id: str) -> Atlas | None:
        """The process that has the run; None where nobody has it or it is gone."""
        rows = await self.rows(
            "SELECT worker FROM atlas.runs WHERE id = $1 AND status = 'running'", run_id
        )
        name = rows[0]["worker"] if rows else ""
        return next((each for each in self._processes if each.name == name and each.alive), None)

    async def rows(self, query: str, *arguments: object) -> "list[asyncpg.Record]":
        """What a query returns."""
        connection = await asyncpg.connect(self.url)
        try:
            return list(await connection.fetch(query, *arguments))
        finally:
            await connection.close()

    async def wrongs(self, run_id: str) -> list[str]:
        """All that is not as it must be after a medallion that took every delivery."""
        found = await self.ledger.wrongs(run_id)
        _, _, unbalanced = await self.ledger.losses(self.deliveries.expected)
        jobs = await self.ledger.lineage(run_id)
        once = set(jobs.values()) == {1} and len(jobs) == _WRITTEN
        return [
            *found,
            *unbalanced,
            *await self._law(run_id),
            *([] if once else [f"lineage tells of {jobs}"]),
            *await self.leftovers(run_id),
        ]

    async def _law(self, run_id: str) -> list[str]:
        """Rows in = published + quarantined + deduplicated, as the run tells it."""
        counts, expected = (await self.run(run_id)).counts, self.deliveries.expected.values()
        told = (counts.rows_in, counts.published, counts.quarantined, counts.deduplicated)
        due = (
            sum(each.bronze for each in expected),
            sum(len(each.keys) for each in expected),
            sum(each.quarantined for each in expected),
            sum(each.deduplicated for each in expected),
        )
        return [] if told == due else [f"it tells of {told}, due {due}"]

    async def leftovers(self, run_id: str) -> list[str]:
        """What a run left behind, after a moment in which its sessions may end."""
        found: list[str] = []

        async def nothing() -> bool:
            found[:] = [
                *(f"{table} is left" for table in await self.ledger.staged()),
                *(f"session {pid} is left" for pid in await self.ledger.at_work(run_id)),
                *(["a ticket is left"] if await self.ledger.tickets() else []),
            ]
            return not found

        try:
            await until(nothing, _TIDY, "order")
        except AssertionError:
            return found
        return []

    async def heard_once(self, run_id: str) -> list[str]:
        """What is wrong with what the page shows of a run that succeeded."""
        shown: list[str] = []

        async def told() -> bool:
            shown[:] = await self.ledger.messages(run_id)
            return any(text.endswith("— succeeded") for text in shown)

        try:
            await until(told, _TIDY, "the message")
        except AssertionError:
            return [f"the page shows {shown}"]
        return [] if len(shown) == 1 else [f"the page shows {shown}"]

    async def clear(self) -> None:
        """Take all data away, so that a long test stays quick; what runs told stays."""
        connection = await asyncpg.connect(self.url)
        try:
            for layer in ("gold", "silver", "bronze", "quarantine"):
                for table in (*TABLES, "revenue", "activity"):
                    await connection.execute(f"DROP TABLE IF EXISTS {layer}.{table}")
            await connection.execute("TRUNCATE atlas.deliveries")
        finally:
            await connection.close()
        self.deliveries.forget()

    def logs(self) -> str:
        """The last lines of what each process wrote into its log."""
        told = ((each.name, each.log.read_text(errors="replace")) for each in self._processes)
        return "\n".join(f"— {name}\n{text[-_TAIL:]}" for name, text in told)

    async def close(self) -> None:
        """End every process."""
        for each in self._processes:
            if each.alive:
                each.thaw()
            await each.kill()


_WRITTEN = 8
"""The datasets that a medallion writes, each with one COMPLETE event."""

_TIDY = 15.0

_TAIL = 4_000


async def until(look: Look, seconds: float, what: str) -> float:
    """The seconds until that was so; fails after `seconds`."""
    begin = time.perf_counter()
    while not await look():
        if time.perf_counter() - begin > seconds:
            raise AssertionError(f"waited {seconds:.0f} s for {what}")
        await asyncio.sleep(0.01)
    return time.perf_counter() - begin


@asynccontextmanager
async def opened(url: str, shape: Shape = Shape()) -> AsyncIterator[Scenario]:
    """A scenario on a database, which gets its state tables here where it has none."""
    with TemporaryDirectory(prefix="atlas-faults-") as name:
        folder = Path(name)
        project = write_project(folder / "project", shape.changed)
        await _migrated(url)
        failure: Exception | None = None
        async with AsyncExitStack() as stack:
            engine = await stack.enter_async_context(open_engine(_watching(project, url)))
            ledger = Ledger(url)
            await ledger.install()
            stack.push_async_callback(ledger.close)
            scenario = Scenario(
                url,
                engine,
                ledger,
                Starter(url, folder, shape.pace, _environment(project, shape)),
                Deliveries(project, shape.seed, shape.rows),
            )
            stack.push_async_callback(scenario.close)
            try:
                yield scenario
            except Exception as error:  # noqa: BLE001  # raised below, not in a group of groups
                failure = error
                failure.add_note(scenario.logs())
        if failure is not None:
            raise failure


def _environment(project: Path, shape: Shape) -> Mapping[str, str]:
    own = {"ATLAS_PROJECT": str(project), "ATLAS_SECRET_KEY": TEST_KEY}
    return {**own, **shape.environment}


async def _migrated(url: str) -> None:
    database = Database(url, DatabaseLimits())
    try:
        await migrate(database)
    finally:
        await database.close()


def _watching(project: Path, url: str, at_once: int = 0) -> Parts:
    """An engine that takes orders, and leaves runs and the rescue of runs to others."""
    settings = Settings(runs_at_once=at_once, takeover_after=NEVER, roles={SOMEBODY.id: Role.ADMIN})
    keys = Keyring(decoded(TEST_KEY, "the key of the tests"))
    return Parts(read_project(project), settings, url, keys, Nobody(), ())
