"""Ties records to each other with the secret key: whoever lacks it can't tie them anew."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import replace

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.audit.model import AuditEntry, AuditRecord, Mark, storable
from engine.errors import KeyMissing
from engine.privacy.protect import KEY_BYTES, SecretKey

_PURPOSE = b"atlas/audit"
"""Keeps this key apart from those of tokens, which are derived for `atlas/token/…`."""

PLAIN = 0


class Seals:
    """Seals with the first key given, and checks what any of them sealed.

    A hash alone shows a slip: whoever can write to the database can work out all hashes after a
    changed record. An HMAC can only be worked out with the key, which the database never sees.
    """

    def __init__(self, keys: Iterable[SecretKey] = ()) -> None:
        given = tuple(keys)
        self.version = given[0].version if given else PLAIN
        self._keys = {key.version: _derived(key) for key in given}

    def sealed(self, after: Mark, entry: AuditEntry) -> AuditRecord:
        """The record of an entry that follows on a mark."""
        record = AuditRecord(after.number + 1, storable(entry), self.version, after.hash)
        return replace(record, hash=self._hash(record))

    def require_key_after(self, version: int) -> None:
        """Raise KeyMissing where a sealed record would be followed by one that is not."""
        if self.version == PLAIN != version:
            message = "The audit log is sealed with a secret key, and there is none here."
            raise KeyMissing(message)

    def fits(self, record: AuditRecord) -> bool:
        """Whether the record is as it was sealed; raises KeyMissing where nobody can tell."""
        return hmac.compare_digest(self._hash(record).encode(), record.hash.encode())

    def _hash(self, record: AuditRecord) -> str:
        if record.key_version == PLAIN:
            return hashlib.sha256(record.content).hexdigest()
        key = self._keys.get(record.key_version)
        if key is None:
            raise _no_key(record)
        return hmac.digest(key, record.content, "sha256").hex()


def _derived(key: SecretKey) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=_PURPOSE).derive(key.master)


def _no_key(record: AuditRecord) -> KeyMissing:
    return KeyMissing(
        f"Record {record.number} is sealed with version {record.key_version} of the secret key, "
        "which is not here, so nobody can tell whether it was changed.",
        "Give the key that the engine runs with, and the keys before it, in the environment.",
    )
