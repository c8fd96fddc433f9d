"""Turns personal values into tokens with a secret key, and decides how much a mask shows."""

import hmac
import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

REDACTED = "[redacted]"

KEY_BYTES = 32
TOKEN_BYTES = 16
"""128 bits of the HMAC are kept: no two values of a warehouse collide by chance."""

_PREFIXES = {
    "EMAIL_ADDRESS": "em",
    "PHONE_NUMBER": "ph",
    "US_SSN": "ss",
    "CREDIT_CARD": "cc",
    "IBAN_CODE": "ib",
    "PERSON": "pn",
    "LOCATION": "lo",
    "IP_ADDRESS": "ip",
}
_DIGITS_ONLY = frozenset({"PHONE_NUMBER", "US_SSN", "CREDIT_CARD"})
_SHOWN = 4
_MASKED_WHOLLY_BELOW = 8


@dataclass(frozen=True, slots=True)
class SecretKey:
    """The master key from which each entity's own key is derived; never shown in a repr."""

    master: bytes = field(repr=False)
    version: int = 1

    def for_entity(self, entity: str) -> bytes:
        """The key of one entity, by HKDF-SHA-256 (RFC 5869), so that keys don't cross entities."""
        return _derived(self.master, entity)


@lru_cache(maxsize=64)
def _derived(master: bytes, entity: str) -> bytes:
    info = f"atlas/token/{entity}".encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(master)


def normalise(entity: str | None, value: str) -> str:
    """The form in which equal persons are equal: `Maria@X.org ` and `maria@x.org`."""
    text = unicodedata.normalize("NFKC", value).strip()
    if entity in _DIGITS_ONLY:
        return re.sub(r"\D", "", text) or text
    return re.sub(r"\s+", " ", text).casefold()


class Tokens:
    """Makes the tokens of one entity: the same person has one token in every table and run."""

    def __init__(self, key: SecretKey, entity: str | None) -> None:
        self._entity = entity
        self._prefix = f"{_PREFIXES.get(entity or '', 'pd')}{key.version}_"
        self._keyed = hmac.new(key.for_entity(entity or "PERSONAL"), digestmod="sha256")

    def token(self, value: str) -> str:
        """The token of a value, such as `em1_` and 32 hexadecimal digits."""
        mac = self._keyed.copy()  # the key's two pads are hashed once, not for each value
        mac.update(normalise(self._entity, value).encode())
        return self._prefix + mac.digest()[:TOKEN_BYTES].hex()


def masked_characters(value: str) -> int:
    """How many characters from the start a mask hides: all but four, or all of a short value."""
    return len(value) if len(value) < _MASKED_WHOLLY_BELOW else len(value) - _SHOWN
