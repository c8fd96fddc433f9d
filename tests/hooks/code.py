"""People's own code, as hooks: good, slow, and bad in many ways."""

import asyncio
import threading
import time
from collections.abc import Callable

from engine.runs.document import RunDocument, StepDocument


class Noting:
    """Notes each call, and the thread that it was made in."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.threads: set[int] = set()

    def _note(self, what: str) -> None:
        self.heard.append(what)
        self.threads.add(threading.get_ident())

    def queued(self, run: RunDocument) -> None:
        """A plain function."""
        self._note(f"queued {run.run_id}")

    async def started(self, run: RunDocument) -> None:
        """An async one."""
        await asyncio.sleep(0)
        self._note(f"started {run.run_id}")

    def step_finished(self, run: RunDocument, step: StepDocument) -> None:
        """A plain one with a step."""
        self._note(f"step_finished {run.run_id} {step.kind}")

    async def finished(self, run: RunDocument) -> None:
        """Another async one."""
        self._note(f"finished {run.run_id} {run.status}")


class OnlyQueued:
    """Does one thing whenever a run is queued."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act = act
        self.calls = 0

    def queued(self, _: RunDocument) -> object:
        """Count, and do it."""
        self.calls += 1
        return self._act()


def raising(error: BaseException) -> Callable[[], None]:
    """Something that raises."""

    def act() -> None:
        raise error

    return act


async def stubborn() -> None:
    """Does not let itself be cancelled."""
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            continue


def sleeping(seconds: float) -> Callable[[], None]:
    """Something that blocks its thread."""
    return lambda: time.sleep(seconds)


made = Noting()


def make() -> Noting:
    """What an entry point may name: a function that makes the hook."""
    return made


def broken() -> Noting:
    """One that can't be made."""
    raise ValueError("password=hunter2")


nothing = object()
