"""A token: its secret is shown once, and only a fingerprint of it is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.errors import Unknown
from engine.people import Role

PREFIX = "atlas_"
"""What each secret begins with, so that a scanner for leaked secrets knows it."""

_RANDOM_BYTES = 32
_LENGTH = len(PREFIX) + 43
"""43 characters of base64 hold 32 bytes."""

_ID_BYTES = 4


class UnknownToken(Unknown):
    """No token has that id."""

    noun = "token"
    hint = "Say `atlas token list` to see them."


class TokenState(StrEnum):
    """Whether a token opens the door."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token; its secret is not."""

    id: str
    name: str
    role: Role
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None

    def state(self, now: datetime) -> TokenState:
        """Whether it opens the door at that moment."""
        if self.revoked_at is not None:
            return TokenState.REVOKED
        if self.expires_at is not None and self.expires_at <= now:
            return TokenState.EXPIRED
        return TokenState.VALID


def new_token_id() -> str:
    """A random id; it is no secret."""
    return secrets.token_hex(_ID_BYTES)


def new_secret() -> str:
    """A secret of 256 random bits."""
    return PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def looks_like_secret(text: str) -> bool:
    """Whether it may be one of ours: what can't be needs no look into the database."""
    return len(text) == _LENGTH and text.isascii() and text.startswith(PREFIX)


def fingerprint(secret: str) -> str:
    """What is kept of a secret.

    A fast hash is enough: 256 random bits can't be guessed, and a slow one is for passwords, which
    can. Nor does looking a fingerprint up tell anything by its time: nobody can aim at one.
    """
    return hashlib.sha256(secret.encode()).hexdigest()
