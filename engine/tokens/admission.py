"""Lets a token in, or not; remembers for a moment what the database said."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.clock import Clock
from engine.tokens.model import Token, TokenState, fingerprint, looks_like_secret
from engine.tokens.ports import TokenStore

REMEMBERED_FOR = timedelta(seconds=3)
"""A token that is revoked opens no door after this time, in any process."""

REMEMBERED = 1_000
"""Tokens remembered at once; the one that was asked for longest ago goes first."""

NOTE_USE_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Known:
    token: Token
    looked_at: datetime


class Admission:
    """Who a secret belongs to; a busy program costs a look into the database every few seconds."""

    def __init__(self, store: TokenStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._known: OrderedDict[str, _Known] = OrderedDict()

    def knows(self, secret: str) -> bool:
        """Whether the secret was let in before."""
        return looks_like_secret(secret) and fingerprint(secret) in self._known

    async def admit(self, secret: str) -> Token | None:
        """The valid token of a secret, or None; raises DatabaseError where nobody can tell."""
        if not looks_like_secret(secret):
            return None
        mark, now = fingerprint(secret), self._clock.now()
        known = self._known.get(mark)
        if known is not None and now - known.looked_at < REMEMBERED_FOR:
            token: Token | None = known.token
        else:
            token = await self._looked_up(mark, now)
        return token if token is not None and token.state(now) is TokenState.VALID else None

    async def _looked_up(self, mark: str, now: datetime) -> Token | None:
        token = await self._store.find(mark)
        if token is None or token.state(now) is not TokenState.VALID:
            self._known.pop(mark, None)
            return None
        if token.used_at is None or now - token.used_at >= NOTE_USE_EVERY:
            await self._store.used(token.id, now)
            token = replace(token, used_at=now)
        self._remember(mark, _Known(token, now))
        return token

    def _remember(self, mark: str, known: _Known) -> None:
        self._known[mark] = known
        self._known.move_to_end(mark)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
