"""What the trail holds, and what ties each record to the one before."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType

from typing_extensions import override

LONGEST = 1_000
"""Characters of one text in a record; what is longer says no more about who did what."""


class Action(StrEnum):
    """What somebody or something did."""

    ASKED = "asked"
    REFUSED = "refused"
    READ = "read"
    PROTECTED = "protected"
    RULE_CHANGED = "rule changed"
    REVEALED = "revealed"
    PERSON_SEARCHED = "person searched"
    ERASURE_PLANNED = "erasure planned"
    ERASURE_CONFIRMED = "erasure confirmed"
    ERASURE_WITHDRAWN = "erasure withdrawn"
    PERSON_ERASED = "person erased"


Told = str | int | tuple[str, ...]
"""What a detail may be: no field of a record is for a value out of a row."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What is to be recorded: when, by whom, what was done, to what."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Told] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a trail had come: the number and the hash of its newest record."""

    number: int
    hash: str

    @override
    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


BEGINNING = Mark(0, "")
"""What the first record follows on."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """An entry in its place: `hash` covers all the rest, with that of the record before.

    `key_version` 0 stands for a plain hash, of a time without a secret key.
    """

    number: int
    entry: AuditEntry
    key_version: int
    previous: str
    hash: str = ""

    @property
    def mark(self) -> Mark:
        """What the next record follows on."""
        return Mark(self.number, self.hash)

    @property
    def content(self) -> bytes:
        """All but the hash, in the one form that is hashed."""
        entry = self.entry
        told = (
            self.number,
            entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            entry.actor,
            entry.action,
            entry.subject,
            dict(entry.detail),
            self.key_version,
            self.previous,
        )
        return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def storable(entry: AuditEntry) -> AuditEntry:
    """The entry as it can be kept and read again: without what PostgreSQL has no place for."""
    detail = {_kept(name): _kept_told(told) for name, told in entry.detail.items()}
    return AuditEntry(
        entry.at, _kept(entry.actor), _kept(entry.action), _kept(entry.subject), detail
    )


def _kept_told(told: Told) -> Told:
    match told:
        case str():
            return _kept(told)
        case tuple():
            return tuple(_kept(each) for each in told)
        case _:
            return told


def _kept(text: str) -> str:
    whole = text.encode(errors="replace").decode().replace("\0", "?")
    return whole if len(whole) <= LONGEST else whole[: LONGEST - 1] + "…"
