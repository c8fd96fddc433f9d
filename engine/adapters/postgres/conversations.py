"""Conversations of chat platforms in a state table."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Row, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from engine.adapters.postgres.conversation_tables import conversations
from engine.adapters.postgres.database import Database
from engine.conversations import Conversation, ConversationKind

_TOLD_SELDOM = ("tenant", "bot", "name", "team", "team_name")


class PostgresConversations:
    """Each call is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, known: Sequence[Conversation], at: datetime) -> None:
        """INSERT, or UPDATE what they tell; by their ids, so that nobody waits for each other."""
        statement, old = insert(conversations), conversations.c
        new = statement.excluded
        seldom = {
            each: func.coalesce(func.nullif(new[each], ""), old[each]) for each in _TOLD_SELDOM
        }
        told = {each: new[each] for each in ("kind", "service_url", "updated_at")}
        async with self._database.begin() as connection:
            await connection.execute(
                statement.on_conflict_do_update(index_elements=[old.id], set_=told | seldom),
                [{**asdict(each), "updated_at": at} for each in sorted(known, key=_by_id)],
            )

    async def get(self, conversation_id: str) -> Conversation | None:
        """SELECT by the primary key."""
        query = select(conversations).where(conversations.c.id == conversation_id)
        async with self._database.connect() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else _conversation(row)

    async def channels(self) -> Sequence[Conversation]:
        """SELECT the channels: a company has thousands at most."""
        query = (
            select(conversations)
            .where(conversations.c.kind == ConversationKind.CHANNEL)
            .order_by(conversations.c.id)
        )
        async with self._database.begin() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(_conversation(row) for row in rows)

    async def forget(self, conversation_id: str) -> None:
        """DELETE."""
        meant = or_(conversations.c.id == conversation_id, conversations.c.team == conversation_id)
        async with self._database.begin() as connection:
            await connection.execute(delete(conversations).where(meant))


def _by_id(conversation: Conversation) -> str:
    return conversation.id


def _conversation(row: Row[tuple[object, ...]]) -> Conversation:
    return Conversation(
        id=row.id,
        kind=ConversationKind(row.kind),
        service_url=row.service_url,
        tenant=row.tenant,
        bot=row.bot,
        name=row.name,
        team=row.team,
        team_name=row.team_name,
    )
