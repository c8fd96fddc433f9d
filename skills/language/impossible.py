"""Tell what can never be, or is never done: 31 February, hour 25, a dry run of a backfill."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from engine.commands import (
    Backfill,
    CancelRun,
    Command,
    RetryRun,
    RunPipeline,
    SchedulePipeline,
)
from engine.errors import RecurrenceUnreadable
from engine.recurrence import Cron
from skills.language.dates import WEEKDAYS, Calendar, day_length, read_day
from skills.language.halves import is_pointed
from skills.language.items import Kind
from skills.language.matching import best_match
from skills.language.readings import Guess
from skills.language.said import Said
from skills.language.words import Word

_AGAIN = ("every", "each")
_UNTIMED = frozenset({*_AGAIN, "cron"})
"""Words that say when: where they stay unexplained, nobody asked for a run at once."""

_UNITS = frozenset(
    word
    for words in (
        "s sec secs second seconds",
        "m min mins minute minutes",
        "h hr hrs hour hours",
        "d day days",
        "w week weeks",
        "month months",
    )
    for word in words.split()
)
_PAST_PARTS = frozenset({*WEEKDAYS, "night", "day", "week", "month", "year", "weekend"})
_FIELDS = ("minute", "hour", "day", "month", "weekday")
_CLOCK = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2})(?::([0-9]{2}))?)?(am|pm)?")
_ORDINAL = re.compile(r"[0-9]{1,2}(?:st|nd|rd|th)")
_NO_TIME = re.compile(r"0+(?:s|sec|secs|m|min|mins|h|hr|hrs|d|w)?")
_HOURS, _HOURS_TO_NOON, _SIXTY = 24, 12, 60


@dataclass(frozen=True, slots=True)
class _Words:
    text: str
    words: tuple[Word, ...]
    calendar: Calendar

    @property
    def texts(self) -> list[str]:
        return [word.text for word in self.words]

    def typed(self, at: int, length: int = 1) -> str:
        return self.text[self.words[at].start : self.words[at + length - 1].end]


def fault_in_time(text: str, words: tuple[Word, ...], calendar: Calendar) -> str | None:
    """What is wrong with a time that is named; None where nothing is."""
    line = _Words(text, words, calendar)
    found = (reader(line, at) for at in range(len(words)) for reader in _READERS)
    return next((fault for fault in found if fault), None)


def past_in(text: str, words: tuple[Word, ...]) -> str | None:
    """Why nothing can run at a time that is named: it has passed."""
    texts = [*(word.text for word in words), "", ""]
    for at, word in enumerate(words):
        is_past = texts[at] == "last" and texts[at + 1] in _PAST_PARTS
        if is_past and texts[at + 1 : at + 3] == ["day", "of"]:
            return "A schedule can't find the last day of a month: name one, such as the 28th."
        if is_past or texts[at] in ("yesterday", "ago"):
            named = (
                "in the past" if word.text == "ago" else text[word.start : words[at + is_past].end]
            )
            return (
                f"Nothing can start {named}: say when to run. For days that passed, say backfill."
            )
    return None


def dry_run_of(said: Said) -> str | None:
    """Why an order that knows no dry run can't be one."""
    match = best_match(said.items)
    if match is None or all(item.kind is not Kind.DRY for item in match.left):
        return None
    if match.command is not Backfill:
        return "Only a run of a pipeline can be a dry run."
    table = next(iter(said.values(Kind.TABLE)), None)
    named = next(iter(said.values(Kind.PIPELINE)), None)
    dataset = said.vocabulary.dataset(table, None, "silver") if table else None
    maker = dict(said.vocabulary.makers).get(dataset or "") or "bronze_to_silver"
    instead = f"dry run {named or maker}" + (f" for {table}" if table else "")
    return f"A dry run of a backfill is not possible; say {instead}."


