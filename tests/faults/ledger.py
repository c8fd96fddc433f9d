"""Writes down, inside the database, all that runs commit; and holds it against what must be."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg

from engine.adapters.postgres.names import qualified
from tests.faults.project import MODELS, Expected

INSTALL = """
CREATE SCHEMA faults;
CREATE TABLE faults.steps (
  run_id text, position int, attempt int, status text, at timestamptz DEFAULT clock_timestamp());
CREATE TABLE faults.claims (
  run_id text, attempt int, status text, worker text, at timestamptz DEFAULT clock_timestamp());
CREATE TABLE faults.told (
  key text, title text, revision int, at timestamptz DEFAULT clock_timestamp());

CREATE FUNCTION faults.step() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO faults.steps VALUES (NEW.run_id, NEW.position, NEW.attempt, NEW.status);
  RETURN NULL; END $$;
CREATE TRIGGER ledger AFTER UPDATE ON atlas.step_runs FOR EACH ROW
  WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION faults.step();

CREATE FUNCTION faults.claim() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO faults.claims VALUES (NEW.id, NEW.attempt, NEW.status, NEW.worker);
  RETURN NULL; END $$;
CREATE TRIGGER ledger AFTER INSERT OR UPDATE ON atlas.runs FOR EACH ROW
  EXECUTE FUNCTION faults.claim();

CREATE FUNCTION faults.tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'INSERT' OR OLD.revision <> NEW.revision THEN
    INSERT INTO faults.told VALUES (NEW.key, NEW.card->>'title', NEW.revision);
  END IF;
  RETURN NULL; END $$;
CREATE TRIGGER ledger AFTER INSERT OR UPDATE ON atlas.outbox FOR EACH ROW
  EXECUTE FUNCTION faults.tell();
"""
"""Triggers, so that an entry is committed with what it tells of, or not at all."""

_STAGED = r"""
SELECT schemaname || '.' || tablename AS name FROM pg_tables
WHERE schemaname IN ('bronze', 'silver', 'gold', 'quarantine') AND tablename LIKE '%\_\_%'
"""

_AT_WORK = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND (application_name LIKE '% ' || $1 OR (state <> 'idle' AND query ILIKE '%' || $1 || '%'))
"""
"""What works for a run: a session that carries its id, or a statement on a table that does."""


_ASLEEP = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database()
  AND pid <> pg_backend_pid() AND state = 'active' AND wait_event = 'PgSleep'
"""

_ENDS = """
SELECT
  (SELECT count(DISTINCT attempt) FROM faults.claims
    WHERE run_id = $1 AND status IN ('succeeded', 'failed', 'cancelled')) AS ended,
  (SELECT count(*) FROM faults.told
    WHERE key ~ ('^run:' || $1 || '(:[0-9]+)?$')
      AND title ~ ' — (succeeded|failed|cancelled)$') AS told
