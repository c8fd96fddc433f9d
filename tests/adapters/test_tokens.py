"""Tokens in PostgreSQL."""

from datetime import timedelta

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.tokens import PostgresTokens
from engine.people import Role
from engine.testing.clock import EPOCH
from engine.tokens.model import Token

HOUR = timedelta(hours=1)

CI = Token("aaaa0001", "ci", Role.OPERATOR, EPOCH, EPOCH + HOUR)
BOARD = Token("aaaa0002", "board", Role.VIEWER, EPOCH + HOUR)


async def test_a_token_is_found_by_its_fingerprint_alone(database: Database) -> None:
    tokens = PostgresTokens(database)

    await tokens.add(CI, "mark of ci")
    await tokens.add(BOARD, "mark of board")

    assert await tokens.find("mark of ci") == CI
    assert await tokens.find("mark of board") == BOARD
    assert await tokens.find(CI.id) is None
    assert await tokens.all() == (CI, BOARD)


async def test_the_first_revocation_stays(database: Database) -> None:
    tokens = PostgresTokens(database)
    await tokens.add(CI, "mark")

    assert await tokens.revoke(CI.id, EPOCH)
    assert await tokens.revoke(CI.id, EPOCH + HOUR)
    assert not await tokens.revoke(BOARD.id, EPOCH)

    (kept,) = await tokens.all()
    assert kept.revoked_at == EPOCH


async def test_the_last_use_is_kept(database: Database) -> None:
    tokens = PostgresTokens(database)
    await tokens.add(CI, "mark")
    await tokens.add(BOARD, "other mark")

    await tokens.used(CI.id, EPOCH + HOUR)

    assert [token.used_at for token in await tokens.all()] == [EPOCH + HOUR, None]
