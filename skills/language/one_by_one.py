"""What is done for one thing at a time: a run that leaves tables out, all schedules at once."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import dropwhile, takewhile

from engine.commands import (
    Backfill,
    Command,
    DeleteSchedule,
    ListPipelines,
    ListSchedules,
    PauseSchedule,
    ResumeSchedule,
    RunPipeline,
)
from skills.language.items import Item, Kind
from skills.language.lexicon import CONDITIONAL, CONNECTIVES, EXCLUDING, JOINING
from skills.language.matching import Match
from skills.language.said import Said

NO_EXCEPTIONS = "Single tables can't be left out of a run; run it for a single table instead."

MOST_TABLES = 8
"""So many tables are offered one by one."""

_DONE = {DeleteSchedule: "deleted", PauseSchedule: "paused", ResumeSchedule: "resumed"}
_ALL = frozenset({"all", "every", "each", "everything", "both", "them", "any"})
_INTO_THE_EXCEPTION = CONNECTIVES | {"not"}
_THE_OPPOSITE = frozenset({"only", "just"})
_CLAUSES = EXCLUDING | CONDITIONAL


def left_out(said: Said, match: Match) -> tuple[Item, ...]:
    """From the word of exclusion on, the items of an order to run that names tables after it."""
    if match.command not in (RunPipeline, Backfill):
        return ()
    clause = tuple(dropwhile(lambda item: not _begins_clause(item), said.items))
    if not clause or clause[0].value in CONDITIONAL | {"unless"}:
        return ()
    return clause if tuple(_tables_in(clause)) else ()


def _begins_clause(item: Item) -> bool:
    return item.kind is Kind.WORD and item.value in _CLAUSES


def _tables_in(clause: tuple[Item, ...]) -> Iterator[Item]:
    """The tables right after the word of exclusion; none for «but only orders»."""
    if any(item.value in _THE_OPPOSITE for item in clause):
        return
    after = dropwhile(lambda item: _is_quiet(item, _INTO_THE_EXCEPTION), clause[1:])
    for item in takewhile(
        lambda each: _is_quiet(each, JOINING | {"table"}) or _is_table(each), after
    ):
        if _is_table(item):
            yield item


def _is_quiet(item: Item, fine: frozenset[str]) -> bool:
    return item.kind is Kind.NOISE or (item.kind is Kind.WORD and item.value in fine)


def _is_table(item: Item) -> bool:
    return item.kind is Kind.TABLE


def one_table_each(
    said: Said, clause: tuple[Item, ...], commands: tuple[Command, ...]
) -> tuple[Command, ...]:
    """The order for each table that is not left out, alone."""
    out = {item.value for item in _tables_in(clause)}
    tables = [each for each in said.vocabulary.tables if each not in out][:MOST_TABLES]
    if len(commands) == 1 and isinstance(commands[0], RunPipeline | Backfill):
        order = commands[0]
        alone = (order,) if order.table else (replace(order, table=each) for each in tables)
        return tuple(alone) or (ListPipelines(),)
    return (ListPipelines(),)


def means_all_schedules(match: Match) -> bool:
    """Whether an order about schedules means more than one of them."""
    return match.command in _DONE and any(item.value.casefold() in _ALL for item in match.left)


def not_at_once(match: Match) -> str:
    """That schedules are changed one at a time."""
    return (
        f"Schedules are {_DONE[match.command]} one at a time, each by its id. "
        "«What is scheduled?» lists them."
    )


def schedules_meant(commands: tuple[Command, ...]) -> tuple[Command, ...]:
    """The list to choose from."""
    return tuple(
        ListSchedules(None, each.pipeline, each.table)
        for each in commands
        if isinstance(each, DeleteSchedule | PauseSchedule | ResumeSchedule)
    )
