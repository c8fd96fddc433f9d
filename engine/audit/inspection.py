"""Goes through the whole trail and tells whether something in it was changed, moved or removed."""

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime

from engine.audit.model import BEGINNING, AuditRecord, Mark
from engine.audit.ports import AuditTrail
from engine.audit.seals import PLAIN, Seals

NOT_SEALED = "it is not sealed with the secret key, though there is one"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known from elsewhere: how far the trail had come, and when there was no key yet.

    Without a mark nobody sees that the newest records are gone: the rest is whole without them.
    """

    marks: tuple[Mark, ...] = ()
    unsealed: int = 0
    """The first records up to this number were written before there was a key."""

    def hash_of(self, number: int) -> str | None:
        """The hash that the record of that number had, if somebody knows it."""
        return next((mark.hash for mark in self.marks if mark.number == number), None)

    @property
    def furthest(self) -> int:
        """The number up to which there were records."""
        return max((mark.number for mark in self.marks), default=0)


@dataclass(frozen=True, slots=True)
class Break:
    """Where a trail is broken first, and what is wrong there."""

    number: int
    problem: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Inspection:
    """How far the trail was gone through, and whether it was whole up to there."""

    head: Mark = BEGINNING
    since: datetime | None = None
    key_version: int = PLAIN
    broken: Break | None = None


async def inspect(trail: AuditTrail, seals: Seals, known: Known) -> Inspection:
    """Go through all of it, up to the first break; raises KeyMissing where a key is not there."""
    found = Inspection()
    async with aclosing(trail.batches()) as batches:
        async for records in batches:
            found = inspected(found, records, seals, known)
            if found.broken:
                break
    return concluded(found, known)


def inspected(
    found: Inspection, records: Sequence[AuditRecord], seals: Seals, known: Known
) -> Inspection:
    """What was found, with some records more that come next."""
    for record in records:
        problem = _problem(found, record, seals, known)
        if problem is not None:
            return replace(found, broken=problem)
        found = Inspection(record.mark, found.since or record.entry.at, record.key_version)
    return found


def concluded(found: Inspection, known: Known) -> Inspection:
    """What was found, once there are no more records: as many as there were before, or fewer."""
    missing = found.head.number + 1
    if found.broken or known.furthest < missing:
        return found
    problem = f"{_records(missing, known.furthest)} missing at the end"
    return replace(found, broken=Break(missing, problem))


def _problem(found: Inspection, record: AuditRecord, seals: Seals, known: Known) -> Break | None:
    expected = found.head.number + 1
    if record.number > expected:
        return Break(expected, f"{_records(expected, record.number - 1)} missing")
    problem = _wrong_with(found, record, seals, known)
    return None if problem is None else Break(record.number, problem, record.entry.at)


def _wrong_with(found: Inspection, record: AuditRecord, seals: Seals, known: Known) -> str | None:
    number = record.number
    if number <= found.head.number:
        return "it has a number that no record has"
    if not seals.fits(record):
        return "it was changed, or moved, after it was written"
    if record.previous != found.head.hash:
        return f"it does not follow on record {number - 1}: one of the two was put there later"
    if record.key_version == PLAIN and _had_key(found, seals, number > known.unsealed):
        return NOT_SEALED
    if (known.hash_of(number) or record.hash) != record.hash:
        return "it is another one than was seen there before"
    return None


def _had_key(found: Inspection, seals: Seals, asked: bool) -> bool:
    """Versions may go down: processes get a new key one after the other. To none they never go."""
    return found.key_version != PLAIN or (asked and seals.version != PLAIN)


def _records(first: int, last: int) -> str:
    return f"record {first} is" if first == last else f"records {first:,} to {last:,} are"
