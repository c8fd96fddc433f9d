"""API tokens in the state tables."""

from datetime import datetime

from sqlalchemy import Row, insert, select, update

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.tables import api_tokens
from engine.people import Role
from engine.tokens.model import Token


class PostgresTokens:
    """Each call is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, token: Token, fingerprint: str) -> None:
        """INSERT the token."""
        values = {
            "id": token.id,
            "name": token.name,
            "role": token.role,
            "fingerprint": fingerprint,
            "created_at": token.created_at,
            "expires_at": token.expires_at,
        }
        async with self._database.begin() as connection:
            await connection.execute(insert(api_tokens).values(**values))

    async def find(self, fingerprint: str) -> Token | None:
        """SELECT by the unique index on fingerprints."""
        query = select(api_tokens).where(api_tokens.c.fingerprint == fingerprint)
        async with self._database.begin() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else _token(row)

    async def all(self) -> tuple[Token, ...]:
        """SELECT all."""
        query = select(api_tokens).order_by(api_tokens.c.created_at, api_tokens.c.id)
        async with self._database.begin() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(_token(row) for row in rows)

    async def revoke(self, token_id: str, at: datetime) -> bool:
        """UPDATE; the moment of the first revocation stays."""
        there = select(api_tokens.c.id).where(api_tokens.c.id == token_id)
        change = (
            update(api_tokens)
            .where(api_tokens.c.id == token_id, api_tokens.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )
        async with self._database.begin() as connection:
            await connection.execute(change)
            return (await connection.scalar(there)) is not None

    async def used(self, token_id: str, at: datetime) -> None:
        """UPDATE the moment of the last use."""
        change = update(api_tokens).where(api_tokens.c.id == token_id).values(used_at=at)
        async with self._database.begin() as connection:
            await connection.execute(change)


def _token(row: Row[tuple[object, ...]]) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
    )
