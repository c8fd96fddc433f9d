"""A disk that is full: the run says so in one sentence, and the next one works."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.adapters.embedded import FOLDER
from engine.runs.model import RunStatus
from tests.faults.scenario import Scenario, Shape, opened
from tests.faults.servers import own_server

SIZE = 160
"""Megabytes of the disk; a fresh PostgreSQL takes a quarter."""

ROOM = 6 * 1024 * 1024
"""Bytes left free: enough for states, and not for a delivery."""

ROWS = 60_000


@pytest.fixture
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small disk of its own; skipped where none may be mounted."""
    place = tmp_path_factory.mktemp("disk")
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("only root may mount a small disk here")
    command = [mount, "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", str(place)]
    told = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # as it stands
    if told.returncode != 0:
        pytest.skip("this machine does not let a small disk be mounted")
    for parent in (place, *place.parents):
        if str(parent).startswith(str(tmp_path_factory.getbasetemp())):
            parent.chmod(0o755)  # where the tests run as root, the server runs as another user
    yield place
    subprocess.run(["umount", str(place)], check=True)  # noqa: S603, S607  # as it was mounted


def _log_elsewhere(disk: Path, folder: Path) -> None:
    """Keep the write-ahead log on another disk: PostgreSQL gives up all where that one is full."""
    inside, outside = disk / FOLDER / "pg_wal", folder / "pg_wal"
    owner = inside.stat()
    shutil.copytree(inside, outside)
    for path in (outside, *outside.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)
    outside.chmod(0o700)
    for parent in outside.parents[:3]:
        parent.chmod(0o755)
    shutil.rmtree(inside)
    inside.symlink_to(outside)


def _fill(disk: Path) -> Path:
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        file.write(bytes(max(0, shutil.disk_usage(disk).free - ROOM)))
    return ballast


@pytest.mark.timeout(180)
async def test_a_full_disk_is_told_and_the_next_run_works(disk: Path, tmp_path: Path) -> None:
    async with own_server(disk):
        pass
    _log_elsewhere(disk, tmp_path)
    async with own_server(disk) as server, opened(server.url, Shape(rows=ROWS)) as scenario:
        await scenario.worker()
        scenario.deliveries.arrive()
        await scenario.rows("CHECKPOINT")
        ballast = _fill(disk)
        run = await scenario.ended(await scenario.order())
        written = await _published(scenario)
        ballast.unlink()

        assert run.status is RunStatus.FAILED
        assert run.error == "PostgreSQL has no room left on its disk."
        assert written == []
        second = await scenario.order()
        assert (await scenario.ended(second)).status is RunStatus.SUCCEEDED
        assert await scenario.wrongs(second) == []


async def _published(scenario: Scenario) -> list[str]:
    rows = await scenario.rows(
        "SELECT tablename FROM pg_tables WHERE schemaname IN ('silver', 'gold')"
    )
    return [row["tablename"] for row in rows]
