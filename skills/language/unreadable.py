"""Tell what a sentence names that can't be read: a time, an age, the id of a check, a column."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from engine.commands import (
    AcceptChecks,
    Audit,
    Command,
    DeleteQuarantine,
    ListQuarantine,
    ListRuns,
    ListSchedules,
)
from engine.people import Role
from skills.language.items import Item, Kind
from skills.language.matching import ACCEPTS, Match
from skills.language.names import nearest
from skills.language.readings import Guess
from skills.language.said import Said
from skills.language.vocabulary import Vocabulary

READABLE_TIMES = (
    "Times that I read: since Monday, since 9am, last night, over the last 2 weeks, "
    "between 1 March and 3 March, since 2026-03-01."
)
NO_AGE = "An age is a number of days, weeks or months above 0: older than 30 days."
NO_CHECK_ID = (
    "The id of a check is a letter and four figures, such as k4821: «suggest checks» lists them."
)
UNCHANGEABLE = (
    "Nothing was done: a schedule can't be changed. Delete it, and say the new one in its place."
)
AHEAD = "That time has not come yet."

_CHANGING = re.compile(
    r"\b(?:change|edit|modify|move|postpone|reschedule|shift|update)\b", re.IGNORECASE
)
_OPENING = frozenset({"since", "until", "till", "between"})
_LAST = frozenset({"last", "past", "previous", "next"})
_COUNTED = frozenset({
    "minute", "minutes", "hour", "hours", "day", "days", "week", "weeks", "month", "months",
    "year", "years", "fortnight", "fortnights",
})  # fmt: skip
_AHEAD = frozenset({"tomorrow", "next"})
_AN_AGE = re.compile(r"\bolder than\s+(?P<age>\S+)", re.IGNORECASE)
_SIGNS = "-+\N{MINUS SIGN}"
_ACCEPTED = re.compile(
    r"(?:accept|add) (?:the )?(?:quality )?(?:check|checks|suggestion|suggestions) "
    r"(?!for\b|of\b|on\b|to\b|in\b)(?P<id>[\w-]{1,40})",
    re.IGNORECASE,
)


def unread_time(said: Said, match: Match) -> str | None:
    """Why a time that was named is none; None where none was named, or it is a time."""
    if Kind.TIME not in ACCEPTS[match.command] or not _only_looks(match.command):
        return None
    left = tuple(
        item for item in said.items if item.kind is not Kind.NOISE and _is_left(item, match)
    )
    for at, item in enumerate(left):
        ahead = left[at + 1 : at + 4]
        if item.kind is Kind.WORD and _opens_a_time(item, ahead):
            named = said.typed_together(left[at : at + 1 + len(ahead)])
            is_ahead = any(each.value in _AHEAD for each in (item, *ahead[:1]))
            return f"{AHEAD if is_ahead else f'Not understood: {named}.'} {READABLE_TIMES}"
    return None


def _only_looks(command: type[Command]) -> bool:
    return command.needs is Role.VIEWER or command is Audit


def _is_left(item: Item, match: Match) -> bool:
    return all(item is not used for used in match.cue) and item.kind is not Kind.TIME


def _opens_a_time(item: Item, ahead: Sequence[Item]) -> bool:
    following = ahead[0].value if ahead else ""
    if item.value in _OPENING:
        return bool(ahead) and following != "when"
    counted = any(each.value in _COUNTED for each in ahead[:2])
    return (
        item.value == "tomorrow" or (item.value in _LAST and counted) or _is_number(item, following)
    )


def _is_number(item: Item, following: str) -> bool:
    return (item.value.isdigit() or item.value == "zero") and following in _COUNTED


def not_yet(command: Command, now: datetime) -> str | None:
    """Why nothing can be told of a time that lies ahead."""
    since = getattr(command, "since", None)
    is_ahead = isinstance(since, datetime) and since > now
    return f"{AHEAD} {READABLE_TIMES}" if is_ahead else None


def runs_at_any_time(command: ListRuns, vocabulary: Vocabulary) -> tuple[Command, ...]:
    """The runs of what is known by name, without the day that does not exist."""
    table = command.table if command.table in vocabulary.short_names() else None
    return (replace(command, table=table, since=None, until=None),)


def unread_age(text: str, match: Match) -> str | None:
    """Why rows of that age can't be deleted: there is no such age."""
    found = _AN_AGE.search(text) if match.command is DeleteQuarantine else None
    is_read = any(item.kind is Kind.AGE for item in match.slots)
    return NO_AGE if found and not (is_read and found["age"][0] not in _SIGNS) else None


def unchangeable(said: Said, match: Match) -> str | None:
    """Why a schedule stays as it is: it is only made, paused, resumed and deleted."""
    is_meant = match.command is ListSchedules and _CHANGING.search(said.text)
    return UNCHANGEABLE if is_meant else None


def unread_check_id(text: str, match: Match | None) -> str | None:
    """Why a check can't be accepted: that is no id of one."""
    found = _ACCEPTED.search(text)
    if found is None or (match is not None and match.command is AcceptChecks):
        return None
    return f"{found['id']} is no id of a check. {NO_CHECK_ID}"


def unknown_column(command: Command, vocabulary: Vocabulary) -> Guess | None:
    """That no column is called as the rule that was asked for, and what to look at instead."""
    if not isinstance(command, ListQuarantine) or command.rule is None:
        return None
    known = tuple(column.casefold() for column in vocabulary.columns)
    if not known or command.rule.casefold() in known:
        return None
    near = (ListQuarantine(command.dataset, column) for column, _ in nearest(command.rule, known))
    reason = f"No table declares a column {command.rule}; rows are put aside for a column."
    return Guess((*near, ListQuarantine(command.dataset), command), reason)
