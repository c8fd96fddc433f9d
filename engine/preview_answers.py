"""The card that answers what a run would do, with its SQL."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.cards import Button, ButtonStyle, Card, CardKind, CardTable, Fact, Severity, readable
from engine.commands import RunPipeline
from engine.runs.model import StepKind
from engine.runs.preview import Standing, StepPreview

ROOMY = frozenset({"terminal", "rest"})
"""Platforms whose messages may be as long as they need to be; a chat gets the beginnings."""

LINES = 6
"""Lines of a statement that a chat gets."""

WIDTH = 120
"""Characters of a line that a chat gets."""

BUDGET = 1_500
"""Characters of SQL that a chat gets in all."""

_UNITS = ("bytes", "kB", "MB", "GB", "TB")
_STEP_UP = 1024


def preview_card(command: RunPipeline, steps: Sequence[StepPreview], *, whole: bool) -> Card:
    """What each step would do, to how many rows, in place of what; and how."""
    said = f"{command.pipeline} for {command.table}" if command.table else command.pipeline
    refresh = " with full refresh" if command.full_refresh else ""
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.WARNING if any(each.fails for each in steps) else Severity.INFO,
        title=f"{said}{refresh} would take {len(steps)} steps",
        text="\n".join(_lines(steps, said + refresh, whole=whole)),
        facts=tuple(_facts(steps)),
        table=CardTable(("Step", "What it would do", "Rows", "Now there"), tuple(map(_row, steps))),
        buttons=(Button("Run it", f"run pipeline {said}{refresh}", ButtonStyle.PRIMARY),),
        fallback_text=f"{said}{refresh} would take {len(steps)} steps; nothing was changed.",
    )


def _row(each: StepPreview) -> tuple[str, ...]:
    return (
        each.step.name,
        "fail" if each.fails else each.does,
        "" if each.rows is None else readable(each.rows),
        _standing(each.replaces) if each.replaces else "",
    )


def _standing(table: Standing) -> str:
    rows = "" if table.rows is None else f"{readable(table.rows)} rows, "
    return f"{rows}{size(table.bytes)}"


def size(count: int) -> str:
    """Bytes as people write them, such as `1.4 MB`."""
    amount, unit = float(count), 0
    while amount >= _STEP_UP and unit < len(_UNITS) - 1:
        amount, unit = amount / _STEP_UP, unit + 1
    return f"{amount:.1f} {_UNITS[unit]}" if unit else f"{count} {_UNITS[0]}"


def _facts(steps: Sequence[StepPreview]) -> Iterator[Fact]:
    replaced = [str(each.replaces.dataset) for each in steps if each.replaces]
    yield Fact("Would change", ", ".join(replaced) or "no table that is there")
    checks = [each for each in steps if each.step.kind is StepKind.CHECK and each.notes]
    yield Fact("Gates", readable(len(checks)))


def _lines(steps: Sequence[StepPreview], said: str, *, whole: bool) -> Iterator[str]:
    yield "Nothing was changed. Rows are estimates: with duplicates and those for the quarantine."
    for each in steps:
        if each.fails:
            yield f"{each.step.name} would fail: {each.fails}"
        if whole or each.step.kind is not StepKind.CHECK:
            yield from (f"{each.step.name}: {note}" for note in each.notes)
    shown = list(_sql(steps))
    if whole:
        yield from shown
        return
    cut = list(_beginnings(steps))
    yield from cut
    if cut != shown:
        yield f'All of the SQL: atlas ask --json "dry run {said}"'


def _sql(steps: Sequence[StepPreview]) -> Iterator[str]:
    for each in steps:
        if each.sql:
            yield f"-- {each.step.name}"
            yield from (line for sql in each.sql for line in f"{sql};".splitlines())


def _beginnings(steps: Sequence[StepPreview]) -> Iterator[str]:
    """The first lines of each statement, until there is enough to read."""
    short = [replace(each, sql=tuple(_cut(sql) for sql in each.sql)) for each in steps]
    left = BUDGET
    for line in _sql(short):
        left -= len(line)
        if left < 0:
            return
        yield line


def _cut(sql: str) -> str:
    lines = [line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…" for line in sql.splitlines()]
    left = len(lines) - LINES
    return "\n".join([*lines[:LINES], f"-- {left} more lines"] if left > 0 else lines)
