"""People's own code is called after the commit, and harms nobody but itself."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.metadata import EntryPoint

import pytest

from engine.adapters import hooks
from engine.adapters.hooks import ThreadedHook, load_hooks
from engine.hooks.caller import HookCaller
from engine.runs.events import RunChanged, RunEvent, RunFinished, StepFinished
from engine.runs.model import RunStatus, StepStatus
from tests.builders import RUN_ID, a_run, a_step
from tests.hooks import code
from tests.hooks.code import Noting, OnlyQueued, raising, sleeping, stubborn
from tests.world import PATIENCE

QUEUED = RunChanged(a_run())


class Tx:
    """A transaction that a test commits, or not."""

    def __init__(self) -> None:
        self._acts: list[Callable[[], None]] = []

    def after_commit(self, act: Callable[[], None]) -> None:
        """Remember what is to be done."""
        self._acts.append(act)

    def commit(self) -> None:
        """Do it."""
        for act in self._acts:
            act()


async def tell(caller: HookCaller, *events: RunEvent) -> None:
    """Tell events, each committed."""
    for event in events:
        tx = Tx()
        await caller.hear(tx, event)
        tx.commit()


@asynccontextmanager
async def calling(
    *codes: object, limit: float = 5.0, waiting: int = 100
) -> AsyncIterator[HookCaller]:
    """A caller at work with hooks named by their place."""
    threaded = [ThreadedHook(f"hook-{at}", each) for at, each in enumerate(codes)]
    caller = HookCaller(threaded, timeout=limit, waiting=waiting)
    async with caller.at_work():
        yield caller


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that another thread does."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.005)


async def test_a_hook_hears_a_whole_run_in_order_in_a_thread_of_its_own() -> None:
    noting = Noting()
    running = a_run(status=RunStatus.RUNNING)
    step = a_step(status=StepStatus.SUCCEEDED)

    async with calling(noting) as caller:
        await tell(caller, QUEUED, RunChanged(running), StepFinished(running, step))
        await tell(caller, RunFinished(replace(running, status=RunStatus.SUCCEEDED)))

    assert noting.heard == [
        f"queued {RUN_ID}",
        f"started {RUN_ID}",
        f"step_finished {RUN_ID} refine",
        f"finished {RUN_ID} succeeded",
    ]
    assert len(noting.threads) == 1
    assert threading.get_ident() not in noting.threads


async def test_what_was_rolled_back_is_told_to_nobody() -> None:
    noting = Noting()

    async with calling(noting) as caller:
        await caller.hear(Tx(), QUEUED)

    assert noting.heard == []


BAD = {
    "raises": raising(ValueError("maria@example.com")),
    "ends the process": raising(SystemExit(1)),
    "interrupts": raising(KeyboardInterrupt()),
    "cancels itself": raising(asyncio.CancelledError()),
}


@pytest.mark.parametrize("act", BAD.values(), ids=BAD)
async def test_a_hook_that_fails_is_logged_by_its_name_and_called_again(
    act: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    bad, noting = OnlyQueued(act), Noting()

    async with calling(bad, noting) as caller:
        await tell(caller, QUEUED, QUEUED)

    assert bad.calls == 2
    assert len(noting.heard) == 2
    assert caplog.text.count("hook hook-0 failed at queued") == 2
    assert "maria" not in caplog.text


@pytest.mark.parametrize("hangs", ["blocks", "will not be cancelled"])
async def test_a_hook_that_hangs_delays_nobody_and_not_the_stop(
    hangs: str, caplog: pytest.LogCaptureFixture
) -> None:
    gate, noting = threading.Event(), Noting()
    hanging = OnlyQueued(stubborn if hangs != "blocks" else lambda: gate.wait(PATIENCE))
    began = time.monotonic()

    async with calling(hanging, noting, limit=0.1) as caller:
        await tell(caller, QUEUED, QUEUED)
        await until(lambda: len(noting.heard) == 2)
        heard_after = time.monotonic() - began
        await until(lambda: "hook hook-0 took too long at queued" in caplog.text)

    assert heard_after < 1.0
    assert time.monotonic() - began < 4.0
    gate.set()


async def test_a_hook_that_blocks_leaves_the_event_loop_free() -> None:
    slow = OnlyQueued(sleeping(0.3))
    turns = 0

    async with calling(slow) as caller:
        await tell(caller, QUEUED)
        began = time.monotonic()
        while time.monotonic() - began < 0.2:
            await asyncio.sleep(0)
            turns += 1

    assert turns > 100


async def test_a_slow_hook_hears_the_newest_and_the_log_counts_what_it_missed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    gate = threading.Event()
    noting = Noting()

    class Slow:
        def queued(self, run: object) -> None:
            gate.wait(PATIENCE)
            noting.queued(run)  # type: ignore[arg-type]  # it is a document

    runs = [a_run(id=f"{number:08d}") for number in range(10)]
    async with calling(Slow(), waiting=3) as caller:
        await tell(caller, RunChanged(runs[0]))
        await asyncio.sleep(0.05)
        await tell(caller, *(RunChanged(run) for run in runs[1:]))
        gate.set()

    assert noting.heard == [f"queued {run.id}" for run in (runs[0], *runs[-3:])]
    assert "hook hook-0 is behind: 6 calls left out" in caplog.text


async def test_a_hook_needs_only_the_functions_that_it_wants() -> None:
    only = OnlyQueued(lambda: None)

    async with calling(only) as caller:
        await tell(caller, QUEUED, RunFinished(a_run(status=RunStatus.FAILED)))

    assert only.calls == 1


async def test_what_waits_at_the_stop_is_still_told() -> None:
    noting = Noting()

    async with calling(noting) as caller:
        await tell(caller, *(RunChanged(a_run(id=f"{number:08d}")) for number in range(50)))

    assert len(noting.heard) == 50


async def test_without_hooks_nothing_is_done() -> None:
    tx = Tx()

    await HookCaller(()).hear(tx, QUEUED)

    assert tx._acts == []


def test_hooks_are_loaded_by_name_and_bad_ones_left_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    values = {
        "made": "tests.hooks.code:make",
        "instance": "tests.hooks.code:made",
        "broken": "tests.hooks.code:broken",
        "absent": "tests.hooks.no_such_module:hook",
        "nothing": "tests.hooks.code:nothing",
    }
    entries = [EntryPoint(name, value, hooks.GROUP) for name, value in values.items()]
    monkeypatch.setattr(
        hooks, "entry_points", lambda group: [e for e in entries if e.group == group]
    )

    loaded = load_hooks()

    assert [(each.name, each._code) for each in loaded] == [
        ("instance", code.made),
        ("made", code.made),
    ]
    for each in loaded:
        each.close()
    assert "hook broken can't be loaded: ValueError in tests.hooks.code:broken" in caplog.text
    assert "hook absent can't be loaded" in caplog.text
    assert "hook nothing has none of the functions queued" in caplog.text
    assert "hunter2" not in caplog.text
