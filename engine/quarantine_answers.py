"""The cards about quarantine: what is there, what became of it, and whether it may go."""

from collections.abc import Iterator

from engine.alerts.wording import owner_fact
from engine.cards import (
    Button,
    ButtonStyle,
    Card,
    CardKind,
    CardTable,
    Fact,
    Severity,
    counted,
    readable,
)
from engine.catalog.model import Project, Table
from engine.commands import DeleteQuarantine, ListQuarantine, ReleaseQuarantine
from engine.quality.examples import MISSING, MOST_EXAMPLES
from engine.runs.quarantine import Quarantined, QuarantinedRow, shown_values

QuarantineCommand = ListQuarantine | ReleaseQuarantine | DeleteQuarantine

SHOWN_ROWS = 20


def quarantine_card(project: Project, table: Table, found: Quarantined, rule: str | None) -> Card:
    """Which rows of a table were put aside and why; of the first ones what may be told of them."""
    rows = found.rows[:SHOWN_ROWS]
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.WARNING if found.total else Severity.SUCCESS,
        title=f"{counted(found.total, 'row')} of {table.name} in quarantine{_of(rule)}",
        text=_left_out(table, found.total - len(rows), len(rows)),
        facts=(
            *_reasons(found),
            *owner_fact(project, table.silver),
        ),
        table=CardTable(_COLUMNS, tuple(_cells(table, rows))) if rows else None,
        buttons=tuple(_next_steps(table, found.total, rule)),
    )


_COLUMNS = ("Delivery", "Bronze row", "Why", "Values")


def _of(rule: str | None) -> str:
    return f" for {rule}" if rule else ""


def _reasons(found: Quarantined) -> Iterator[Fact]:
    if found.reasons:
        told = ", ".join(f"{reason} ({number:,})" for reason, number in found.reasons)
        yield Fact("Reasons", told)


def _left_out(table: Table, more: int, shown: int) -> str:
    if not more:
        return ""
    return f"The first {shown} are shown; {more:,} more are in quarantine.{table.name}."


def _cells(table: Table, rows: tuple[QuarantinedRow, ...]) -> Iterator[tuple[str, ...]]:
    for place, row in enumerate(rows):
        values = _values(table, row) if place < MOST_EXAMPLES else ""
        yield row.source, readable(row.row), "; ".join(row.reasons), values


def _values(table: Table, row: QuarantinedRow) -> str:
    shown = shown_values(table, row)
    return ", ".join(f"{name}: {MISSING if value is None else value}" for name, value in shown)


def _next_steps(table: Table, total: int, rule: str | None) -> Iterator[Button]:
    if not total:
        return
    of = f"quarantined rows of {table.silver}{_of(rule)}"
    yield Button("Judge them again", f"release {of}", ButtonStyle.PRIMARY)
    yield Button("Delete them", f"delete {of}")


def nothing_card(table: Table, rule: str | None, days: int | None = None) -> Card:
    """That there are no such rows, so that nothing was done."""
    old = f" older than {counted(days, 'day')}" if days else ""
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.INFO,
        title=f"No rows of {table.name} in quarantine{_of(rule)}{old}",
        text="So there was nothing to do, and nothing was changed.",
        buttons=(Button("Show quarantine", f"show quarantined rows of {table.silver}"),),
    )


def asking_card(table: Table, command: DeleteQuarantine, count: int) -> Card:
    """How many rows would be deleted, with the button that does it."""
    rows = counted(count, "row")
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.WARNING,
        title=f"Delete {rows} of {table.name} from quarantine?",
        text=f"Nothing was deleted yet. {comes_back(table)}",
        facts=tuple(_meant(command)),
        buttons=(
            Button(
                f"Delete {rows}",
                _confirmed(command),
                ButtonStyle.DANGER,
                f"Delete {rows} of {table.name} from quarantine?",
            ),
        ),
    )


def deleted_card(table: Table, command: DeleteQuarantine, count: int, left: int) -> Card:
    """How many rows were deleted, and what is left."""
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.SUCCESS,
        title=f"{counted(count, 'row')} of {table.name} deleted from quarantine",
        text=comes_back(table),
        facts=(*_meant(command), Fact("Still in quarantine", counted(left, "row"))),
    )


def comes_back(table: Table) -> str:
    """That the raw rows stay, and when they are judged once more."""
    when = "a full refresh" if table.load.incremental else "the next run"
    return f"{table.bronze} keeps the raw rows: {when} puts those aside again that are still bad."


def _meant(command: DeleteQuarantine) -> Iterator[Fact]:
    if command.rule:
        yield Fact("Rule", command.rule)
    if command.older_than:
        yield Fact("Older than", counted(command.older_than, "day"))


def _confirmed(command: DeleteQuarantine) -> str:
    """The sentence that deletes them at once."""
    old = f" older than {command.older_than} days" if command.older_than else ""
    return f"delete quarantined rows of {command.dataset}{_of(command.rule)}{old} and i am sure"
