"""The card that answers what a run would do, with its SQL."""

from collections.abc import Iterator, Sequence

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
from engine.commands import RunPipeline
from engine.runs.model import WRITING, StepKind
from engine.runs.preview import Standing, StepPreview

ROOMY = frozenset({"terminal", "rest"})
"""Platforms whose messages may be as long as they need to be; a chat gets the beginnings."""

LINES = 15
"""Lines of SQL that a chat gets in all."""

WIDTH = 120
"""Characters of a line that a chat gets."""

NAMED = 8
"""Tables whose rows are told before the SQL; the card's table has all of them."""

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
    undecided = [f"{each.step.dataset}.{name}" for each in steps for name in each.undecided]
    if undecided:
        more = f" and {len(undecided) - NAMED} more" if undecided[NAMED:] else ""
        names = ", ".join(undecided[:NAMED])
        yield Fact("Nobody decided", f"{names}{more}: a sample tells when it runs")


def _lines(steps: Sequence[StepPreview], said: str, *, whole: bool) -> Iterator[str]:
    yield "Nothing was changed. Rows are estimates: with duplicates and those for the quarantine."
    for each in steps:
        if each.fails:
            yield f"{each.step.name} would fail: {each.fails}"
    # the SQL is long, and a card shows its table below its text
    yield from _expected(steps)
    for each in steps:
        if whole or each.step.kind is not StepKind.CHECK:
            yield from (f"{each.step.name}: {note}" for note in each.notes)
    sql = list(_sql(steps))
    yield from sql if whole else _beginning(sql, said)


def _expected(steps: Sequence[StepPreview]) -> Iterator[str]:
    """How many rows are written where, and what is there now."""
    writing = [each for each in steps if each.step.kind in WRITING and not each.fails]
    told = [each for each in writing if each.rows is not None or each.replaces]
    yield from map(_expectation, told[:NAMED])
    if len(told) > NAMED:
        yield f"… {counted(len(told) - NAMED, 'more step')} in the table below"


def _expectation(each: StepPreview) -> str:
    rows = "an unknown number of rows" if each.rows is None else counted(each.rows, "row")
    now = f"; now there: {_standing(each.replaces)}" if each.replaces else ""
    return f"{each.step.name}: {rows}{now}"


def _sql(steps: Sequence[StepPreview]) -> Iterator[str]:
    for each in steps:
        if each.sql:
            yield f"-- {each.step.name}"
            yield from (line for sql in each.sql for line in f"{sql};".splitlines())


def _beginning(sql: Sequence[str], said: str) -> Iterator[str]:
    """The first lines, none of them too wide, and where the others are."""
    shown = [line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…" for line in sql[:LINES]]
    yield from shown
    left = len(sql) - len(shown)
    if left:
        yield f"… {counted(left, 'more line')}"
    if shown != list(sql):
        yield f'All of the SQL: atlas ask --json "dry run {said}"'
