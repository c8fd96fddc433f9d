"""What arrived from chat platforms, in PostgreSQL: known for ever after, readable for nobody."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest

from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.inbox import PostgresInbox
from engine.inbox import Arrived
from engine.privacy.protect import Keyring, SecretKey
from engine.testing.clock import EPOCH, FakeClock
from tests.adapters.builders import KEYS

SAID = "find everything about maria@example.com"


def a_message(key: str = "C1:1", text: str = SAID, platform: str = "slack") -> Arrived:
    return Arrived(platform, key, "C1", text, '{"person": "U1"}', EPOCH)


async def rows(url: str, query: str) -> list[dict[str, object]]:
    """What stands in the database, seen from elsewhere."""
    connection = await asyncpg.connect(url)
    try:
        return [dict(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def left(inbox: PostgresInbox) -> tuple[Arrived, ...]:
    """What is taken over, as soon as PostgreSQL has seen that the other process is gone."""
    async with asyncio.timeout(10):
        while not (found := await inbox.waiting("slack")):
            await asyncio.sleep(0.01)
    return found


@asynccontextmanager
async def process(url: str, name: str, keys: Keyring | None = KEYS) -> AsyncIterator[PostgresInbox]:
    """The inbox of a process with that name, which is gone after the block."""
    database = Database(url, DatabaseLimits(name=name))
    yield PostgresInbox(database, keys, FakeClock())
    await database.close()


async def test_a_repeat_is_known_also_after_it_was_worked_and_after_a_restart(
    database_url: str,
) -> None:
    async with process(database_url, "atlas one") as inbox:
        assert await inbox.keep([a_message()]) == [True]
        assert await inbox.keep([a_message(text="something else")]) == [False]
        assert await inbox.keep([a_message(platform="teams")]) == [True]
        await inbox.done("slack", ["C1:1"])

    async with process(database_url, "atlas two") as inbox:
        assert await inbox.keep([a_message()]) == [False]
        assert await inbox.waiting("slack") == ()


async def test_what_a_process_left_is_taken_over_once_by_the_next_one(database_url: str) -> None:
    async with process(database_url, "atlas one") as inbox:
        await inbox.keep([a_message("C1:1")])
        await inbox.keep([a_message("C1:2")])
        await inbox.done("slack", ["C1:1"])

    async with (
        process(database_url, "atlas two") as second,
        process(database_url, "atlas three") as third,
    ):
        (found,) = await left(second)
        assert await third.waiting("slack") == ()
        assert await second.waiting("slack") == ()

    assert (found.key, found.text, found.payload) == ("C1:2", SAID, '{"person": "U1"}')
    assert found.again


async def test_what_a_living_process_works_is_left_to_it(database_url: str) -> None:
    async with (
        process(database_url, "atlas one") as first,
        process(database_url, "atlas two") as second,
    ):
        await first.keep([a_message()])

        assert await second.waiting("slack") == ()


async def test_unworked_is_what_this_very_process_keeps_and_has_not_noted(
    database_url: str,
) -> None:
    keys = ("C1:1", "C1:2", "C1:3")
    async with (
        process(database_url, "atlas one") as first,
        process(database_url, "atlas two") as second,
    ):
        await first.keep(
            [a_message("C1:1"), a_message("C1:2"), a_message("C1:2", platform="teams")]
        )
        await second.keep([a_message("C1:3")])
        await first.done("slack", ["C1:1"])

        assert await first.unworked("slack", keys) == {"C1:2"}
        assert await second.unworked("slack", keys) == {"C1:3"}


async def test_what_was_said_is_sealed_and_gone_once_it_was_worked(database_url: str) -> None:
    async with process(database_url, "atlas one") as inbox:
        await inbox.keep([a_message()])
        kept = str(await rows(database_url, "SELECT * FROM atlas.inbox"))
        await inbox.done("slack", ["C1:1"])
        after = await rows(database_url, "SELECT said, payload FROM atlas.inbox")

    assert "maria" not in kept
    assert "example" not in kept
    assert after == [{"said": None, "payload": None}]


async def test_without_a_key_it_is_kept_without_whom_it_names(database_url: str) -> None:
    async with process(database_url, "atlas one", keys=None) as inbox:
        await inbox.keep([a_message("C1:1")])
        await inbox.keep([a_message("C1:2", text="run pipeline medallion")])
        kept = str(await rows(database_url, "SELECT * FROM atlas.inbox"))

    async with process(database_url, "atlas two", keys=None) as inbox:
        texts = [each.text for each in await left(inbox)]

    assert "maria" not in kept
    assert texts[1] == "run pipeline medallion"


async def test_what_was_sealed_with_a_lost_key_is_passed_over_and_said_so(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with process(database_url, "atlas one") as inbox:
        await inbox.keep([a_message("C1:1")])

    async with process(database_url, "atlas two", keys=Keyring(SecretKey(bytes(32), 7))) as inbox:
        async with asyncio.timeout(10):
            while "C1:1 is lost" not in caplog.text:
                assert await inbox.waiting("slack") == ()

    assert "maria" not in caplog.text


async def test_old_ones_are_forgotten(database_url: str) -> None:
    async with process(database_url, "atlas one") as inbox:
        await inbox.keep([a_message()])

        await inbox.forget(EPOCH)
        assert await inbox.keep([a_message()]) == [False]
        await inbox.forget(EPOCH + timedelta(seconds=1))
        assert await inbox.keep([a_message()]) == [True]
