"""By which keys a database is protected: another one under a known number is refused."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres import tables
from engine.adapters.postgres.database import Database
from engine.errors import KeyMismatch
from engine.privacy.protect import Keyring

_known = tables.key_fingerprints.c


async def require_same_keys(database: Database, keys: Keyring) -> None:
    """Note keys with new numbers; raise KeyMismatch, noting none, where one is not as known."""
    # in one order, so that two processes that start at once don't wait for each other
    given = [
        {"version": key.version, "fingerprint": key.fingerprint}
        for key in sorted(keys, key=lambda key: key.version)
    ]
    note = insert(tables.key_fingerprints).values(given).on_conflict_do_nothing()
    async with database.begin() as connection:
        await connection.execute(note)
        _require_same(keys, await _fingerprints(connection))


async def require_known_keys(database: Database, keys: Keyring) -> None:
    """As require_same_keys, but nothing is noted."""
    async with database.connect() as connection:
        _require_same(keys, await _fingerprints(connection))


def _require_same(keys: Keyring, known: Mapping[int, str]) -> None:
    for key in keys:
        if known.get(key.version, key.fingerprint) != key.fingerprint:
            raise KeyMismatch(
                f"Key {key.version} is not the one that this database was protected with."
            )


async def _fingerprints(connection: AsyncConnection) -> dict[int, str]:
    rows = await connection.execute(select(_known.version, _known.fingerprint))
    return {row.version: row.fingerprint for row in rows}
