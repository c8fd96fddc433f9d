"""Posts in the outbox: put in with what they tell of, taken out by whoever can deliver them."""

import json
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.tables import outbox
from engine.alerts.model import Due, Post
from engine.cards import from_json, to_json
from engine.clock import Clock

CHANNEL = "atlas_outbox"
"""PostgreSQL's notification channel that tells of new posts, also between processes."""


BETWEEN_EDITS = timedelta(seconds=3)


def _not_too_soon(now: datetime) -> ColumnElement[datetime]:
    """Some seconds after the last edit that arrived, or now."""
    return func.greatest(now, outbox.c.delivered_at + BETWEEN_EDITS)


class PostgresOutbox:
    """Puts posts in, on one connection."""

    def __init__(self, connection: AsyncConnection, clock: Clock, origin: str = "") -> None:
        self._connection = connection
        self._clock = clock
        self._origin = origin

    async def put(self, post: Post) -> None:
        """INSERT, or replace the card and raise the revision; PostgreSQL tells of it at commit."""
        now, card = self._clock.now(), json.loads(to_json(post.card))
        await self._connection.execute(
            insert(outbox)
            .values(
                key=post.key,
                platform=post.platform,
                place=post.place,
                origin=self._origin,
                card=card,
                revision=1,
                due_at=now,
                created_at=now,
            )
            .on_conflict_do_update(
                index_elements=[outbox.c.key],
                set_={
                    "card": card,
                    "revision": outbox.c.revision + 1,
                    "due_at": now if post.urgent else _not_too_soon(now),
                },
            )
        )
        await self._connection.execute(
            text("SELECT pg_notify(:channel, :platform)"),
            {"channel": CHANNEL, "platform": post.platform},
        )


class PostgresClaim:
    """One row of the outbox, locked by this process."""

    def __init__(
        self, connection: AsyncConnection, row: Row[tuple[object, ...]], now: datetime
    ) -> None:
        self._connection = connection
        self._now = now
        self._id = row.id
        post = Post(row.key, row.place, from_json(json.dumps(row.card)))
        self.due = Due(post, row.revision, row.receipt, row.attempts)

    async def delivered(self, receipt: str) -> None:
        """UPDATE: this revision arrived."""
        await self._update(
            delivered_revision=self.due.revision,
            receipt=receipt,
            attempts=0,
            delivered_at=self._now,
        )

    async def postponed(self, until: datetime) -> None:
        """UPDATE: try again then."""
        await self._update(attempts=self.due.attempts + 1, due_at=until)

    async def _update(self, **values: object) -> None:
        await self._connection.execute(
            update(outbox).where(outbox.c.id == self._id).values(**values)
        )


class PostgresOutboxQueue:
    """Takes posts out; a row is locked while it is sent, so that no two processes send it.

    The posts of `own` platforms, such as a terminal, are for the process that put them in.
    """

    def __init__(self, database: Database, own: Collection[str] = (), origin: str = "") -> None:
        self._database = database
        self._own = own
        self._origin = origin

    @asynccontextmanager
    async def claim(
        self, platforms: Collection[str], now: datetime
    ) -> AsyncIterator[PostgresClaim | None]:
        """The oldest post due on those platforms."""
        query = (
            select(outbox)
            .where(
                outbox.c.delivered_revision < outbox.c.revision,
                outbox.c.platform.in_(platforms),
                or_(outbox.c.platform.not_in(self._own), outbox.c.origin == self._origin),
                outbox.c.due_at <= now,
            )
            .order_by(outbox.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        async with self._database.begin() as connection:
            row = (await connection.execute(query)).first()
            yield None if row is None else PostgresClaim(connection, row, now)
