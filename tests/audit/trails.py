"""Trails of made-up records, and what somebody may do to them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from engine.audit.inspection import Inspection, Known, concluded, inspected
from engine.audit.model import BEGINNING, AuditEntry, AuditRecord, Told
from engine.audit.seals import Seals
from engine.privacy.protect import SecretKey
from engine.testing.clock import EPOCH

KEY = SecretKey(bytes(range(32)))
NEXT_KEY = SecretKey(bytes(range(1, 33)), version=2)
KEYED, PLAINLY = Seals((KEY,)), Seals()


def an_entry(number: int = 1, **detail: Told) -> AuditEntry:
    """Something that was asked."""
    at = EPOCH + timedelta(minutes=number)
    return AuditEntry(at, "web:maria", "asked", f"command {number}", detail)


def a_trail(length: int, seals: Seals = KEYED) -> list[AuditRecord]:
    """So many records, one after the other."""
    records: list[AuditRecord] = []
    for number in range(1, length + 1):
        after = records[-1].mark if records else BEGINNING
        records.append(seals.sealed(after, an_entry(number, where="web:#general")))
    return records


def edited(record: AuditRecord, **changes: object) -> AuditRecord:
    """The record with another entry, and the hash that it had."""
    return replace(record, entry=replace(record.entry, **changes))  # type: ignore[arg-type]  # by field name


def looked_at(
    records: Sequence[AuditRecord], seals: Seals = KEYED, known: Known | None = None
) -> Inspection:
    """What a look at all of them finds."""
    known = known or Known()
    return concluded(inspected(Inspection(), records, seals, known), known)
