"""Posts in the outbox: put in with what they tell of, taken out by whoever can deliver them."""

import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, case, func, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import Update

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.outbox_tables import outbox_places
from engine.adapters.postgres.tables import outbox
from engine.alerts.model import Dead, Due, Later, Post, Undelivered
from engine.alerts.ports import DeliveryFailed
from engine.cards import from_json, to_json
from engine.clock import Clock

CHANNEL = "atlas_outbox"
"""PostgreSQL's notification channel that tells of new posts, also between processes."""


BETWEEN_EDITS = timedelta(seconds=3)

SETTLING = 2.0

_WAITS = """delivered_revision < revision AND dead_at IS NULL
  AND due_at <= CAST(:now AS timestamptz)
  AND (NOT platform = ANY(CAST(:own AS text[])) OR origin = :origin)
  AND (thread IS NULL OR NOT EXISTS (SELECT FROM atlas.outbox above
    WHERE above.key = post.thread AND above.receipt IS NULL AND above.dead_at IS NULL))"""
"""What belongs in a thread waits for the message that begins it."""

_PLACES = text(
    f"""SELECT place FROM (
  SELECT place, min(id) AS oldest FROM atlas.outbox post
  WHERE {_WAITS} AND platform = ANY(CAST(:platforms AS text[]))
    AND NOT place = ANY(CAST(:without AS text[])) GROUP BY place) waiting
WHERE NOT EXISTS (SELECT FROM atlas.outbox_places resting
  WHERE resting.place = waiting.place AND not_before > CAST(:now AS timestamptz))
ORDER BY oldest LIMIT 32"""
)

_HOLD = text(
    """SELECT place FROM atlas.outbox_places WHERE place = :place
  AND (not_before IS NULL OR not_before <= CAST(:now AS timestamptz))
FOR UPDATE SKIP LOCKED"""
)

# by `place, id` those that wait are found in their order, whatever the planner believes of them
_NEXT = text(
    f"""WITH next AS (
  SELECT id, key, place, CAST(card AS text) AS card, thread, revision, receipt, attempts,
    (SELECT above.receipt FROM atlas.outbox above WHERE above.key = post.thread) AS thread_receipt,
    receipt IS NULL AND tried_at IS NOT NULL AS doubtful,
    coalesce(tried_at > clock_timestamp() - make_interval(secs => :settling), false) AS unsettled
  FROM atlas.outbox post WHERE place = :place AND {_WAITS}
  ORDER BY place, id LIMIT 1 FOR UPDATE SKIP LOCKED
), tried AS (
  UPDATE atlas.outbox SET tried_at = clock_timestamp() FROM next
  WHERE outbox.id = next.id AND next.receipt IS NULL AND NOT next.unsettled
)
SELECT * FROM next WHERE NOT unsettled"""
)
"""A message is marked before it is sent for the first time; an edit can be sent twice."""

_AGAIN = text(
    """UPDATE atlas.outbox SET due_at = :now WHERE place = :place AND attempts > 0
  AND delivered_revision < revision AND dead_at IS NULL AND due_at > :now"""
)

_UNDELIVERED = text(
    """SELECT place, card ->> 'title', failing_since, attempts, reason, hint,
  CASE WHEN dead_at IS NULL THEN due_at END
FROM atlas.outbox WHERE failing_since IS NOT NULL
ORDER BY dead_at IS NULL, failing_since DESC, id DESC LIMIT :limit"""
)


def _not_too_soon(now: datetime) -> ColumnElement[datetime]:
    """Some seconds after the last edit that arrived, or now."""
    return func.greatest(now, outbox.c.delivered_at + BETWEEN_EDITS)


def _attempts_unless_dead() -> ColumnElement[int]:
    """What was given up is tried from the beginning."""
    return case((outbox.c.dead_at.is_not(None), 0), else_=outbox.c.attempts)


class PostgresOutbox:
    """Puts posts in, on one connection."""

    def __init__(self, connection: AsyncConnection, clock: Clock, origin: str = "") -> None:
        self._connection = connection
        self._clock = clock
        self._origin = origin

    async def put(self, post: Post) -> None:
        """INSERT, or replace the card and raise the revision; PostgreSQL tells of it at commit."""
        now, card = self._clock.now(), json.loads(to_json(post.card))
        due = max(now, post.not_before or now)
        await self._connection.execute(
            insert(outbox)
            .values(
                key=post.key,
                platform=post.platform,
                place=post.place,
                origin=self._origin,
                thread=post.thread,
                card=card,
                revision=1,
                due_at=due,
                created_at=now,
                tried_at=func.clock_timestamp() if post.tried else None,
            )
            .on_conflict_do_update(
                index_elements=[outbox.c.key],
                set_={
                    "card": card,
                    "revision": outbox.c.revision + 1,
                    "due_at": due if post.urgent else _not_too_soon(due),
                    "attempts": 0 if due > now else _attempts_unless_dead(),
                    "dead_at": None,
                },
            )
        )
        await self._connection.execute(
            text("SELECT pg_notify(:channel, :platform)"),
            {"channel": CHANNEL, "platform": post.platform},
        )


