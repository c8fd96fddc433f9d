"""Keeps all that can be read of a bot outside of bronze: tables, logs, outputs, files."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url
from typing_extensions import override

from engine.runs.model import RunStatus
from tests.adapters.builders import execute
from tests.world import World

PLACES = ("tables", "log", "output", "server log", "server", "cards", "page", "answers", "files")


@dataclass(slots=True)
class Seen:
    """All that could be read outside of bronze, by where it was."""

    texts: dict[str, list[str]] = field(default_factory=lambda: {each: [] for each in PLACES})
    runs: dict[str, RunStatus] = field(default_factory=dict)
    bronze: list[str] = field(default_factory=list)

    def note(self, place: str, *texts: str) -> None:
        """Keep what was read somewhere."""
        self.texts[place].extend(texts)


ADVISED = {"log_error_verbosity": "terse", "log_min_error_statement": "fatal"}
"""What docs/running.md says to a server of one's own, which logs more than the embedded one."""


async def log_with(url: str, **settings: str) -> None:
    name = make_url(url).database
    for setting, value in settings.items():
        await execute(url, f'ALTER DATABASE "{name}" SET {setting} = {value}')


@contextmanager
def logged(found: Seen) -> Iterator[None]:
    """Every record of every logger, whatever levels are set."""

    class Keeping(logging.Handler):
        @override
        def emit(self, record: logging.LogRecord) -> None:
            found.note("log", self.format(record))

    root, keeping = logging.getLogger(), Keeping()
    loggers = [root, *(logging.getLogger(name) for name in root.manager.loggerDict)]
    levels = {each: each.level for each in loggers}
    for each in loggers:
        each.setLevel(logging.NOTSET)
    # the lines of requests are never written, see engine/logs.py: an address is the asker's own
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    root.setLevel(logging.DEBUG)
    root.addHandler(keeping)
    try:
        yield
    finally:
        root.removeHandler(keeping)
        for each, level in levels.items():
            each.setLevel(level)


@contextmanager
def printed(found: Seen, folder: Path) -> Iterator[None]:
    """What this process and those that it starts write to their outputs."""
    path = folder / "printed"
    before = {number: os.dup(number) for number in (1, 2)}
    with path.open("wb") as file:
        for number in before:
            os.dup2(file.fileno(), number)
        print("the outputs are kept", file=sys.__stderr__, flush=True)
        try:
            yield
        finally:
            for number, kept in before.items():
                os.dup2(kept, number)
                os.close(kept)
    found.note("output", path.read_text(errors="replace"))
    path.unlink()


async def read_tables(world: World, found: Seen) -> None:
    """Every row of every table, and what the server keeps of statements and statistics."""
    names = await world.rows(
        "SELECT schemaname AS schema, format('%I.%I', schemaname, relname) AS name FROM ("
        "SELECT schemaname, tablename AS relname FROM pg_tables UNION ALL "
        "SELECT schemaname, viewname FROM pg_views UNION ALL "
        "SELECT schemaname, matviewname FROM pg_matviews) all_of_them "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    for each in names:
        rows = await world.rows(f"SELECT t::text AS row FROM {each['name']} t")  # noqa: S608  # quoted by PostgreSQL
        texts = [f"{each['name']} {row['row']}" for row in rows]
        if each["schema"] == "bronze":
            found.bronze.extend(texts)
        else:
            found.note("tables", *texts)
    for query in (
        "SELECT a::text FROM pg_stat_activity a",
        "SELECT s::text FROM pg_stats s WHERE schemaname <> 'bronze'",
        "SELECT d::text FROM pg_description d",
        "SELECT d::text FROM pg_attrdef d",
    ):
        found.note("server", *(str(row[0]) for row in await world.rows(query)))


def read_files(folder: Path, found: Seen) -> None:
    """Every file that Atlas has, but for what was delivered."""
    for path in folder.rglob("*"):
        delivered = path.is_relative_to(folder / "project" / "deliveries")
        if path.is_file() and not delivered and path.name != "printed":
            found.note("files", f"{path}\n{path.read_text(errors='replace')}")


async def _server_log(url: str) -> Path:
    connection = await asyncpg.connect(url)
    try:
        return Path(str(await connection.fetchval("SHOW data_directory"))) / "log"
    finally:
        await connection.close()


async def server_log_size(url: str) -> int:
    return (await _server_log(url)).stat().st_size


async def read_server_log(found: Seen, url: str, begun: int) -> None:
    data = (await _server_log(url)).read_bytes()[begun:]
    found.note("server log", data.decode(errors="replace"))