def does_otherwise(guess: Guess, said: Said) -> bool:
    """Whether a time is left of an order to run, or a dry run became a schedule."""
    if any(item.kind is Kind.DRY for item in said.items):
        return any(isinstance(command, SchedulePipeline) for command in guess.commands)
    is_at_once = any(isinstance(command, RunPipeline) for command in guess.commands)
    return any(
        (item.kind is Kind.WORD and item.value in _UNTIMED)
        or (is_at_once and (item.kind is Kind.TIME or _ORDINAL.fullmatch(item.value)))
        for item in said.meaningful
    )


def works_the_latest(commands: tuple[Command, ...]) -> bool:
    """Whether one of these commands stops or repeats a run that is not named."""
    orders = (each for each in commands if isinstance(each, (CancelRun, RetryRun)))
    return any(order.run_id is None for order in orders)


def runs_something(commands: tuple[Command, ...]) -> bool:
    """Whether one of these commands starts a pipeline, at once or later."""
    return any(isinstance(command, (RunPipeline, SchedulePipeline)) for command in commands)


def _no_day(line: _Words, at: int) -> str | None:
    before = line.texts[at - 1] if at else ""
    length = day_length(line.texts, at)
    is_clock = before in ("at", "around", "and") and "." in line.texts[at]
    if not length or is_clock or is_pointed(line.texts, at) or _is_day(line, at):
        return None
    return f"There is no {line.typed(at, length)}."


def _is_day(line: _Words, at: int) -> bool:
    try:
        either = (replace(line.calendar, ahead=ahead) for ahead in (False, True))
        return any(read_day(line.texts, at, calendar) for calendar in either)
    except (ValueError, OverflowError):
        return False


def _no_clock(line: _Words, at: int) -> str | None:
    found = _CLOCK.fullmatch(line.texts[at])
    is_said = at > 0 and line.texts[at - 1] == "at"
    after = line.texts[at + 1] if at + 1 < len(line.words) else ""
    is_clock = bool(found) and (":" in line.texts[at] or (is_said and after not in _UNITS))
    if not found or not (is_clock or found[4]):
        return None
    minutes = (int(found[2] or 0), int(found[3] or 0))
    last_hour = _HOURS_TO_NOON if found[4] else _HOURS - 1
    is_time = int(found[1]) <= last_hour and max(minutes) < _SIXTY
    of_hours = "" if found[2] or found[4] else " o'clock"
    return None if is_time else f"There is no {line.typed(at)}{of_hours}."


def _no_interval(line: _Words, at: int) -> str | None:
    number, unit, *_ = (*line.texts[at + 1 : at + 3], "", "")
    if line.texts[at] not in (*_AGAIN, "in") or not _NO_TIME.fullmatch(number):
        return None
    length = 2 + (unit in _UNITS)
    return f"There is no interval of {line.typed(at + 1, length - 1)}."


def _once_a_year(line: _Words, at: int) -> str | None:
    length = day_length(line.texts, at + 1) if line.texts[at] in _AGAIN else 0
    if not length or is_pointed(line.texts, at + 1) or _no_day(line, at + 1):
        return None
    return f"No schedule runs once a year, so not {line.typed(at, length + 1)}."


def _no_cron(line: _Words, at: int) -> str | None:
    pieces = line.texts[at].split(" ")
    if len(pieces) != len(_FIELDS):
        return _short_cron(line, at)
    wrong = (
        f"{name} {piece}"
        for place, (name, piece) in enumerate(zip(_FIELDS, pieces, strict=True))
        if not _is_cron(" ".join(piece if each == place else "*" for each in range(len(_FIELDS))))
    )
    named = ", ".join(wrong)
    return f"cron {line.typed(at)} is no cron line: {named}." if named else None


def _short_cron(line: _Words, at: int) -> str | None:
    after = (*line.texts[at + 1 : at + 2], "0")[0]
    if line.texts[at] != "cron" or not after[0].isdigit() or " " in after:
        return None
    return f"A cron line has five fields: {', '.join(_FIELDS)}."


def _is_cron(line: str) -> bool:
    try:
        Cron.read(line, "UTC")
    except RecurrenceUnreadable:
        return False
    return True


_READERS: tuple[Callable[[_Words, int], str | None], ...] = (
    _no_cron, _no_day, _no_interval, _once_a_year, _no_clock,
)  # fmt: skip
