"""Atlas in processes of their own: workers and bots that can be killed and frozen."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from engine.demo import free_port

START_TIMEOUT = 60.0
END_TIMEOUT = 20.0

_NAMED = re.compile(r"^atlas [0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a process tells that it lives, and after how long it counts as dead."""

    heartbeat: float = 0.3
    takeover_after: float = 1.0


DEFAULTS = Pace(2.0, 8.0)


@dataclass(frozen=True, slots=True)
class Atlas:
    """A worker or a bot at work, by the name that its sessions carry."""

    name: str
    process: asyncio.subprocess.Process
    log: Path

    @property
    def alive(self) -> bool:
        """Whether it was not ended yet."""
        return self.process.returncode is None

    async def kill(self) -> None:
        """SIGKILL."""
        if self.alive:
            self.process.kill()
            await self.process.wait()

    def freeze(self) -> None:
        """SIGSTOP."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self.process.send_signal(signal.SIGCONT)

    async def stop(self) -> int:
        """SIGTERM, and how it ended."""
        if self.alive:
            self.process.terminate()
        async with asyncio.timeout(END_TIMEOUT):
            return await self.process.wait()


class Starter:
    """Starts processes on one database and one project, one after the other."""

    def __init__(self, url: str, folder: Path, pace: Pace, environment: Mapping[str, str]) -> None:
        self._url = url
        self._folder = folder
        self._pace = pace
        self._environment = {**os.environ, **environment, "ATLAS_DATABASE_URL": url}
        self._turn = asyncio.Lock()
        self._count = 0

    async def worker(self, at_once: int = 1, grace: float = 1.0) -> Atlas:
        """`atlas worker`."""
        options = ("--concurrency", str(at_once), "--grace", str(grace))
        return await self._start("worker", options)

    async def bot(self, at_once: int = 1) -> Atlas:
        """`atlas start`, with the page."""
        return await self._start("start", (), at_once)

    async def _start(self, command: str, options: Sequence[str], at_once: int = 1) -> Atlas:
        async with self._turn:  # a process is known by the name that is new in the database
            self._count += 1
            folder = self._folder / f"{command}{self._count}"
            folder.mkdir()
            before = await self._names()
            log, configuration = folder / "log", folder / "configuration.yaml"
            configuration.write_text(_configuration(self._pace, at_once))
            process = await self._spawned(
                [command, "-c", str(configuration), *options], folder, log
            )
            try:
                await _ready(process, log)
                (name,) = await self._names() - before
            except BaseException:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
                raise
            return Atlas(name, process, log)

    async def _spawned(
        self, arguments: Sequence[str], folder: Path, log: Path
    ) -> asyncio.subprocess.Process:
        environment: Mapping[str, str] = {**self._environment, "ATLAS_DATA_DIR": str(folder)}
        with log.open("wb") as errors:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "engine.cli", *arguments,
                env=environment,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
            )  # fmt: skip

    async def _names(self) -> set[str]:
        connection = await asyncpg.connect(self._url)
        try:
            rows = await connection.fetch(
                "SELECT application_name AS name FROM pg_stat_activity "
                "WHERE datname = current_database()"
            )
        finally:
            await connection.close()
        found = (_NAMED.match(row["name"]) for row in rows)
        return {match[0] for match in found if match}


def _configuration(pace: Pace, at_once: int) -> str:
    return f"""
connectors: {{web: {{token: faults}}}}
skills: {{runs: {{}}}}
databases:
  engine:
    heartbeat: {pace.heartbeat}
    takeover_after: {pace.takeover_after}
    runs_at_once: {at_once}
    grace: 1
web: {{host: 127.0.0.1, port: {free_port()}}}
"""


async def _ready(process: asyncio.subprocess.Process, log: Path) -> None:
    """Wait for the line that says so."""
    assert process.stdout is not None
    async with asyncio.timeout(START_TIMEOUT):
        while line := await process.stdout.readline():
            if line.startswith((b"Atlas works here", b"Atlas is ready")):
                return
    raise AssertionError(f"it did not start: {_tail(log)}")


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-2_000:]
