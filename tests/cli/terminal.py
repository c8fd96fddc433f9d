"""A terminal in which somebody types `atlas …`."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

import psutil

from tests.world import PATIENCE, TEST_KEY

ATLAS = (sys.executable, "-m", "engine.cli")


def environment(**variables: str) -> dict[str, str]:
    """The environment of a terminal, where nothing of Atlas is set but what the test says."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ATLAS_")}
    return {**inherited, "COLUMNS": "200", **variables}


def atlas(*words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """What a command prints, and its exit code."""
    return subprocess.run(  # noqa: S603  # Atlas itself
        [*ATLAS, *words],
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )


def all_of(
    commands: Mapping[str, tuple[str, ...]], **variables: str
) -> "dict[str, subprocess.CompletedProcess[str]]":
    """The same for several commands that run side by side."""
    running = {
        name: subprocess.Popen(  # noqa: S603  # as above
            [*ATLAS, *words],
            env=environment(**variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name, words in commands.items()
    }
    done = {}
    for name, process in running.items():
        out, err = process.communicate(timeout=2 * PATIENCE)
        done[name] = subprocess.CompletedProcess(commands[name], process.returncode, out, err)
    return done


def in_one_sentence(result: "subprocess.CompletedProcess[str]") -> str:
    """What a command that failed said on standard error; never a traceback."""
    assert result.returncode == 1, result
    assert "Traceback" not in result.stderr + result.stdout
    said = result.stderr.strip()
    assert said
    assert len(said.splitlines()) == 1, said
    return said


@contextmanager
def data_folder() -> Iterator[Path]:
    """A data folder directly below /tmp: the database's own user must reach it."""
    folder = Path(tempfile.mkdtemp(prefix="atlas-cli-"))
    folder.chmod(0o755)
    yield folder
    rmtree(folder)


@dataclass(frozen=True, slots=True)
class Stopped:
    """How a process ended."""

    code: int
    seconds: float
    output: str


@dataclass(frozen=True, slots=True)
class Running:
    """An Atlas that runs until it is interrupted."""

    process: "subprocess.Popen[str]"
    folder: Path
    greeting: str

    @property
    def address(self) -> str:
        """The address that it printed."""
        return next(word for word in self.greeting.split() if word.startswith("http://"))

    def interrupt(self) -> Stopped:
        """Ctrl-C, which a terminal sends to every process of the group."""
        began = time.monotonic()
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        rest, _ = self.process.communicate(timeout=PATIENCE)
        return Stopped(
            self.process.returncode, time.monotonic() - began, self.greeting + (rest or "")
        )


@contextmanager
def running(
    *words: str, folder: Path, until: str, interrupted: bool = True, **variables: str
) -> Iterator[Running]:
    """A command that goes on, once it said that it is ready."""
    process = subprocess.Popen(  # noqa: S603  # as above
        [*ATLAS, *words],
        env=environment(ATLAS_DATA_DIR=str(folder), **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    greeting = ""
    assert process.stdout is not None
    while until not in greeting and (line := process.stdout.readline()):
        greeting += line
    atlas_runs = Running(process, folder, greeting)
    try:
        assert until in greeting, greeting
        yield atlas_runs
    finally:
        if interrupted:
            atlas_runs.interrupt()


def servers_of(folder: Path) -> list[int]:
    """The PostgreSQL servers that work on a data folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if any("postgres" in word for word in words[:1]) and any(str(folder) in w for w in words):
            found.append(process.pid)
    return found


SECRETS = {"ATLAS_SECRET_KEY": TEST_KEY}
