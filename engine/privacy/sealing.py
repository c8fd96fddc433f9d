"""Seals a value with AES-SIV (RFC 5297), so that whoever has the key can open it again."""

import base64
import binascii
import re
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.errors import EngineError
from engine.privacy.protect import Keyring, SecretKey, letters_of

KEY_BYTES = 64
"""Two AES-256 keys: one authenticates, one encrypts."""

_SEALED = re.compile(r"es([1-9][0-9]{0,3})_([a-z]{2})_([A-Za-z0-9_-]+)")


class Seal:
    """Seals the values of one entity: equal values look equal, and anybody sees how long one is."""

    def __init__(self, key: SecretKey, entity: str | None) -> None:
        letters = letters_of(entity)
        self._prefix = f"es{key.version}_{letters}_"
        self._cipher = _cipher(key.master, letters)

    def sealed(self, value: str) -> str:
        """The value as `es1_em_…`; it is sealed as it is written, so that this comes back."""
        if not value:
            return value  # AES-SIV seals no empty text, and it says nothing
        return self._prefix + base64.urlsafe_b64encode(
            self._cipher.encrypt(value.encode(), [self._prefix.encode()])
        ).decode().rstrip("=")


@lru_cache(maxsize=64)
def _cipher(master: bytes, letters: str) -> AESSIV:
    """The cipher of one entity; its key has nothing in common with that of the tokens."""
    info = f"atlas/seal/{letters}".encode()
    key = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(master)
    return AESSIV(key)


def opened(text: str, keys: Keyring) -> str:
    """The value that was sealed; raises EngineError, which never holds it."""
    found = _SEALED.fullmatch(text)
    if found is None:
        message = "This is not a sealed value."
        raise EngineError(message, "One begins with es, the key version and _, such as es1_.")
    key = keys.version(int(found[1]))
    if key is None:
        message = f"The value was sealed with key version {found[1]}, which is not configured."
        raise EngineError(message, f"Add that key to ATLAS_SECRET_KEY as {found[1]}:….")
    value = _decrypted(_cipher(key.master, found[2]), text, found)
    if value is None:
        message = "The sealed value can't be opened: it is damaged, or sealed with another key."
        raise EngineError(message, "Copy it whole, and check which key was in use back then.")
    return value


def _decrypted(cipher: AESSIV, text: str, found: re.Match[str]) -> str | None:
    body = found[3]
    prefix = text[: found.start(3)].encode()
    try:
        data = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        return cipher.decrypt(data, [prefix]).decode()
    except (InvalidTag, binascii.Error, ValueError):
        return None  # the reason stays out of the chain: it may hold a part of the value
