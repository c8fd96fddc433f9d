"""Worker processes for libraries that block: started when first needed, killed when they hang."""

import asyncio
import logging
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import ParamSpec, TypeVar

from engine.errors import WorkerFailed

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

BEHIND_THE_BOT = 5
"""The nice value of a worker: an answer in chat does not wait for what it computes."""

_SPAWN = multiprocessing.get_context("spawn")


class WorkerLane:
    """One process that does one thing at a time; a new one takes over where it died or hung."""

    def __init__(self, name: str, prepare: Callable[[], None], timeout: float) -> None:
        self._name = name
        self._prepare = prepare
        self._timeout = timeout
        self._turn = asyncio.Lock()
        self._pool: ProcessPoolExecutor | None = None

    async def call(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do it in the process; raises WorkerFailed where the process died or hung."""
        async with self._turn:
            future = self._submitted(work, *args, **kwargs)
            try:
                async with asyncio.timeout(self._timeout):
                    return await asyncio.wrap_future(future)
            except TimeoutError:
                self._kill()
                message = f"{self._name} took longer than {self._timeout:.0f} seconds."
                raise WorkerFailed(
                    message, "Run it again; look at how much it has to read."
                ) from None
            except asyncio.CancelledError:
                self._kill()
                raise
            except BrokenProcessPool:
                self._kill()
                message = f"The process of {self._name} died."
                raise WorkerFailed(
                    message, "Run it again; it starts anew. Check the memory."
                ) from None

    def _submitted(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Hand it to the process, or to a new one where that died while nobody asked anything."""
        try:
            return self._started().submit(work, *args, **kwargs)
        except BrokenProcessPool:
            self._kill()
            return self._started().submit(work, *args, **kwargs)

    async def warm(self) -> None:
        """Start the process before it is needed."""
        await self.call(_nothing)

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # there is a worker for each processor: threads of numpy would only be in each other's
            # way; it reads this when it is imported, which may be before the process asks us
            os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
            self._pool = ProcessPoolExecutor(
                1, mp_context=_SPAWN, initializer=_begin, initargs=(self._prepare,)
            )
        return self._pool

    def _kill(self) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        for process in list((pool._processes or {}).values()):  # noqa: SLF001  # the executor offers no way to stop what runs
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """End the process."""
        self._kill()


def _begin(prepare: Callable[[], None]) -> None:
    """Start the worker: Ctrl-C is the parent's to handle, and without the parent it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(BEHIND_THE_BOT)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    prepare()


def _end_with_parent() -> None:
    """End this process as soon as the parent is gone, also when it was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def _nothing() -> None:
    """Let the initializer do its work."""
