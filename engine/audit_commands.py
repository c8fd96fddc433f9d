"""`atlas audit verify|list`: whether the audit log is whole, and who did what."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.audit.inspection import NOT_SEALED, Break, Inspection, Known, inspect
from engine.audit.model import BEGINNING, AuditRecord, Mark
from engine.audit.seals import Seals
from engine.data_folder import DataFolder

if TYPE_CHECKING:
    from engine.adapters.postgres.audit import PostgresAudit

Opened = Callable[[Path | None], AbstractContextManager[None]]
"""Puts the database of a data folder, or the configured one, into the environment."""

DataDir = Annotated[Path | None, typer.Option(help="Where this machine's data is kept.")]

_MARK = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")


def mark(text: str) -> Mark:
    """A mark such as `verify` prints it."""
    found = _MARK.fullmatch(text.strip())
    if found is None:
        message = f"{text!r} is no mark; write it as `atlas audit verify` printed it"
        raise typer.BadParameter(message)
    return Mark(int(found[1]), found[2])


def audit_commands(opened: Opened, folder_of: Callable[[Path | None], DataFolder]) -> typer.Typer:
    """The commands, on whatever database `opened` provides."""
    app = typer.Typer(help="Who did what, and whether that is all.", no_args_is_help=True)

    @app.command()
    def verify(
        head: Annotated[
            str | None, typer.Option(help="What an earlier `verify` printed, from elsewhere.")
        ] = None,
        unsealed: Annotated[
            int, typer.Option(min=0, help="So many first records are from before the key.")
        ] = 0,
        data_dir: DataDir = None,
    ) -> None:
        """Check that no record was changed, moved or removed."""
        given = () if head is None else (mark(head),)
        with opened(data_dir):
            found, known = asyncio.run(_verified(folder_of(data_dir), given, unsealed))
        for line in told_of(found, known):
            typer.echo(line)
        raise typer.Exit(1 if found.broken else 0)

    @app.command("list")
    def newest(
        since: Annotated[
            datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day; none before it.")
        ] = None,
        limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many.")] = 50,
        data_dir: DataDir = None,
    ) -> None:
        """Who did what, newest first; days and times are of UTC."""
        day = None if since is None else since.replace(tzinfo=UTC)
        with opened(data_dir):
            records = asyncio.run(_newest(day, limit))
        for line in map(_line, records):
            typer.echo(line)
        if not records:
            typer.echo("There are no records.")

    return app


async def _verified(
    folder: DataFolder, given: tuple[Mark, ...], unsealed: int
) -> tuple[Inspection, Known]:
    async with _audit() as (audit, seals, url):
        from engine.adapters.audit_witness import FileWitness  # noqa: PLC0415  # the import takes a second

        witness = FileWitness(folder.path, url)
        seen = witness.last()
        known = Known((*given, seen) if seen else given, unsealed)
        found = await inspect(audit, seals, known)
        if not found.broken and found.head != BEGINNING:
            witness.saw(found.head)
        return found, known


async def _newest(since: datetime | None, limit: int) -> tuple[AuditRecord, ...]:
    async with _audit() as (audit, _, _):
        return await audit.newest(since, limit)


@asynccontextmanager
async def _audit() -> "AsyncIterator[tuple[PostgresAudit, Seals, str]]":
    """The log of the configured database; raises MigrationsMissing where it has none."""
    from engine.adapters.postgres.audit import PostgresAudit  # noqa: PLC0415  # the import takes a second
    from engine.adapters.postgres.database import Database, DatabaseLimits  # noqa: PLC0415  # as above
    from engine.adapters.postgres.key_fingerprints import require_known_keys  # noqa: PLC0415  # as above
    from engine.adapters.postgres.migrate import require_newest  # noqa: PLC0415  # as above
    from engine.settings import Environment  # noqa: PLC0415  # as above

    keys = Environment.read(os.environ).keyring()
    url, seals = os.environ["ATLAS_DATABASE_URL"], Seals(keys or ())
    database = Database(url, DatabaseLimits())
    try:
        await require_newest(database)
        if keys is not None:
            await require_known_keys(database, keys)  # another key would make it look changed
        yield PostgresAudit(database, seals), seals, url
    finally:
        await database.close()


def told_of(found: Inspection, known: Known) -> list[str]:
    """What `verify` says."""
    from engine.cards import counted  # noqa: PLC0415  # the import takes time

    if found.broken is not None:
        return list(_told_of_break(found.broken, found.head))
    if found.since is None:
        return ["There are no records yet."]
    whole = f"{counted(found.head.number, 'record')}, unbroken since {_moment(found.since)}."
    unknown = (
        "Whether newer ones were cut off before now, nobody here knows: "
        "this is the first look from this machine."
    )
    keep = (
        f"Keep this elsewhere, to see later that none was: atlas audit verify --head {found.head}"
    )
    return [whole, *(() if known.marks else (unknown,)), keep]


def _told_of_break(broken: Break, head: Mark) -> Iterator[str]:
    from engine.cards import counted  # noqa: PLC0415  # the import takes time

    at = f" of {_moment(broken.at)}" if broken.at else ""
    yield f"The audit log is broken at record {broken.number}{at}: {broken.problem}."
    if head != BEGINNING:
        are = "is" if head.number == 1 else "are"
        yield f"Before it {counted(head.number, 'record')} {are} whole."
    if broken.problem == NOT_SEALED:
        yield "If there was no key when it was written, say how many there were: --unsealed."
    if broken.at is None:
        yield "They were removed, or the database is an older copy than was seen before."


def _line(record: AuditRecord) -> str:
    from engine.audit_answers import told  # noqa: PLC0415  # the import takes time

    entry = record.entry
    who = f"{record.number}  {_moment(entry.at)}  {entry.actor}  {entry.action}  {entry.subject}"
    detail = told(entry.detail)
    return f"{who}  ({detail})" if detail else who


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
