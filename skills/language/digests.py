"""Read sentences about digests: one now, one since Monday, one every Monday at 9."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.commands import Command, DigestNow, Help, ListSchedules, ScheduleDigest
from engine.recurrence import Cron, Recurrence
from skills.language.dates import Calendar
from skills.language.impossible import fault_in_time, past_in
from skills.language.names import Names
from skills.language.readings import Guess, Reading
from skills.language.scheduling import plan_in
from skills.language.shapes import REFUSED, Shape, reading, words_in
from skills.language.times import read_period
from skills.language.unreadable import AHEAD, READABLE_TIMES
from skills.language.words import words_of

_DIGEST = r"(?:digests?|summary|summaries|recap|round up)(?: report| message)?"
_SEND = (
    r"(?:send|post|give|show|get|make|create|schedule|set up|deliver|want|need|start"
    r"|start sending|have|see"
    r"|write|new)"
)
_HERE = (
    r"(?:me|us|here|this channel|in this channel|to this channel|to me|to us|to here|for me|for us)"
)
_PLACE = r"(?:(?:to|in|into|for) )?(?P<place>P\d+)(?: channel)?"
_ORDERED = (
    (
        rf"(?:only )?(?:{_SEND} )?(?:{_HERE} )?(?:(?:weekly|daily|monthly|hourly|quick"
        rf"|short) )?{_DIGEST}(?: {_HERE})?(?: for)?"
    ),
    rf"(?:{_SEND} )?(?:(?:weekly|daily|monthly|hourly|quick|short) )?{_DIGEST} {_PLACE}",
    rf"{_SEND} {_PLACE} (?:(?:weekly|daily|monthly|hourly|quick|short) )?{_DIGEST}",
    rf"{_PLACE} (?:(?:weekly|daily|monthly) )?{_DIGEST}",
)
_LISTED = (
    (
        r"(?:(?:list|show|what|which|display) (?:me )?)?(?:scheduled )?(?:digests"
        r"|summaries)(?: (?:are )?(?:there|scheduled|planned))?"
    ),
    rf"when (?:is|does|will) (?:next )?{_DIGEST}(?: come| be sent| sent)?",
)
_NOW = re.compile(r"\b(?:right )?now\b", re.IGNORECASE)
_NAMED = frozenset(["digest", "digests"])
_ABOUT = _NAMED | {"summary", "summaries", "recap", "round"}
_SAYS = r"(?:something|anything|news|trouble|problems)"
_QUIET = re.compile(
    rf",?\s*(?:but |and )?(?:"
    rf"(?:only |just )?(?:if|when|where|whenever) there (?:is|are|was|were) "
    rf"(?:actually )?(?:{_SAYS})"
    r"(?: (?:to say|to report|to tell|new|worth saying|going on))?"
    r"|(?:only |just )?(?:if|when) (?:something|anything) (?:happened|is new|changed|went wrong)"
    r"|unless (?:there is )?(?:nothing|no news)(?: (?:to say|to report|new|happened))?"
    r"|(?:only |just )with news|only news"
    r"|(?:skip(?: it)?|stay quiet|be quiet|nothing|not) (?:if|when|where) "
    r"(?:there is )?nothing(?: (?:to say|to report|new|happened))?"
    r")(?= |$|[,.?!])",
    re.IGNORECASE,
)
_PERIOD = re.compile(
    r"\b(?:of|over|for|about|covering|on|with) (?:the )?(?:last|past|previous) "
    r"(?:(?P<number>[0-9]{1,3}|two|three|four|seven|fourteen|thirty) )?(?P<unit>days?"
    r"|weeks?|months?)\b",
    re.IGNORECASE,
)
_NUMBERS = {"two": 2, "three": 3, "four": 4, "seven": 7, "fourteen": 14, "thirty": 30}
_UNITS = {"day": 1, "week": 7, "month": 30}
_SINCE = re.compile(r"\b(?:since|from|after) (?P<when>.+)$", re.IGNORECASE)
_OF_WHEN = re.compile(
    r"\b(?:of|for|on|about) (?P<when>(?:yesterday|today|last night|this (?:week|month"
    r"|morning)|last \w+).*)$",
    re.IGNORECASE,
)
_MIDNIGHT = re.compile(r"\b(?:midnight|0?0:00|12 ?am|at 0|cron)\b", re.IGNORECASE)
WORDS = words_in((*_ORDERED, *_LISTED))
_ORDERS, _LISTS = (tuple(map(re.compile, each)) for each in (_ORDERED, _LISTED))
_REMOVING = frozenset(
    ["delete", "remove", "stop", "cancel", "pause", "resume", "end", "unschedule"]
)
THROUGH_SCHEDULES = "A digest is a schedule: say for example «delete schedule SCH-3»."


def speaks_of_digests(shape: Shape) -> bool:
    """Whether the sentence may be about a digest."""
    return not shape.words.isdisjoint(_ABOUT)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A sentence about a digest, without what it says of silence and of days."""

    text: str
    quiet: bool
    days: int | None