class PostgresHeld:
    """A place whose row is locked on `connection`; each post is noted by a statement of its own.

    So whoever puts in a newer form of a post never waits for a platform, and what was noted stays
    when this process is killed.
    """

    def __init__(
        self,
        database: Database,
        connection: AsyncConnection,
        place: str,
        given: Mapping[str, object],
    ) -> None:
        self._database = database
        self._connection = connection
        self._place = place
        self._given = given

    async def next(self, now: datetime) -> Due | None:
        """SELECT the first post due, and UPDATE that it is tried, in one statement."""
        given = {**self._given, "place": self._place, "now": now}
        async with self._database.connect() as connection:
            row = (await connection.execute(_NEXT, given)).first()
        return None if row is None else _due(row)

    async def delivered(self, due: Due, receipt: str, now: datetime) -> None:
        """UPDATE: this revision arrived; where it had not before, others may arrive too."""
        async with self._database.connect() as connection:
            await connection.execute(
                _row(due).values(
                    delivered_revision=due.revision,
                    receipt=receipt,
                    delivered_at=now,
                    attempts=0,
                    tried_at=None,
                    failing_since=None,
                    reason="",
                    hint="",
                )
            )
            if due.attempts:
                await connection.execute(_AGAIN, {"place": self._place, "now": now})

    async def failed(
        self, due: Due, error: DeliveryFailed, verdict: Later | Dead, now: datetime
    ) -> None:
        """UPDATE with the place: the post and the rest of its place are known together."""
        changed: dict[str, object] = {
            "attempts": outbox.c.attempts + 1,
            "failing_since": func.coalesce(outbox.c.failing_since, now),
            "reason": error.message,
            "hint": error.hint,
        }
        if isinstance(verdict, Later):
            changed["due_at"] = func.greatest(outbox.c.due_at, verdict.until)
        else:
            # a newer form that came meanwhile is not what was refused
            changed["dead_at"] = case((outbox.c.revision == due.revision, now))
        if not error.unclear and not due.doubtful:
            changed["tried_at"] = None
        await self._connection.execute(_row(due).values(changed))

    async def rest(self, until: datetime) -> None:
        """UPDATE the place."""
        await self._connection.execute(
            update(outbox_places)
            .where(outbox_places.c.place == self._place)
            .values(not_before=until)
        )


class PostgresOutboxQueue:
    """Takes posts out; a place is locked while its posts are sent, so that no two processes do it.

    The posts of `own` platforms, such as a terminal, are for the process that put them in. What was
    sent by a process that was killed is left alone for `settling` seconds: by then it arrived.
    """

    def __init__(
        self,
        database: Database,
        own: Collection[str] = (),
        origin: str = "",
        *,
        settling: float = SETTLING,
    ) -> None:
        self._database = database
        self._given = {"own": list(own), "origin": origin}
        self._settling = settling
        self._known: set[str] = set()

    async def places(
        self, platforms: Collection[str], now: datetime, without: Collection[str] = ()
    ) -> Sequence[str]:
        """One SELECT."""
        given = {"platforms": list(platforms), "without": list(without), "now": now}
        async with self._database.connect() as connection:
            return tuple(await connection.scalars(_PLACES, {**self._given, **given}))

    @asynccontextmanager
    async def hold(self, place: str, now: datetime) -> AsyncIterator[PostgresHeld | None]:
        """SELECT the place's row FOR UPDATE."""
        await self._know(place)
        given = {**self._given, "settling": self._settling}
        async with self._database.begin() as connection:
            row = (await connection.execute(_HOLD, {"place": place, "now": now})).first()
            yield None if row is None else PostgresHeld(self._database, connection, place, given)

    async def _know(self, place: str) -> None:
        """INSERT the place's row where there is none."""
        if place in self._known:
            return
        async with self._database.connect() as connection:
            await connection.execute(
                insert(outbox_places).on_conflict_do_nothing(), {"place": place}
            )
        self._known.add(place)

    async def undelivered(self, limit: int) -> Sequence[Undelivered]:
        """SELECT what is given up, then what is tried in vain."""
        async with self._database.connect() as connection:
            rows = await connection.execute(_UNDELIVERED, {"limit": limit})
            return tuple(Undelivered(*row) for row in rows)


def _row(due: Due) -> Update:
    return update(outbox).where(outbox.c.key == due.post.key)


def _due(row: Row[tuple[object, ...]]) -> Due:
    post = Post(row.key, row.place, from_json(row.card), thread=row.thread)
    return Due(post, row.revision, row.receipt, row.attempts, row.doubtful, row.thread_receipt)
