"""Loads hooks from the entry-point group `atlas_hooks`, and runs each in a thread of its own."""

import asyncio
import inspect
import logging
import threading
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points

from engine.hooks.model import Call, Moment

logger = logging.getLogger(__name__)

GROUP = "atlas_hooks"


class HookBroke(Exception):  # told to the log only
    """A hook did what would have ended more than itself."""


class ThreadedHook:
    """One hook with an event loop of its own, so that code that blocks holds nobody else up.

    Its functions may be plain or async; async ones share one loop and may keep a session open. The
    thread is a daemon: code that never returns can't keep the process from ending.
    """

    def __init__(self, name: str, code: object) -> None:
        self.name = name
        self._code = code
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._live, name=f"hook {name}", daemon=True)
        self._thread.start()

    def _live(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()

    async def call(self, call: Call) -> None:
        """Call the function of that moment, if there is one; raises what it raises."""
        function = getattr(self._code, call.moment, None)
        if function is None:
            return
        future = asyncio.run_coroutine_threadsafe(_called(function, call), self._loop)
        end = asyncio.wrap_future(future)
        try:
            await asyncio.wait([end])
        except asyncio.CancelledError:
            future.cancel()
            raise
        if end.cancelled():
            raise HookBroke("it cancelled itself")
        end.result()

    def close(self) -> None:
        """Stop the loop; what hangs in it stays behind in its thread."""
        self._loop.call_soon_threadsafe(self._stop)

    def _stop(self) -> None:
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.call_soon(self._loop.stop)


async def _called(function: Callable[..., object], call: Call) -> None:
    try:
        found = function(*call.arguments)
        if inspect.isawaitable(found):
            await found
    except (SystemExit, KeyboardInterrupt):
        raise HookBroke("it wanted to end the process") from None


def load_hooks() -> list[ThreadedHook]:
    """The hooks that installed packages offer; one that can't be loaded is logged and left out."""
    return [
        ThreadedHook(entry.name, code)
        for entry in sorted(entry_points(group=GROUP), key=lambda each: each.name)
        if (code := _loaded(entry)) is not None
    ]


def _loaded(entry: EntryPoint) -> object | None:
    try:
        code: object = entry.load()
        made: object = code() if callable(code) else code
    except Exception as error:  # noqa: BLE001  # people's own code may raise anything
        kind = type(error).__name__  # its text may hold a secret
        logger.error("hook %s can't be loaded: %s in %s", entry.name, kind, entry.value)  # noqa: TRY400  # as above
        return None
    if not any(callable(getattr(made, moment, None)) for moment in Moment):
        logger.error("hook %s has none of the functions %s", entry.name, ", ".join(Moment))
        return None
    return made
