"""What was said on the web page, in a state table."""

import json
from datetime import datetime

from sqlalchemy import Row, insert, select, update

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.tables import web_messages
from engine.cards import Card, from_json, to_json
from engine.transcript import Author, Said


class PostgresTranscript:
    """Keeps messages of the web page."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, said: Said) -> Said:
        """INSERT a message; its id is PostgreSQL's."""
        query = (
            insert(web_messages)
            .values(
                channel=said.channel,
                author=said.author,
                name=said.name,
                text=said.text,
                card=_stored(said.card),
                client_id=said.client_id,
                at=said.at,
            )
            .returning(web_messages)
        )
        async with self._database.begin() as connection:
            return _said((await connection.execute(query)).one())

    async def edit(self, message_id: int, card: Card, at: datetime) -> Said | None:
        """UPDATE a message's card, and its text, which says the same."""
        query = (
            update(web_messages)
            .where(web_messages.c.id == message_id)
            .values(card=_stored(card), text=card.fallback_text, edited_at=at)
            .returning(web_messages)
        )
        async with self._database.begin() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else _said(row)

    async def of_atlas(self, client_id: str) -> int | None:
        """SELECT the message of that name; a person's own ids are none of Atlas's."""
        query = select(web_messages.c.id).where(
            web_messages.c.client_id == client_id, web_messages.c.author == Author.ATLAS
        )
        async with self._database.begin() as connection:
            found: int | None = await connection.scalar(query)
        return found

    async def channels(self) -> tuple[str, ...]:
        """SELECT the channels of all messages."""
        query = select(web_messages.c.channel).distinct().order_by(web_messages.c.channel)
        async with self._database.begin() as connection:
            return tuple(await connection.scalars(query))

    async def recent(self, limit: int) -> tuple[Said, ...]:
        """The latest messages, oldest first."""
        query = select(web_messages).order_by(web_messages.c.id.desc()).limit(limit)
        async with self._database.begin() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(_said(row) for row in reversed(rows))


def _stored(card: Card | None) -> object:
    return None if card is None else json.loads(to_json(card))


def _said(row: Row[tuple[object, ...]]) -> Said:
    return Said(
        id=row.id,
        channel=row.channel,
        author=Author(row.author),
        name=row.name,
        text=row.text,
        at=row.at,
        card=None if row.card is None else from_json(json.dumps(row.card)),
        edited_at=row.edited_at,
        client_id=row.client_id,
    )
