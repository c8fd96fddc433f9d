"""The signing keys of an authority: kept, rotated, and still there when it is away."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.intake.ports import IntakeFull
from connectors.teams.keys import KeysAway, SigningKey, SigningKeys, signing_keys
from engine.testing.clock import FakeClock, turn
from tests.servers.bot_framework import Key, a_key

ONE = a_key("one")

PATIENCE = 0.05


class Source:
    """Tells of keys, and how often it was asked."""

    def __init__(self, *keys: str) -> None:
        self.keys = keys
        self.away = False
        self.asked = 0
        self.hangs: asyncio.Event | None = None

    async def fetch(self, metadata_url: str) -> Mapping[str, SigningKey]:  # noqa: ARG002  # it has one
        self.asked += 1
        await (turn() if self.hangs is None else self.hangs.wait())
        if self.away:
            raise KeysAway
        (key,) = signing_keys([ONE.public()]).values()
        return dict.fromkeys(self.keys, key)


KeysOf = Callable[[Source], tuple[SigningKeys, FakeClock]]


@pytest.fixture
async def keys_of() -> AsyncIterator[KeysOf]:
    """Opens the keys of a source, which ask for them until the test ends."""
    async with asyncio.TaskGroup() as group:
        asking = list[asyncio.Task[None]]()

        def opened(source: Source) -> tuple[SigningKeys, FakeClock]:
            clock = FakeClock()
            keys = SigningKeys("https://metadata", source, clock, PATIENCE)
            asking.append(group.create_task(keys.run(), name="keys"))
            return keys, clock

        yield opened
        for each in asking:
            each.cancel()


async def test_keys_are_asked_for_once_a_day(keys_of: KeysOf) -> None:
    source = Source("one")
    keys, clock = keys_of(source)

    assert await keys.get("one")
    clock.advance(23 * 3600)
    assert await keys.get("one")
    assert source.asked == 1
    clock.advance(3600)
    assert await keys.get("one")
    assert source.asked == 2


async def test_a_new_key_is_known_within_a_minute_and_strangers_cost_nothing(
    keys_of: KeysOf,
) -> None:
    source = Source("one")
    keys, clock = keys_of(source)
    await keys.get("one")
    source.keys = ("two",)

    assert await keys.get("two") is None
    clock.advance(60)
    for _ in range(5):
        assert await keys.get("stranger") is None
    assert await keys.get("two")
    assert await keys.get("one") is None
    assert source.asked == 2


async def test_many_at_once_ask_once(keys_of: KeysOf) -> None:
    source = Source("one")
    keys, _ = keys_of(source)

    found = await asyncio.gather(*(keys.get("one") for _ in range(20)))

    assert all(found)
    assert source.asked == 1


async def test_a_slow_source_keeps_nobody_waiting_and_is_listened_to_after_that(
    keys_of: KeysOf,
) -> None:
    source = Source("one")
    source.hangs = asyncio.Event()
    keys, _ = keys_of(source)

    with pytest.raises(IntakeFull):
        await keys.get("one")
    source.hangs.set()

    assert await keys.get("one")
    assert source.asked == 1


async def test_the_last_keys_stay_while_their_source_is_away(keys_of: KeysOf) -> None:
    source = Source("one")
    keys, clock = keys_of(source)
    await keys.get("one")
    source.away = True
    clock.advance(2 * 24 * 3600)

    assert await keys.get("one")


async def test_without_any_key_nothing_can_be_told(keys_of: KeysOf) -> None:
    source = Source("one")
    source.away = True
    keys, clock = keys_of(source)

    for _ in range(3):
        with pytest.raises(KeysAway):
            await keys.get("one")
    source.away = False
    clock.advance(60)

    assert await keys.get("one")
    assert source.asked == 2


def test_only_strong_rsa_keys_for_signing_count() -> None:
    weak = Key("weak", rsa.generate_private_key(public_exponent=65537, key_size=1024))  # noqa: S505  # just what is refused
    public = ONE.public()
    others = [
        {**public, "kid": "elliptic", "kty": "EC"},
        {**public, "kid": "secret", "kty": "oct", "k": "c2VjcmV0"},
        {**public, "kid": "encrypts", "use": "enc"},
        {**public, "kid": 1},
        {"kid": "empty", "kty": "RSA"},
        {**public, "kid": "broken", "n": "!"},
        weak.public(),
    ]

    assert set(signing_keys([*others, public])) == {"one"}
