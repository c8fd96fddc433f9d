"""The card that tells who did what, newest first."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo

from engine.audit.model import AuditRecord, Told
from engine.audit.ports import AuditTrail
from engine.cards import Card, CardKind, CardTable, Fact, Severity, counted, readable
from engine.commands import Audit

SHOWN = 30

_COLUMNS = ("No.", "When", "Who", "Did", "To what", "How")


class AuditAnswers:
    """What people hear when they ask who did what."""

    def __init__(self, trail: AuditTrail, zone: tzinfo) -> None:
        self._trail = trail
        self._zone = zone

    async def answer(self, command: Audit) -> Card:
        """The newest records, and how many there are."""
        records = await self._trail.newest(command.since, SHOWN)
        total = await self._trail.count(command.since)
        return audit_card(records, total, command.since, self._zone)


def audit_card(
    records: Sequence[AuditRecord], total: int, since: datetime | None, zone: tzinfo
) -> Card:
    """Who did what when; the whole trail is checked on the command line, where the key is."""
    rows = tuple(_cells(each, zone) for each in records)
    span = f" since {_moment(since, zone)}" if since else ""
    title = f"{counted(total, 'record')} in the audit log" if total else "No records"
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.INFO,
        title=f"{title}{span}",
        text=_left_out(total, len(rows)),
        facts=(Fact("Is it whole?", "`atlas audit verify` tells"),),
        table=CardTable(_COLUMNS, rows) if rows else None,
    )


def _left_out(total: int, shown: int) -> str:
    if total <= shown:
        return ""
    return f"The newest {shown} are shown; `atlas audit list` shows more of them."


def _cells(record: AuditRecord, zone: tzinfo) -> tuple[str, ...]:
    entry = record.entry
    return (
        readable(record.number),
        _moment(entry.at, zone),
        entry.actor,
        entry.action,
        entry.subject,
        told(entry.detail),
    )


def told(detail: Mapping[str, Told]) -> str:
    """A record's detail in one line."""
    return ", ".join(_each(detail))


def _each(detail: Mapping[str, Told]) -> Iterator[str]:
    for name in sorted(detail):
        value = detail[name]
        yield f"{name}: {'; '.join(value) if isinstance(value, tuple) else readable(value)}"


def _moment(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"
