"""Subscriptions and mutes in the state tables."""

import json
from collections.abc import Sequence
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Row, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres.routing_tables import mutes, subscriptions
from engine.alerts.routing.model import Muted, Subscription
from engine.topics import Topic

_TOPIC = TypeAdapter(Topic)


class PostgresRouting:
    """Subscriptions and mutes on one connection, in the transaction of whoever holds it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def subscriptions(self, place: str | None = None) -> Sequence[Subscription]:
        """SELECT, oldest first."""
        query = select(subscriptions).order_by(subscriptions.c.id)
        if place is not None:
            query = query.where(subscriptions.c.place == place)
        return tuple(_subscription(row) for row in await self._connection.execute(query))

    async def subscribe(self, subscription: Subscription) -> bool:
        """INSERT, unless the place has the topic."""
        made = await self._connection.execute(
            insert(subscriptions)
            .values(
                place=subscription.place,
                topic=_as_stored(subscription.topic),
                made_by=subscription.by,
                made_at=subscription.at,
            )
            .on_conflict_do_nothing()
        )
        return bool(made.rowcount)

    async def unsubscribe(self, place: str, topic: Topic | None) -> Sequence[Subscription]:
        """DELETE."""
        statement = delete(subscriptions).where(subscriptions.c.place == place)
        if topic is not None:
            statement = statement.where(subscriptions.c.topic == _as_stored(topic))
        gone = await self._connection.execute(statement.returning(subscriptions))
        return tuple(map(_subscription, sorted(gone, key=lambda row: int(row.id))))

    async def mutes(self, at: datetime) -> Sequence[Muted]:
        """SELECT those that are not over."""
        query = select(mutes).where(mutes.c.until > at).order_by(mutes.c.until, mutes.c.dataset)
        return tuple(_mute(row) for row in await self._connection.execute(query))

    async def mute(self, mute: Muted) -> Muted | None:
        """INSERT, or UPDATE the one that is there."""
        before = await self._before(mute.dataset)
        values: dict[str, object] = {"until": mute.until, "made_by": mute.by, "made_at": mute.at}
        values |= {"reason": mute.reason}
        await self._connection.execute(
            insert(mutes)
            .values(dataset=mute.dataset, **values)
            .on_conflict_do_update(index_elements=[mutes.c.dataset], set_=values)
        )
        return before

    async def unmute(self, dataset: str) -> Muted | None:
        """DELETE."""
        gone = await self._connection.execute(
            delete(mutes).where(mutes.c.dataset == dataset).returning(mutes)
        )
        row = gone.first()
        return None if row is None else _mute(row)

    async def _before(self, dataset: str) -> Muted | None:
        query = select(mutes).where(mutes.c.dataset == dataset).with_for_update()
        row = (await self._connection.execute(query)).first()
        return None if row is None else _mute(row)


def _as_stored(topic: Topic) -> object:
    """The same JSON for the same topic, so that the database can tell a repeat."""
    return json.loads(_TOPIC.dump_json(topic, exclude_defaults=True))


def _subscription(row: Row[tuple[object, ...]]) -> Subscription:
    topic = _TOPIC.validate_json(json.dumps(row.topic))
    return Subscription(row.place, topic, row.made_by, row.made_at)


def _mute(row: Row[tuple[object, ...]]) -> Muted:
    return Muted(row.dataset, row.until, row.made_by, row.made_at, row.reason)
