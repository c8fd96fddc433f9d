"""What people hear when they ask who did what."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from engine.audit.model import AuditEntry
from engine.audit_answers import SHOWN, AuditAnswers, told
from engine.cards import Card
from engine.commands import Audit
from engine.people import Role
from engine.testing.audit import MemoryAudit
from engine.testing.clock import EPOCH
from tests.audit.trails import an_entry

BERLIN = ZoneInfo("Europe/Berlin")


async def asked(*entries: AuditEntry, command: Audit | None = None) -> Card:
    audit = MemoryAudit()
    await audit.record(*entries)
    return await AuditAnswers(audit, BERLIN).answer(command or Audit())


async def test_the_newest_record_comes_first_with_all_that_is_known() -> None:
    card = await asked(an_entry(1, where="web:#general", rows=1200), an_entry(2))

    assert card.title == "2 records in the audit log"
    assert card.text == ""
    assert card.table is not None
    assert card.table.rows == (
        ("2", "2026-03-01 13:02 CET", "web:maria", "asked", "command 2", ""),
        (
            "1",
            "2026-03-01 13:01 CET",
            "web:maria",
            "asked",
            "command 1",
            "rows: 1,200, where: web:#general",
        ),
    )


async def test_only_what_happened_since_then_is_told() -> None:
    since = EPOCH + timedelta(minutes=2)
    card = await asked(*map(an_entry, (1, 2, 3)), command=Audit(since))

    assert card.title == "2 records in the audit log since 2026-03-01 13:02 CET"
    assert card.table is not None
    assert [row[0] for row in card.table.rows] == ["3", "2"]


async def test_a_long_log_is_cut_and_says_so() -> None:
    card = await asked(*map(an_entry, range(1, SHOWN + 9)))

    assert card.table is not None
    assert len(card.table.rows) == SHOWN
    assert card.title.startswith(f"{SHOWN + 8} records")
    assert f"newest {SHOWN}" in card.text


async def test_where_nothing_was_recorded_there_is_no_table() -> None:
    card = await asked(an_entry(1), command=Audit(EPOCH + timedelta(days=1)))

    assert card.title == "No records since 2026-03-02 13:00 CET"
    assert card.table is None


def test_several_values_stand_side_by_side() -> None:
    assert (
        told({"columns": ("a: hash", "b: mask"), "key": 2}) == "columns: a: hash; b: mask, key: 2"
    )


def test_only_admins_may_ask() -> None:
    assert not Role.VIEWER.covers(Audit.needs)
    assert not Role.OPERATOR.covers(Audit.needs)
