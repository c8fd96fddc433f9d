"""Tokens: what is kept of them, and when they open the door."""

from datetime import timedelta

import pytest

from engine.errors import DatabaseUnreachable
from engine.people import Role
from engine.testing.clock import EPOCH, FakeClock
from engine.testing.tokens import MemoryTokens
from engine.tokens.admission import REMEMBERED, REMEMBERED_FOR, Admission
from engine.tokens.issuer import Issued, Issuer
from engine.tokens.model import (
    Token,
    TokenState,
    UnknownToken,
    fingerprint,
    looks_like_secret,
    new_secret,
)

HOUR = timedelta(hours=1)


class House:
    """A store with its issuer and its door."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store = MemoryTokens()
        self.issuer = Issuer(self.store, self.clock)
        self.door = Admission(self.store, self.clock)

    async def issued(self, lasts: timedelta | None = HOUR) -> Issued:
        """A new operator's token."""
        return await self.issuer.issue("ci", Role.OPERATOR, lasts)


def test_a_secret_is_long_random_and_known_by_its_beginning() -> None:
    secrets = {new_secret() for _ in range(100)}

    assert len(secrets) == 100
    assert all(secret.startswith("atlas_") and len(secret) == 49 for secret in secrets)
    assert all(looks_like_secret(secret) for secret in secrets)


@pytest.mark.parametrize(
    "text", ["", "atlas_", "atlas_" + "x" * 44, "x" * 49, "atlas_" + "ä" * 43, "\udcff"]
)
async def test_other_texts_open_nothing(text: str) -> None:
    house = House()

    assert not looks_like_secret(text)
    assert not house.door.knows(text)
    assert await house.door.admit(text) is None
    assert house.store.asked["find"] == 0


async def test_nothing_that_is_kept_or_printed_holds_the_secret() -> None:
    house = House()

    issued = await house.issued()

    assert issued.secret not in repr(issued)
    assert issued.secret not in repr(house.store.kept)
    assert list(house.store.kept) == [fingerprint(issued.secret)]


def test_a_token_is_valid_until_it_expires_or_is_revoked() -> None:
    token = Token("1", "ci", Role.VIEWER, EPOCH, EPOCH + HOUR)
    revoked = Token("1", "ci", Role.VIEWER, EPOCH, EPOCH + HOUR, revoked_at=EPOCH)
    endless = Token("1", "ci", Role.VIEWER, EPOCH)

    assert token.state(EPOCH + HOUR - timedelta(microseconds=1)) is TokenState.VALID
    assert token.state(EPOCH + HOUR) is TokenState.EXPIRED
    assert revoked.state(EPOCH) is TokenState.REVOKED
    assert endless.state(EPOCH + 10_000 * HOUR) is TokenState.VALID


async def test_a_valid_secret_is_let_in_and_others_are_not() -> None:
    house = House()
    issued = await house.issued()

    assert (await house.door.admit(issued.secret)) is not None
    assert (await house.door.admit(new_secret())) is None
    assert (await house.door.admit(issued.secret[:-1] + "~")) is None
    assert house.door.knows(issued.secret)
    assert not house.door.knows(new_secret())


async def test_a_busy_program_does_not_ask_the_database_each_time() -> None:
    house = House()
    issued = await house.issued()

    for _ in range(100):
        assert await house.door.admit(issued.secret)
        house.clock.advance(0.1)

    assert house.store.asked["find"] == 4  # ten seconds, three each
    assert house.store.asked["used"] == 1


async def test_a_revocation_holds_within_five_seconds() -> None:
    house = House()
    issued = await house.issued()
    await house.door.admit(issued.secret)

    await house.issuer.revoke(issued.token.id)
    house.clock.advance(REMEMBERED_FOR.total_seconds())

    assert timedelta(seconds=5) > REMEMBERED_FOR
    assert await house.door.admit(issued.secret) is None
    assert not house.door.knows(issued.secret)


async def test_a_token_that_expires_while_it_is_remembered_is_not_let_in() -> None:
    house = House()
    issued = await house.issued(timedelta(seconds=2))
    assert await house.door.admit(issued.secret)

    house.clock.advance(2)

    assert await house.door.admit(issued.secret) is None


async def test_revoking_what_is_not_there_says_so_and_revoking_twice_does_not() -> None:
    house = House()
    issued = await house.issued()

    await house.issuer.revoke(issued.token.id)
    first = (await house.issuer.all())[0].revoked_at
    house.clock.advance(60)
    await house.issuer.revoke(issued.token.id)

    assert (await house.issuer.all())[0].revoked_at == first == EPOCH
    with pytest.raises(UnknownToken, match="token 'none'") as caught:
        await house.issuer.revoke("none")
    assert "atlas token list" in caught.value.hint


async def test_when_a_token_was_used_is_noted_once_a_minute() -> None:
    house = House()
    issued = await house.issued()

    for _ in range(10):
        await house.door.admit(issued.secret)
        house.clock.advance(13)

    assert house.store.asked["used"] == 2
    assert (await house.issuer.all())[0].used_at == EPOCH + timedelta(seconds=65)


async def test_a_database_that_is_away_lets_nobody_in_after_a_moment() -> None:
    house = House()
    issued = await house.issued()
    await house.door.admit(issued.secret)
    house.store.faults.plan("find", DatabaseUnreachable("PostgreSQL can't be reached."))

    assert await house.door.admit(issued.secret)
    house.clock.advance(10)
    with pytest.raises(DatabaseUnreachable):
        await house.door.admit(issued.secret)


async def test_only_so_many_tokens_are_remembered() -> None:
    house = House()
    secrets = [(await house.issued()).secret for _ in range(REMEMBERED + 1)]

    for secret in secrets:
        await house.door.admit(secret)

    assert not house.door.knows(secrets[0])
    assert house.door.knows(secrets[-1])
