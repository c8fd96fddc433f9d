"""Tokens in memory."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from engine.testing.faults import Faults
from engine.tokens.model import Token


class MemoryTokens:
    """Keeps tokens by fingerprint; `asked` counts the looks at each operation."""

    def __init__(self) -> None:
        self.kept: dict[str, Token] = {}
        self.asked: Counter[str] = Counter()
        self.faults = Faults()

    async def add(self, token: Token, fingerprint: str) -> None:
        """Keep a new token."""
        self.kept[fingerprint] = token

    async def find(self, fingerprint: str) -> Token | None:
        """The token of that secret."""
        self._ask("find")
        return self.kept.get(fingerprint)

    async def all(self) -> tuple[Token, ...]:
        """All tokens, oldest first."""
        return tuple(sorted(self.kept.values(), key=lambda token: (token.created_at, token.id)))

    async def revoke(self, token_id: str, at: datetime) -> bool:
        """Revoke the token of that id."""
        found = self._of(token_id)
        for mark, token in found.items():
            self.kept[mark] = replace(token, revoked_at=token.revoked_at or at)
        return bool(found)

    async def used(self, token_id: str, at: datetime) -> None:
        """Note when a token was used."""
        self._ask("used")
        for mark, token in self._of(token_id).items():
            self.kept[mark] = replace(token, used_at=at)

    def _of(self, token_id: str) -> dict[str, Token]:
        return {mark: token for mark, token in self.kept.items() if token.id == token_id}

    def _ask(self, operation: str) -> None:
        self.asked[operation] += 1
        self.faults.reach(operation)
