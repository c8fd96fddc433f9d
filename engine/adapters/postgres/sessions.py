"""Ends what works in PostgreSQL for a run or a worker, by the name that its sessions carry."""

from sqlalchemy import text

from engine.adapters.postgres.database import Database

# waits until each is gone, a second at most: what it held is free then
_END = text(
    "SELECT count(pg_terminate_backend(pid, 1000)) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND (application_name = :name OR application_name LIKE :pattern)"
)


def session_name(worker: str, run_id: str) -> str:
    """What a session is called while it works for a run; PostgreSQL keeps 63 characters."""
    return f"{worker} {run_id}"


class PostgresSessions:
    """The sessions of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def end(self, run_id: str) -> None:
        """Terminate the sessions that carry the run's id."""
        await self._end(run_id, f"% {run_id}")

    async def end_worker(self, worker: str) -> None:
        """Terminate all sessions of the worker."""
        await self._end(worker, f"{worker} %")

    async def _end(self, name: str, pattern: str) -> None:
        async with self._database.begin() as connection:
            await connection.execute(_END, {"name": name, "pattern": pattern})
