"""Worker processes end with whoever started them, and never hold anybody up."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator

import psutil
import pytest

from engine.adapters.workers import WorkerLane
from engine.errors import WorkerFailed
from tests.adapters import worker_parent
from tests.adapters.worker_parent import nothing
from tests.world import eventually


@pytest.fixture
async def lane() -> AsyncIterator[WorkerLane]:
    opened = WorkerLane("a test", nothing, timeout=30)
    yield opened
    opened.close()


async def gone(pid: int) -> bool:
    """That a process is soon no more, or only waits to be counted; fails where it stays."""

    async def look() -> bool | None:
        try:
            return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE or None
        except psutil.NoSuchProcess:
            return True

    async with asyncio.timeout(2):
        return await eventually(look)


def refuse() -> None:
    raise LookupError("an error of the work itself")  # a test's


def exit_at_once() -> None:
    os._exit(3)


async def test_what_the_work_raises_is_raised_and_the_process_lives_on(lane: WorkerLane) -> None:
    pid = await lane.call(os.getpid)

    with pytest.raises(LookupError):
        await lane.call(refuse)

    assert await lane.call(os.getpid) == pid != os.getpid()


async def test_a_process_that_dies_is_told_and_replaced(lane: WorkerLane) -> None:
    pid = await lane.call(os.getpid)

    with pytest.raises(WorkerFailed, match="died"):
        await lane.call(exit_at_once)

    assert await lane.call(os.getpid) != pid


async def test_a_process_that_died_while_nothing_was_asked_is_replaced(lane: WorkerLane) -> None:
    pid = await lane.call(os.getpid)
    os.kill(pid, signal.SIGKILL)
    assert await gone(pid)

    async def answer() -> int | None:
        try:
            return await lane.call(os.getpid)
        except WorkerFailed:
            return None

    assert await eventually(answer) != pid


async def test_cancelling_ends_the_process_and_frees_the_lane(lane: WorkerLane) -> None:
    pid = await lane.call(os.getpid)
    working = asyncio.create_task(lane.call(time.sleep, 60))
    waiting = asyncio.create_task(lane.call(os.getpid))
    await asyncio.sleep(0)

    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working

    assert await waiting != pid
    assert await gone(pid)


async def test_work_that_hangs_is_stopped_and_told(lane: WorkerLane) -> None:
    pid = await lane.call(os.getpid)
    lane._timeout = 0.1

    with pytest.raises(WorkerFailed, match="longer than"):
        await lane.call(time.sleep, 60)

    lane._timeout = 30
    assert await gone(pid)
    assert await lane.call(os.getpid) != pid


async def test_closing_ends_the_process_and_twice_does_no_harm() -> None:
    lane = WorkerLane("a test", nothing, timeout=30)
    pid = await lane.call(os.getpid)

    lane.close()
    lane.close()

    assert await gone(pid)


async def test_a_worker_ends_when_its_parent_was_killed() -> None:
    command = [sys.executable, "-m", worker_parent.__name__]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:  # noqa: ASYNC220, S603  # a module of these tests
        assert parent.stdout is not None
        pid = int(await asyncio.to_thread(parent.stdout.readline))
        assert psutil.pid_exists(pid)

        parent.kill()

        assert await gone(pid)


def threads_that_numpy_starts() -> int:
    """How many threads come with numpy, in a process that has not imported it before."""
    before = psutil.Process().num_threads()
    import numpy as np  # its import is what is measured

    np.ones((500, 500)) @ np.ones((500, 500))
    return psutil.Process().num_threads() - before


async def test_a_worker_multiplies_on_one_processor_as_there_is_a_worker_for_each(
    lane: WorkerLane,
) -> None:
    assert await lane.call(threads_that_numpy_starts) == 0
