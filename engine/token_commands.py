"""`atlas token create|list|revoke`: who may use the API, as whoever holds the database says."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractContextManager, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from engine.people import Role

if TYPE_CHECKING:
    from engine.tokens.issuer import Issuer
    from engine.tokens.model import Token

T = TypeVar("T")

Opened = Callable[[Path | None], AbstractContextManager[None]]
"""Puts the database of a data folder, or the configured one, into the environment."""

DataDir = Annotated[Path | None, typer.Option(help="Where this machine's data is kept.")]

_SPAN = re.compile(r"([1-9][0-9]{0,4})([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 24 * 7}


def span(text: str) -> timedelta | None:
    """A time such as `90d`; None for `never`."""
    if text == "never":
        return None
    found = _SPAN.fullmatch(text)
    if found is None:
        message = f"{text!r} is no time; write hours, days or weeks such as 12h, 90d, 4w, or never"
        raise typer.BadParameter(message)
    return timedelta(hours=int(found[1]) * _HOURS[found[2]])


def token_commands(opened: Opened) -> typer.Typer:
    """The commands, on whatever database `opened` provides."""
    app = typer.Typer(help="Tokens for programs that use the API.", no_args_is_help=True)

    @app.command()
    def create(
        role: Annotated[Role, typer.Option(help="What it may do.")],
        name: Annotated[str, typer.Option(help="What it is for.")] = "unnamed",
        expires: Annotated[str, typer.Option(help="12h, 90d, 4w or never.")] = "90d",
        data_dir: DataDir = None,
    ) -> None:
        """Make a token; its secret is printed as the last word, and never again."""
        lasts, what = span(expires), " ".join(name.split())
        with opened(data_dir):
            issued = asyncio.run(_with(lambda issuer: issuer.issue(what, role, lasts)))
        token = issued.token
        until = _day(token.expires_at, "never")
        typer.echo(f"{token.role} token {token.id}, {token.name}, expires {until}: {issued.secret}")

    @app.command("list")
    def show(data_dir: DataDir = None) -> None:
        """All tokens: id, role, state, until when, last used, and what for."""
        with opened(data_dir):
            tokens = asyncio.run(_with(lambda issuer: issuer.all()))
        typer.echo("\n".join(_lines(tokens)))

    @app.command()
    def revoke(token_id: str, data_dir: DataDir = None) -> None:
        """Shut the door to a token for good, within seconds."""
        with opened(data_dir):
            asyncio.run(_with(lambda issuer: issuer.revoke(token_id)))
        typer.echo(f"Token {token_id} is revoked.")

    return app


async def _with(act: "Callable[[Issuer], Coroutine[object, object, T]]") -> T:
    async with _issuer() as issuer:
        return await act(issuer)


@asynccontextmanager
async def _issuer() -> "AsyncIterator[Issuer]":
    """Tokens of the configured database; raises MigrationsMissing where it has no place."""
    from engine.adapters.postgres.database import Database, DatabaseLimits  # noqa: PLC0415  # the import takes a second
    from engine.adapters.postgres.migrate import require_newest  # noqa: PLC0415  # as above
    from engine.adapters.postgres.tokens import PostgresTokens  # noqa: PLC0415  # as above
    from engine.clock import SystemClock  # noqa: PLC0415  # as above
    from engine.tokens.issuer import Issuer  # noqa: PLC0415  # as above

    database = Database(os.environ["ATLAS_DATABASE_URL"], DatabaseLimits())
    try:
        await require_newest(database)
        yield Issuer(PostgresTokens(database), SystemClock())
    finally:
        await database.close()


def _lines(tokens: "tuple[Token, ...]") -> list[str]:
    if not tokens:
        return ["There are no tokens. Make one with `atlas token create --role operator`."]
    from engine.clock import SystemClock  # noqa: PLC0415  # as above

    now = SystemClock().now()
    rows = [("ID", "ROLE", "STATE", "EXPIRES", "LAST USED", "NAME")]
    rows += [
        (
            token.id,
            str(token.role),
            str(token.state(now)),
            _day(token.expires_at, "never"),
            _day(token.used_at, "never"),
            token.name,
        )
        for token in tokens
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _day(moment: datetime | None, otherwise: str) -> str:
    return otherwise if moment is None else f"{moment:%Y-%m-%d}"
