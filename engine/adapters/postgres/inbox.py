"""What arrived from chat platforms, in a state table; what was said is sealed there."""

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, delete, text

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.inbox_tables import inbox
from engine.clock import Clock
from engine.errors import EngineError
from engine.identifiers import without_identifiers
from engine.inbox import Arrived
from engine.privacy.protect import Keyring
from engine.privacy.sealing import Seal, opened

logger = logging.getLogger(__name__)

_PLAIN = "plain "
"""Before what is not sealed: somebody may have typed a sealed value."""

# one statement for any number; by their keys, so that two processes don't wait for each other
_KEEP = text(
    "INSERT INTO atlas.inbox (platform, key, lane, said, payload, taken_by, received_at) "
    "SELECT platform, key, lane, said, payload, :me, received_at FROM unnest("
    "CAST(:platforms AS text[]), CAST(:keys AS text[]), CAST(:lanes AS text[]), "
    "CAST(:said AS text[]), CAST(:payloads AS text[]), CAST(:received AS timestamptz[])) "
    "AS arrived (platform, key, lane, said, payload, received_at) ORDER BY platform, key "
    "ON CONFLICT DO NOTHING RETURNING platform, key"
)

_DONE = text(
    "UPDATE atlas.inbox SET said = NULL, payload = NULL, done_at = :now "
    "WHERE platform = :platform AND key = ANY(CAST(:keys AS text[]))"
)

_UNWORKED = text(
    "SELECT key FROM atlas.inbox WHERE platform = :platform "
    "AND key = ANY(CAST(:keys AS text[])) AND taken_by = :me AND done_at IS NULL"
)

# a process is gone once none of its sessions is left
_TAKE_OVER = text(
    "UPDATE atlas.inbox SET taken_by = :me WHERE (platform, key) IN ("
    "SELECT platform, key FROM atlas.inbox "
    "WHERE platform = :platform AND done_at IS NULL AND taken_by <> :me AND NOT EXISTS ("
    "SELECT FROM pg_stat_activity WHERE datname = current_database() "
    "AND (application_name = taken_by OR starts_with(application_name, taken_by || ' '))) "
    "ORDER BY received_at FOR UPDATE SKIP LOCKED) "
    "RETURNING platform, key, lane, said, payload, received_at"
)


class PostgresInbox:
    """Each call is a transaction of its own, of one statement where many wait for it.

    Without a secret key what was said is kept without whatever may mean a person.
    """

    def __init__(self, database: Database, keys: Keyring | None, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._me = database.limits.name

    async def keep(self, arrived: Sequence[Arrived]) -> Sequence[bool]:
        """INSERT; the primary key tells a repeat."""
        given = {
            "me": self._me,
            "platforms": [each.platform for each in arrived],
            "keys": [each.key for each in arrived],
            "lanes": [each.lane for each in arrived],
            "said": [self._hidden(each.text) for each in arrived],
            "payloads": [each.payload for each in arrived],
            "received": [each.received_at for each in arrived],
        }
        # one statement is a transaction by itself, and spares the round trips of BEGIN and COMMIT
        async with self._database.connect() as connection:
            rows = await connection.execute(_KEEP, given)
            new = {(row.platform, row.key) for row in rows}
        return [_taken(new, each) for each in arrived]

    async def unworked(self, platform: str, keys: Sequence[str]) -> frozenset[str]:
        """SELECT by the primary key."""
        given = {"me": self._me, "platform": platform, "keys": list(keys)}
        async with self._database.connect() as connection:
            return frozenset((await connection.execute(_UNWORKED, given)).scalars())

    async def waiting(self, platform: str) -> tuple[Arrived, ...]:
        """UPDATE who has it, where whoever had it is gone."""
        given = {"me": self._me, "platform": platform}
        async with self._database.begin() as connection:
            rows = (await connection.execute(_TAKE_OVER, given)).all()
        rows = sorted(rows, key=lambda row: row.received_at)
        return tuple(found for row in rows if (found := self._arrived(row)) is not None)

    async def done(self, platform: str, keys: Sequence[str]) -> None:
        """UPDATE; the keys stay, what was said does not."""
        given = {"platform": platform, "keys": list(keys), "now": self._clock.now()}
        async with self._database.connect() as connection:
            await connection.execute(_DONE, given)

    async def forget(self, before: datetime) -> None:
        """DELETE by the moment of arrival."""
        async with self._database.begin() as connection:
            await connection.execute(delete(inbox).where(inbox.c.received_at < before))

    def _hidden(self, said: str) -> str:
        if self._keys is None:
            return _PLAIN + without_identifiers(said)
        return Seal(self._keys.present, None).sealed(said)

    def _arrived(self, row: Row[tuple[object, ...]]) -> Arrived | None:
        try:
            said = self._shown(row.said)
        except EngineError as error:
            logger.warning("%s: message %s is lost: %s", row.platform, row.key, error.message)
            return None
        return Arrived(
            row.platform, row.key, row.lane, said, row.payload, row.received_at, again=True
        )

    def _shown(self, said: str) -> str:
        if not said or said.startswith(_PLAIN):
            return said.removeprefix(_PLAIN)
        if self._keys is None:
            raise EngineError("It is sealed, and there is no secret key.")
        return opened(said, self._keys)


def _taken(new: set[tuple[str, str]], arrived: Arrived) -> bool:
    """Whether it is new; what came twice at once is new the first time."""
    key = (arrived.platform, arrived.key)
    is_new = key in new
    new.discard(key)
    return is_new
