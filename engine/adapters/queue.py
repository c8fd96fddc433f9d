"""procrastinate at work: brings the tickets of runs to this process, and tells that it lives."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from procrastinate import App, PsycopgConnector, jobs, manager
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import JobContext
from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from sqlalchemy.engine import make_url
from typing_extensions import override

from engine.adapters.postgres.run_queue import QUEUE, TASK
from engine.clock import Clock

logger = logging.getLogger(__name__)

Work = Callable[[str, int], Awaitable[None]]
"""Works the run of that id, which the ticket of that number stands for."""

POLL = 1.0
"""Seconds after which the queue is read even if no notification came."""

TRY_AGAIN = 1.0

CONNECT_TIMEOUT = 10

LAST_WORD = 6.0
"""Seconds after its time to finish in that a worker has to hand back its runs."""


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """How many runs at once; seconds between heartbeats, and to finish in when told to stop."""

    at_once: int = 2
    heartbeat: float = 2.0
    grace: float = 2.0


class _Patience:
    """Lets a database that is away pass; anything else that goes wrong is a defect."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        """Nothing is needed before."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: object
    ) -> bool:
        """Whether the error passes by itself."""
        away = isinstance(error, ConnectorException) and isinstance(
            error.__cause__, OperationalError | PoolTimeout | None
        )
        if away:
            logger.warning("%s: the database is away", self._what)
        return away


_FINISH = """DELETE FROM atlas.procrastinate_jobs
WHERE id = %(job_id)s AND status = 'doing' AND worker_id = %(worker_id)s"""
"""A ticket that was handed on meanwhile is another worker's to finish."""


class PatientJobManager(manager.JobManager):
    """procrastinate's, except that a database that is away for a while does not end the worker."""

    def __init__(self, connector: PsycopgConnector, clock: Clock) -> None:
        super().__init__(connector)
        self._clock = clock

    @override
    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> jobs.Job | None:
        """The next ticket; none while the database is away."""
        with _Patience("the queue can't be read"):
            return await super().fetch_job(queues, worker_id)
        return None

    @override
    async def update_heartbeat(self, worker_id: int) -> None:
        """Tell that this worker lives; nobody hears it while the database is away."""
        with _Patience("no sign of life"):
            await super().update_heartbeat(worker_id)

    @override
    async def finish_job(self, job: jobs.Job, status: jobs.Status, delete_job: bool) -> None:
        """Drop the ticket, as soon as the database takes it."""
        while True:
            with _Patience("a ticket can't be dropped"):
                await self.connector.execute_query_async(
                    _FINISH, job_id=job.id, worker_id=job.worker_id
                )
                return
            await self._clock.sleep(TRY_AGAIN)

    @override
    async def listen_for_jobs(
        self, *, on_notification: manager.NotificationCallback, queues: Iterable[str] | None = None
    ) -> None:
        """Hear of new tickets and of those to be stopped, again after a connection was lost."""
        while True:
            with _Patience("no notifications of the queue"):
                await super().listen_for_jobs(on_notification=on_notification, queues=queues)
            await self._clock.sleep(TRY_AGAIN)


class RunQueueWorker:
    """This process at the queue."""

    def __init__(
        self,
        url: str,
        work: Work,
        clock: Clock,
        limits: QueueLimits,
    ) -> None:
        self._work = work
        self._clock = clock
        self._limits = limits
        self._connector = PsycopgConnector(
            conninfo=make_url(url).set(drivername="postgresql").render_as_string(False),
            kwargs={
                "options": "-c search_path=atlas",
                "application_name": "atlas queue",
                "connect_timeout": CONNECT_TIMEOUT,
            },
            min_size=1,
            max_size=2 + limits.at_once,
        )

    async def run(self) -> None:
        """Work tickets until cancelled; runs at work get a moment to end, then are handed back."""
        async with asyncio.TaskGroup() as group:
            working = group.create_task(self._worked(), name="queue worker")
            try:
                await asyncio.wait([working])
            finally:
                await self._ended(working)

    async def _ended(self, working: "asyncio.Task[None]") -> None:
        """Told a second time, procrastinate waits no more for a database that is away."""
        working.cancel()
        await asyncio.wait([working], timeout=self._limits.grace + LAST_WORD)
        working.cancel()

    async def _worked(self) -> None:
        app = App(connector=self._connector)
        app.job_manager = PatientJobManager(self._connector, self._clock)

        @app.task(name=TASK, queue=QUEUE, pass_context=True)
        async def work_run(context: JobContext, run_id: str) -> None:
            try:
                await self._work(run_id, context.job.id or 0)
            except asyncio.CancelledError:
                # procrastinate logs what it was raised from, and that may hold values of rows
                raise asyncio.CancelledError from None

        async with app.open_async():
            # a cancellation that comes in the moment in which the pool has opened may be lost
            while not _told_to_stop():
                with _Patience("the queue can't be worked"):
                    await self._until_it_breaks(app)
                if _told_to_stop():
                    return
                await self._clock.sleep(TRY_AGAIN)

    async def _until_it_breaks(self, app: App) -> None:
        await app.run_worker_async(
            queues=[QUEUE],
            concurrency=self._limits.at_once,
            install_signal_handlers=False,
            fetch_job_polling_interval=POLL,
            abort_job_polling_interval=POLL,
            shutdown_graceful_timeout=self._limits.grace,
            update_heartbeat_interval=self._limits.heartbeat,
            stalled_worker_timeout=86400.0,
        )


def _told_to_stop() -> bool:
    """Whether this task was cancelled, though another error took the place of its cancellation."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
