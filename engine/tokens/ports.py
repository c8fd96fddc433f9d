"""Where tokens are kept."""

from datetime import datetime
from typing import Protocol

from engine.tokens.model import Token


class TokenStore(Protocol):
    """Tokens by the fingerprint of their secret; raises DatabaseError where it can't answer."""

    async def add(self, token: Token, fingerprint: str) -> None:
        """Keep a new token."""
        ...

    async def find(self, fingerprint: str) -> Token | None:
        """The token of that secret, whether it is valid or not."""
        ...

    async def all(self) -> tuple[Token, ...]:
        """All tokens, oldest first."""
        ...

    async def revoke(self, token_id: str, at: datetime) -> bool:
        """Shut the door to a token for good; False where there is none of that id."""
        ...

    async def used(self, token_id: str, at: datetime) -> None:
        """Note when a token was used."""
        ...
