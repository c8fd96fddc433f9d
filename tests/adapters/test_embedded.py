"""The embedded PostgreSQL: one server for all processes on a folder, stopped by the last."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import psutil
import pytest

from engine.adapters.embedded import BEHIND_THE_BOT, EmbeddedPostgres
from tests.adapters import embedded_user
from tests.world import eventually

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that the server's own user can reach."""
    made = tmp_path_factory.mktemp("data")
    for parent in (made, *made.parents):
        if str(parent).startswith("/tmp/"):  # noqa: S108  # pytest's own folder
            parent.chmod(0o755)
    return made


class User:
    """A process that uses the server."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    async def address(self) -> str:
        assert self.process.stdout is not None
        return (await asyncio.to_thread(self.process.stdout.readline)).strip()

    async def leave(self) -> None:
        await asyncio.to_thread(self.process.communicate, "\n", 60)


@contextmanager
def a_user(folder: Path) -> Iterator[User]:
    command = [sys.executable, "-m", embedded_user.__name__, str(folder)]
    with subprocess.Popen(  # noqa: S603  # a module of these tests
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield User(process)
        finally:
            process.kill()


def server_pid(folder: Path) -> int | None:
    file = folder / "postgres" / "postmaster.pid"
    try:
        pid = int(file.read_text().splitlines()[0])
    except FileNotFoundError:
        return None
    return pid if psutil.pid_exists(pid) else None


async def stopped(folder: Path) -> None:
    async def look() -> bool | None:
        return server_pid(folder) is None or None

    await eventually(look)


async def answers(address: str) -> bool:
    connection = await asyncpg.connect(address)
    try:
        return bool(await connection.fetchval("SELECT 1") == 1)
    finally:
        await connection.close()


async def test_two_processes_share_one_server_and_the_last_one_stops_it(folder: Path) -> None:
    with a_user(folder) as first:
        address = await first.address()
        pid = server_pid(folder)
        with a_user(folder) as second:
            assert await second.address() == address
            assert server_pid(folder) == pid is not None

            await first.leave()

            assert await answers(address)
            await second.leave()

    await stopped(folder)


async def test_a_process_that_was_killed_is_forgotten_and_the_server_stops_in_the_end(
    folder: Path,
) -> None:
    with a_user(folder) as killed:
        address = await killed.address()
        killed.process.kill()
        await asyncio.to_thread(killed.process.wait)
    assert await answers(address)

    with a_user(folder) as last:
        assert await last.address() == address
        await last.leave()

    await stopped(folder)


async def test_the_sessions_of_the_server_leave_the_processor_to_answers(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    connection = await asyncpg.connect(server.start())
    try:
        number = await connection.fetchval("SELECT pg_backend_pid()")

        assert psutil.Process(number).nice() == BEHIND_THE_BOT
    finally:
        await connection.close()
        server.stop()
