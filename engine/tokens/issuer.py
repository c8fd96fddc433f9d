"""Makes, lists and revokes tokens."""

from dataclasses import dataclass, field
from datetime import timedelta

from engine.clock import Clock
from engine.people import Role
from engine.tokens.model import Token, UnknownToken, fingerprint, new_secret, new_token_id
from engine.tokens.ports import TokenStore


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token with its secret, which nobody can read again."""

    token: Token
    secret: str = field(repr=False)


class Issuer:
    """Tokens as whoever holds the database gives them out."""

    def __init__(self, store: TokenStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def issue(self, name: str, role: Role, lasts: timedelta | None) -> Issued:
        """Make a token; one without an end opens the door until it is revoked."""
        now = self._clock.now()
        expires = None if lasts is None else now + lasts
        issued = Issued(Token(new_token_id(), name, role, now, expires), new_secret())
        await self._store.add(issued.token, fingerprint(issued.secret))
        return issued

    async def all(self) -> tuple[Token, ...]:
        """All tokens, oldest first."""
        return await self._store.all()

    async def revoke(self, token_id: str) -> None:
        """Shut the door to a token for good; raises UnknownToken."""
        if not await self._store.revoke(token_id, self._clock.now()):
            raise UnknownToken(token_id)
