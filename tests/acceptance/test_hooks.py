"""People's own code hears of a run that somebody asked for in chat."""

import threading
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from engine.adapters import hooks
from engine.runs.model import RunStatus
from tests.hooks import code
from tests.world import PATIENCE, eventually, opened_world


class Stuck:
    """Hangs at its first call."""

    def __init__(self) -> None:
        self.gate = threading.Event()

    def queued(self, _: object) -> None:
        """Wait for longer than any test does."""
        self.gate.wait(2 * PATIENCE)


stuck = Stuck()


async def test_hooks_hear_of_a_run_and_one_that_hangs_delays_neither_it_nor_the_stop(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [
        EntryPoint("good", "tests.hooks.code:made", hooks.GROUP),
        EntryPoint("stuck", "tests.acceptance.test_hooks:stuck", hooks.GROUP),
    ]
    monkeypatch.setattr(hooks, "entry_points", lambda **_: entries)
    code.made.heard.clear()

    async with opened_world(database_url, tmp_path, monkeypatch) as world:
        run = await world.run("ingest products")

        async def told() -> bool | None:
            return len(code.made.heard) >= 4 or None

        await eventually(told)

    stuck.gate.set()
    assert run.status is RunStatus.SUCCEEDED
    assert code.made.heard == [
        f"queued {run.id}",
        f"started {run.id}",
        f"step_finished {run.id} ingest",
        f"finished {run.id} succeeded",
    ]