"""
"""A run that is taken up again after its end has another attempt."""

LEDGER = "ledger"
"""What its own session is called."""


@dataclass(frozen=True, slots=True)
class Balance:
    """The rows of one table, where they are."""

    bronze: int
    different: int
    silver: int
    quarantined: int


class Ledger:
    """What was committed, read on a connection of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opened: asyncpg.Connection[asyncpg.Record] | None = None

    async def install(self) -> None:
        """Connect, and begin to write."""
        await self.connect()
        await self._connection.execute(INSTALL)

    async def connect(self) -> None:
        """Connect, also after the server was gone."""
        self._opened = await asyncpg.connect(
            self._url, server_settings={"application_name": LEDGER}
        )

    @property
    def _connection(self) -> "asyncpg.Connection[asyncpg.Record]":
        assert self._opened is not None
        return self._opened

    async def close(self) -> None:
        """Disconnect."""
        if not self._connection.is_closed():
            await self._connection.close(timeout=5.0)

    async def wrongs(self, run_id: str, end: str = "succeeded") -> list[str]:
        """What is not as it must be after a run that ended so."""
        run = await self._connection.fetchrow(
            "SELECT status, error, attempt FROM atlas.runs WHERE id = $1", run_id
        )
        assert run is not None
        return [
            *([] if run["status"] == end else [f"the run ended {tuple(run)}"]),
            *await self._steps(run_id),
            *await self._told(run_id, end),
            *await self._twice("atlas.lineage_events", "job, event_type", run_id, "COMPLETE"),
            *await self._twice("atlas.check_results", 'dataset, "check"', run_id),
            *await self._twice("atlas.findings", "dataset, kind", run_id),
        ]

    async def _steps(self, run_id: str) -> list[str]:
        rows = await self._connection.fetch(
            "SELECT position, status FROM faults.steps WHERE run_id = $1", run_id
        )
        times = Counter(row["position"] for row in rows if row["status"] == "succeeded")
        done = await self._connection.fetch(
            "SELECT position FROM atlas.step_runs WHERE run_id = $1 AND status = 'succeeded'",
            run_id,
        )
        wanted = {row["position"]: 1 for row in done}
        return [] if times == wanted else [f"steps that succeeded: {dict(times)}"]

    async def _told(self, run_id: str, end: str) -> list[str]:
        told = await self._connection.fetch(
            "SELECT title, revision FROM faults.told WHERE key = $1 ORDER BY revision",
            f"run:{run_id}",
        )
        ends = [row["title"].rpartition(" — ")[2] for row in told]
        over = [each for each in ends if each in {"succeeded", "failed", "cancelled"}]
        if over == [end] and ends[-1] == end:
            return []
        return [f"its end was told {len(over)} times: {ends}"]

    async def ends_told(self, run_id: str) -> list[str]:
        """What is wrong with how often its end was told: as often as it ended, retries included."""
        row = await self._connection.fetchrow(_ENDS, run_id)
        assert row is not None
        if row["told"] == row["ended"]:
            return []
        return [f"{run_id} ended {row['ended']} times, and was told so {row['told']} times"]

    async def _twice(
        self, table: str, columns: str, run_id: str, event: str | None = None
    ) -> list[str]:
        only = "AND event_type = $2" if event else "AND $2::text IS NULL"
        rows = await self._connection.fetch(
            f"SELECT {columns} FROM {table} WHERE run_id = $1 {only} "  # noqa: S608  # names of this module
            f"GROUP BY {columns} HAVING count(*) > 1",
            run_id,
            event,
        )
        return [f"twice in {table}: {tuple(row)}" for row in rows]

    async def lineage(self, run_id: str) -> Mapping[str, int]:
        """How many COMPLETE events of written datasets there are, by job."""
        rows = await self._connection.fetch(
            "SELECT job, count(*) AS n FROM atlas.lineage_events "
            "WHERE run_id = $1 AND event_type = 'COMPLETE' AND event -> 'outputs' <> '[]' "
            "GROUP BY job",
            run_id,
        )
        return {row["job"]: row["n"] for row in rows}

    async def balance(self, table: str) -> Balance:
        """Where the rows of a table are."""
        bronze, silver, aside = (
            qualified(layer, table) for layer in ("bronze", "silver", "quarantine")
        )
        if await self._connection.fetchval("SELECT to_regclass($1)", aside) is None:
            return Balance(0, 0, 0, 0)
        row = await self._connection.fetchrow(
            f"SELECT (SELECT count(*) FROM {bronze}) AS bronze, "  # noqa: S608  # quoted
            f"(SELECT count(DISTINCT line) FROM {bronze}) AS different, "
            f"(SELECT count(*) FROM {silver}) AS silver, "
            f"(SELECT count(*) FROM {aside}) AS quarantined"
        )
        assert row is not None
        return Balance(row["bronze"], row["different"], row["silver"], row["quarantined"])

    async def losses(self, expected: Mapping[str, Expected]) -> tuple[int, int, list[str]]:
        """Rows lost, rows doubled, and which tables don't add up."""
        lost, doubled, wrong = 0, 0, []
        for table, due in expected.items():
            found = await self.balance(table)
            lost += due.bronze - found.different
            doubled += found.bronze - found.different
            if found != Balance(due.bronze, due.bronze, len(due.keys), due.quarantined):
                wrong.append(f"{table}: {found}, due {due.bronze}, {len(due.keys)} keys")
        return lost, doubled, [*wrong, *await self._gold()]

    async def _gold(self) -> list[str]:
        wrong = []
        for model, source, counted in MODELS:
            built, due = await self._counted(model, source, counted)
            if built != due:
                wrong.append(f"gold.{model} counts {built} of {due}")
        return wrong

    async def _counted(self, model: str, source: str, counted: str) -> tuple[int, int]:
        if (
            await self._connection.fetchval("SELECT to_regclass($1)", qualified("gold", model))
            is None
        ):
            return 0, -1
        row = await self._connection.fetchrow(
            f"SELECT (SELECT coalesce(sum({counted}), 0)::int FROM {qualified('gold', model)}), "  # noqa: S608  # quoted
            f"(SELECT count(*) FROM {qualified('silver', source)})"
        )
        assert row is not None
        return row[0], row[1]

    async def staged(self) -> list[str]:
        """Tables that were begun and not published."""
        return [row["name"] for row in await self._connection.fetch(_STAGED)]

    async def at_work(self, run_id: str) -> list[int]:
        """The sessions that work for a run at this moment."""
        return [row["pid"] for row in await self._connection.fetch(_AT_WORK, run_id)]

    async def asleep(self) -> list[int]:
        """The sessions with a statement that sleeps, as the slow parts of a project do."""
        return [row["pid"] for row in await self._connection.fetch(_ASLEEP)]

    async def tickets(self) -> int:
        """Tickets of the queue that are still in somebody's hands."""
        count: int = await self._connection.fetchval(
            "SELECT count(*) FROM atlas.procrastinate_jobs WHERE status IN ('todo', 'doing')"
        )
        return count

    async def taken_after(self, run_id: str, since: float) -> float | None:
        """Seconds from that moment until another worker took the run; None where nobody did."""
        seconds: float | None = await self._connection.fetchval(
            "SELECT extract(epoch FROM min(at)) - $2 FROM faults.claims WHERE run_id = $1 "
            "AND status = 'running' AND at > to_timestamp($2) AND attempt > 1",
            run_id,
            since,
        )
        return None if seconds is None else float(seconds)

    async def resumed_where_it_was(self, run_id: str) -> bool:
        """Whether the last attempt began with the first step that none before had committed."""
        rows = await self._connection.fetch(
            "SELECT position, attempt, status FROM faults.steps WHERE run_id = $1 ORDER BY at",
            run_id,
        )
        last = max((row["attempt"] for row in rows), default=1)
        before = [
            row["position"] for row in rows
            if row["status"] == "succeeded" and row["attempt"] < last
        ]  # fmt: skip
        after = [
            row["position"] for row in rows
            if row["status"] == "succeeded" and row["attempt"] == last
        ]  # fmt: skip
        return not after or after[0] == max(before, default=-1) + 1

    async def messages(self, run_id: str) -> list[str]:
        """What the page shows about a run, in the bot's words."""
        rows = await self._connection.fetch(
            "SELECT text FROM atlas.web_messages WHERE text LIKE $1", f"Run {run_id}:%"
        )
        return [row["text"] for row in rows]
