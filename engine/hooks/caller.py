"""Calls people's own code after the commit; a hook that fails or hangs harms nobody else."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from engine.hooks.model import Call, Narrator
from engine.hooks.ports import Committing, Hook
from engine.logs import place_of
from engine.runs.events import RunEvent

logger = logging.getLogger(__name__)

CALL_TIMEOUT = 10.0
"""Seconds that one call may take."""

WAITING = 100
"""Calls that may wait for one hook."""

LAST_CALLS = 1.0
"""Seconds that hooks get at the end for what they were not told yet."""


class _Line:
    """The calls that wait for one hook; where too many wait, the oldest goes."""

    def __init__(self, hook: Hook, waiting: int) -> None:
        self.hook = hook
        self.calls: asyncio.Queue[Call] = asyncio.Queue(maxsize=waiting)
        self._dropped = 0

    def put(self, call: Call) -> None:
        if self.calls.full():
            self.calls.get_nowait()
            self.calls.task_done()
            self._dropped += 1
        self.calls.put_nowait(call)

    def take_dropped(self) -> int:
        dropped, self._dropped = self._dropped, 0
        return dropped


class HookCaller:
    """Hears what the runner tells, and passes it on in order, to each hook at its own pace."""

    def __init__(
        self, hooks: Sequence[Hook], *, timeout: float = CALL_TIMEOUT, waiting: int = WAITING
    ) -> None:
        self._lines = [_Line(hook, waiting) for hook in hooks]
        self._narrator = Narrator()
        self._timeout = timeout

    async def hear(self, tx: Committing, event: RunEvent) -> None:
        """A listener for the runner."""
        if self._lines:
            tx.after_commit(lambda: self._committed(event))

    def _committed(self, event: RunEvent) -> None:
        call = self._narrator.call_for(event)
        if call is not None:
            for line in self._lines:
                line.put(call)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Call hooks until the block ends; then for a moment more, for what is left."""
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._work(line), name=f"hook {line.hook.name}")
                for line in self._lines
            ]
            try:
                yield
            finally:
                await self._last_calls()
                for task in tasks:
                    task.cancel()
                for line in self._lines:
                    line.hook.close()

    async def _last_calls(self) -> None:
        try:
            async with asyncio.timeout(LAST_CALLS):
                for line in self._lines:
                    await line.calls.join()
        except TimeoutError:
            logger.warning("some hooks were not told everything before the stop")

    async def _work(self, line: _Line) -> None:
        while True:
            call = await line.calls.get()
            if dropped := line.take_dropped():
                logger.warning("hook %s is behind: %d calls left out", line.hook.name, dropped)
            try:
                async with asyncio.timeout(self._timeout):
                    await line.hook.call(call)
            except TimeoutError:
                logger.error("hook %s took too long at %s", line.hook.name, call.moment)  # noqa: TRY400  # where it hangs is not known here
            except Exception as error:  # noqa: BLE001  # people's own code may raise anything
                place = place_of(error)
                logger.error("hook %s failed at %s: %s", line.hook.name, call.moment, place)  # noqa: TRY400  # a traceback may hold values of rows
            finally:
                line.calls.task_done()
