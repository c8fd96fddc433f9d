"""What people ask for is recorded before it is done."""

import logging

import pytest

from engine.audit.recorder import CommandRecorder
from engine.commands import Help, ScanPrivacy
from engine.errors import DatabaseUnreachable, NotAllowed
from engine.testing.audit import MemoryAudit
from engine.testing.clock import EPOCH, FakeClock
from tests.builders import an_asker

SCAN = ScanPrivacy("bronze.orders")


KNOWN = frozenset({"bronze.customers"})


def lost() -> MemoryAudit:
    """A log whose database is away."""
    audit = MemoryAudit()
    audit.faults.plan("record", DatabaseUnreachable("PostgreSQL can't be reached."))
    return audit


async def test_what_is_asked_and_what_is_refused_is_recorded_with_its_moment() -> None:
    audit = MemoryAudit()
    recorder = CommandRecorder(audit, FakeClock())

    await recorder.asked(SCAN, an_asker(), KNOWN)
    await recorder.refused(SCAN, an_asker(), NotAllowed("Not you."), KNOWN)

    assert [(each.at, each.action, each.subject) for each in audit.entries] == [
        (EPOCH, "asked", "scan_privacy"),
        (EPOCH, "refused", "scan_privacy"),
    ]


async def test_questions_that_tell_nothing_personal_are_not_recorded() -> None:
    audit = MemoryAudit()
    recorder = CommandRecorder(audit, FakeClock())

    await recorder.asked(Help(), an_asker(), KNOWN)
    await recorder.refused(Help(), an_asker(), NotAllowed("Not you."), KNOWN)

    assert audit.entries == ()


async def test_what_can_not_be_recorded_is_not_done() -> None:
    with pytest.raises(DatabaseUnreachable):
        await CommandRecorder(lost(), FakeClock()).asked(SCAN, an_asker(), KNOWN)


async def test_a_refusal_is_told_also_where_it_can_not_be_recorded(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        await CommandRecorder(lost(), FakeClock()).refused(
            SCAN, an_asker(), NotAllowed("Not you."), KNOWN
        )

    assert "scan_privacy was not recorded" in caplog.text
