"""PostgreSQL servers of a test's own: to be killed and started again, or on a disk that is full."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from engine.adapters.embedded import FOLDER

TIMEOUT = 60.0


class OwnServer:
    """An embedded PostgreSQL, held by a process of its own so that both can be killed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._holder: asyncio.subprocess.Process | None = None
        self.url = ""

    async def start(self) -> None:
        """Start it, also after it was killed."""
        self._holder = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.adapters.embedded_user", str(self._folder),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        assert self._holder.stdout is not None
        async with asyncio.timeout(TIMEOUT):
            line = await self._holder.stdout.readline()
        assert line, "PostgreSQL did not start"
        self.url = line.decode().strip()

    async def kill(self) -> None:
        """SIGKILL to the server and everything that belongs to it."""
        postmaster = psutil.Process(self._pid())
        family = [postmaster, *postmaster.children(recursive=True)]
        for each in family:
            _signal(each.pid, signal.SIGKILL)
        await asyncio.to_thread(psutil.wait_procs, family, TIMEOUT)
        if self._holder is not None:
            self._holder.kill()
            await self._holder.wait()

    def _pid(self) -> int:
        return int((self._folder / FOLDER / "postmaster.pid").read_text().splitlines()[0])

    async def stop(self) -> None:
        """End it in peace."""
        if self._holder is None or self._holder.returncode is not None:
            return
        async with asyncio.timeout(TIMEOUT):
            await self._holder.communicate(b"\n")


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


@asynccontextmanager
async def own_server(folder: Path | None = None) -> AsyncIterator[OwnServer]:
    """A server for the block, in a folder that goes away unless one is given."""
    with TemporaryDirectory(prefix="atlas-faults-") as name:
        place = folder or Path(name)
        place.chmod(0o755)  # where the tests run as root, the server runs as another user
        server = OwnServer(place)
        await server.start()
        try:
            yield server
        finally:
            await server.stop()