def read_digest(
    text: str, shape_of: Callable[[str], Shape | None], names: Names, calendar: Calendar
) -> Reading | None:
    """A digest now, or again and again; None where the sentence is another one."""
    shape = shape_of(text)
    if shape is None:
        return None
    if any(form.fullmatch(shape.form) for form in _LISTS):
        return reading(shape, (ListSchedules(),))
    asked = _asked(shape.said.text)
    return (
        _scheduled(asked, shape, shape_of, names, calendar)
        or _now(asked, shape, shape_of, calendar)
        or _nearly(shape)
    )


def _asked(text: str) -> _Asked:
    calm = _QUIET.sub(" ", text)
    found = _PERIOD.search(calm)
    plain = f"{calm[: found.start()]} {calm[found.end() :]}" if found else calm
    squeezed = " ".join(plain.split()).strip(" ,;")
    return _Asked(squeezed, calm != text, _days(found) if found else None)


def _days(found: re.Match[str]) -> int:
    number = (found["number"] or "1").casefold()
    return (_NUMBERS.get(number) or int(number)) * _UNITS[found["unit"].casefold().rstrip("s")]


def _scheduled(
    asked: _Asked,
    shape: Shape,
    shape_of: Callable[[str], Shape | None],
    names: Names,
    calendar: Calendar,
) -> Reading | None:
    words = words_of(asked.text)
    plan = plan_in(words, names, calendar)
    if plan is None or not plan.is_said:
        return None
    fault = fault_in_time(asked.text, words, calendar) or past_in(asked.text, words)
    if fault and not shape.is_refused:
        return Guess((DigestNow(), ListSchedules()), fault)
    kept = {word.start for word in plan.rest}
    gone = (word for word in words if word.start not in kept)
    rest = shape_of(_blanked(asked.text, ((word.start, word.end) for word in gone)))
    found = _first(rest.form) if rest else None
    if rest is None or found is None:
        return None
    if shape.is_refused:
        return Guess((DigestNow(),), REFUSED)
    place, times = _place(rest, found), plan.times
    doubts = [*rest.doubts, times.reason]
    if any(map(_is_at_midnight, times.recurrences)) and not _MIDNIGHT.search(asked.text):
        timed = plan_in(words_of(f"{asked.text} at 9"), names, calendar)
        times = timed.times if timed else times
        doubts = [*doubts, "At what time?"]
    commands = (ScheduleDigest(each, place, asked.days, asked.quiet) for each in times.recurrences)
    return reading(shape, commands, doubts)


def _is_at_midnight(when: Recurrence) -> bool:
    """Whether it comes at midnight, where nobody named a clock time."""
    return isinstance(when, Cron) and when.text.startswith("0 0 ")


def _blanked(text: str, stretches: Iterator[tuple[int, int]]) -> str:
    """The text with blanks where stretches of it were."""
    letters = list(text)
    for start, end in stretches:
        letters[start:end] = " " * (end - start)
    return " ".join("".join(letters).split())


def _now(
    asked: _Asked, shape: Shape, shape_of: Callable[[str], Shape | None], calendar: Calendar
) -> Reading | None:
    plain = _NOW.sub(" ", asked.text)
    since, rest, unread = _since(plain, calendar)
    inner = shape_of(rest)
    found = _first(inner.form) if inner else None
    if inner is None or found is None or shape.is_refused:
        return None
    if unread:
        reason = f"{unread} {READABLE_TIMES}"
        return Guess((DigestNow(_place(inner, found)),), reason)
    if asked.days and since is None:
        since = calendar.ago(timedelta(days=asked.days))
    return reading(inner, (DigestNow(_place(inner, found), since),))


def _since(text: str, calendar: Calendar) -> tuple[datetime | None, str, str]:
    """From when on, the words without that, and what can't be read of it."""
    found = _SINCE.search(text) or _OF_WHEN.search(text)
    if found is None:
        return None, text, ""
    words = words_of(found["when"])
    texts = ["since", *(word.text for word in words)]
    period = read_period(texts, 0, calendar)
    named = found["when"]
    if period is None or period[0].since is None or not words:
        is_ahead = bool(words) and words[0].text in ("tomorrow", "next")
        why = AHEAD if is_ahead else f"Not understood: {found.group()}."
        return None, text[: found.start()], why
    after = named[words[period[1] - 2].end :]
    return period[0].since, f"{text[: found.start()]} {after}", ""


def _place(shape: Shape, found: re.Match[str]) -> str | None:
    sign = found.groupdict().get("place")
    return shape.slot(sign).value if sign else None


def _nearly(shape: Shape) -> Reading | None:
    """What comes nearest to a sentence about digests that is none of these."""
    if shape.words.isdisjoint(_NAMED) or shape.doubts:
        return None
    commands: tuple[Command, ...] = (DigestNow(), Help("digest"))
    if shape.is_refused:
        return Guess(commands, REFUSED)
    if not shape.words.isdisjoint(_REMOVING):
        return Guess((ListSchedules(),), THROUGH_SCHEDULES)
    return Guess(commands, f"Not understood: {shape.said.text}.")


def _first(form: str) -> re.Match[str] | None:
    return next((found for each in _ORDERS if (found := each.fullmatch(form))), None)
