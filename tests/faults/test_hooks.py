"""A hook that hangs harms nobody else: the run ends as ever, and so does the process."""

import time
from pathlib import Path

import pytest

from engine.hooks.caller import CALL_TIMEOUT
from engine.runs.model import RunStatus
from tests.faults.scenario import Shape, opened

HOOK = """
import time

def started(run):
    print("the hook hangs", flush=True)
    time.sleep(3600)
"""

SOON = 8.0
"""Seconds within which a worker stops, also where its hooks hang."""


def _installed(folder: Path) -> Path:
    """A package with the hook, as pip would have put it there."""
    about = folder / "hanging-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: hanging\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[atlas_hooks]\nhanging = hanging\n")
    (folder / "hanging.py").write_text(HOOK)
    return folder


@pytest.mark.timeout(120)
async def test_a_hook_that_hangs_delays_neither_the_run_nor_the_stop(
    database_url: str, tmp_path: Path
) -> None:
    environment = {"PYTHONPATH": str(_installed(tmp_path / "packages"))}
    async with opened(database_url, Shape(environment=environment)) as scenario:
        worker = await scenario.worker()
        scenario.deliveries.arrive()
        run_id = await scenario.order()
        run = await scenario.ended(run_id)

        assert run.status is RunStatus.SUCCEEDED
        assert await scenario.wrongs(run_id) == []
        assert run.seconds is not None
        assert run.seconds < CALL_TIMEOUT, "the run waited for the hook"
        begin = time.perf_counter()
        assert await worker.stop() == 0
        assert time.perf_counter() - begin < SOON
        assert b"some hooks were not told everything" in worker.log.read_bytes()
