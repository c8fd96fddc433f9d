"""A database takes the keys that protected it, and new ones; no other under a known number."""

import asyncio
import base64

import pytest
from sqlalchemy import select

from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.key_fingerprints import require_known_keys, require_same_keys
from engine.adapters.postgres.tables import key_fingerprints
from engine.bootstrap import Parts, open_engine
from engine.catalog.reader import read_project
from engine.demo import SHOP
from engine.doctor import Finding, Health, examine
from engine.errors import KeyMismatch
from engine.privacy.protect import Keyring, SecretKey
from engine.settings import Settings
from tests.faults.scenario import Nobody

OLD, NEW = SecretKey(bytes(range(32))), SecretKey(bytes(reversed(range(32))), 2)
IMPOSTOR = SecretKey(bytes(range(1, 33)))


async def known(database: Database) -> dict[int, str]:
    """The fingerprints in the database, by the numbers of their keys."""
    async with database.begin() as connection:
        found = await connection.execute(select(key_fingerprints))
        return {row.version: row.fingerprint for row in found}


async def test_the_keys_that_were_used_are_taken_again(database: Database) -> None:
    for keys in (Keyring(OLD), Keyring(NEW, (OLD,)), Keyring(NEW), Keyring(OLD)):
        await require_same_keys(database, keys)

    assert await known(database) == {1: OLD.fingerprint, 2: NEW.fingerprint}


@pytest.mark.parametrize("keys", [Keyring(IMPOSTOR), Keyring(NEW, (IMPOSTOR,))])
async def test_another_key_under_a_known_number_is_refused_and_nothing_noted(
    keys: Keyring, database: Database
) -> None:
    await require_same_keys(database, Keyring(OLD))

    with pytest.raises(KeyMismatch, match=r"^Key 1 is not the one that this database") as caught:
        await require_same_keys(database, keys)

    assert 'ATLAS_SECRET_KEY="2:NEW 1:OLD"' in caught.value.hint
    assert await known(database) == {1: OLD.fingerprint}


async def test_of_two_processes_that_start_at_once_with_other_keys_one_is_refused(
    database: Database, database_url: str
) -> None:
    rings = [
        Keyring(NEW, (OLD,)),
        Keyring(NEW, (IMPOSTOR,)),
        Keyring(OLD, (NEW,)),
    ]
    databases = [Database(database_url, DatabaseLimits()) for _ in rings]

    ended = await asyncio.gather(
        *(require_same_keys(each, keys) for each, keys in zip(databases, rings, strict=True)),
        return_exceptions=True,
    )

    for each in databases:
        await each.close()
    kept = (await known(database))[1]
    assert [isinstance(each, KeyMismatch) for each in ended] == [
        key_one(keys).fingerprint != kept for keys in rings
    ]
    assert set(map(type, ended)) == {type(None), KeyMismatch}


def key_one(keys: Keyring) -> SecretKey:
    return next(key for key in keys if key.version == 1)


async def test_looking_alone_notes_nothing(database: Database) -> None:
    await require_known_keys(database, Keyring(OLD))

    assert await known(database) == {}


async def test_the_engine_is_not_opened_with_another_key(
    database: Database, database_url: str
) -> None:
    await require_same_keys(database, Keyring(OLD))
    parts = Parts(read_project(SHOP), Settings(), database_url, Keyring(IMPOSTOR), Nobody(), ())

    with pytest.raises(KeyMismatch):
        async with open_engine(parts):
            pytest.fail("it was opened")


async def test_the_doctor_tells_of_another_key(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await require_same_keys(database, Keyring(OLD))
    monkeypatch.setenv("ATLAS_DATABASE_URL", database_url)

    healthy = await told(OLD, monkeypatch)
    sick = await told(IMPOSTOR, monkeypatch)

    assert not [each for each in healthy if each.health is Health.WRONG]
    (found,) = [each for each in sick if each.health is Health.WRONG]
    assert "Key 1 is not the one" in found.detail
    assert "docs/privacy.md" in found.detail


async def told(key: SecretKey, monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """What `atlas doctor` says of the database."""
    monkeypatch.setenv("ATLAS_SECRET_KEY", base64.b64encode(key.master).decode())
    return [each for each in await examine(None) if each.what in {"database", "migrations"}]
