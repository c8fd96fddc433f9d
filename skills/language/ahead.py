"""Read until when: «until tomorrow 9am», «for 2 hours», «till Friday», «until it is green»."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from skills.language.dates import Calendar
from skills.language.recurring import Heard, Line, coming, read_when
from skills.language.scheduling import clocks_of, later, next_day
from skills.language.words import Word, tidy, words_of

READABLE = "Say for 2 hours, until tomorrow 9am, until Friday 18:00 or until 2026-03-01 12:00."
PASSED = "That time has passed."

MORNING = time(9)
"""When a day begins for whoever names no clock time."""

_UNTIL = frozenset({"until", "till", "til", "untill"})
_HOURS = {"morning": time(9), "afternoon": time(13), "evening": time(18), "night": time(21)}
_GREEN = re.compile(
    r"\b(?:until|till|til|untill) (?:it|this|that|everything|they|the incident|the trouble)?\s*"
    r"(?:is |are |gets |has been |was |'s )?(?:all )?"
    r"(?:green|fixed|resolved|solved|over|ok|okay|fine|good|healthy|mended|repaired|works|passes)"
    r"(?: again)?\b",
    re.IGNORECASE,
)
_END_OF_DAY = tuple(
    tuple(words.split())
    for words in (
        "end of day", "end of the day", "the end of the day", "the end of day", "midnight",
    )
)  # fmt: skip
_NEXT_WEEK = (("next", "week"),)
_ONE = {"a": "1", "an": "1"}
_NO_NUMBER = re.compile(r"-?0+")


@dataclass(frozen=True, slots=True)
class Ahead:
    """A moment that lies ahead, or None for when it is over, and the sentence without it."""

    until: datetime | None
    rest: str
    fault: str = ""


def read_ahead(text: str, calendar: Calendar, *, bare: bool = False) -> Ahead | None:
    """Until when something is to be, and the other words; None where nothing says it.

    With `bare` a time also stands without «until», as in «remind me tomorrow at 9».
    """
    green = _GREEN.search(text)
    if green:
        return Ahead(None, _without(text, green.start(), green.end()))
    words = words_of(text)
    for at in range(len(words)):
        found = _at(words, at, replace(calendar, ahead=True), bare=bare)
        if found:
            moment, length = found
            last = words[at + length - 1]
            rest = _without(text, words[at].start, last.end)
            fault = PASSED if moment <= calendar.now else ""
            return Ahead(moment, rest, f"{fault} {READABLE}" if fault else "")
    return _unread(text, words)


def _without(text: str, start: int, end: int) -> str:
    return " ".join(f"{text[:start]} {text[end:]}".split()).strip(" ,;")


def _at(
    words: tuple[Word, ...], at: int, calendar: Calendar, *, bare: bool
) -> tuple[datetime, int] | None:
    opening = words[at].text
    try:
        if opening in _UNTIL:
            found = _moment(words[at + 1 :], calendar)
            return (found[0], found[1] + 1) if found else None
        if opening in ("for", "over"):
            return _lasting(words[at:], calendar)
        is_start = bare and not words[at].glue and not opening.isdigit()
        return _moment(words[at:], calendar, bare=True) if is_start else None
    except (ValueError, OverflowError):
        return None  # 31 February, the year 10000: no time after all


def _lasting(words: tuple[Word, ...], calendar: Calendar) -> tuple[datetime, int] | None:
    """«for 2 hours», «for the next 3 days», «for an hour»."""
    skipped = 1 + sum(1 for word in words[1:3] if word.text in ("the", "next"))
    amount = [replace(word, text=_ONE.get(word.text, word.text)) for word in words[skipped:]]
    heard = _heard((replace(words[0], text="in"), *amount), calendar)
    if heard is None or heard[0].delay is None or heard[0] != Heard(delay=heard[0].delay):
        return None
    return later(calendar, *heard[0].delay), skipped + heard[1] - 1


def _moment(
    words: tuple[Word, ...], calendar: Calendar, *, bare: bool = False
) -> tuple[datetime, int] | None:
    texts = tuple(word.text for word in words)
    for phrase in _END_OF_DAY:
        if texts[: len(phrase)] == phrase:
            return calendar.at(calendar.today + timedelta(days=1)), len(phrase)
    if texts[:2] in _NEXT_WEEK:
        return calendar.at(coming(calendar.today, 1), MORNING), 2
    heard = _heard(words, calendar, bare=bare)
    if heard is None:
        return None if bare else _passed(texts, calendar)
    said, length = heard
    if said.zone:
        calendar = replace(calendar, zone=ZoneInfo(said.zone))
        said, length = _heard(words, calendar, bare=bare) or heard
    if said.delay is not None:
        return later(calendar, *said.delay), length
    return (found, length) if (found := _on_day(said, calendar)) else None


def _passed(texts: tuple[str, ...], calendar: Calendar) -> tuple[datetime, int] | None:
    """A time that names itself as one that lies behind."""
    if texts[:1] == ("yesterday",):
        return calendar.at(calendar.today - timedelta(days=1), MORNING), 1
    return (calendar.now, 2) if texts[:1] == ("last",) and len(texts) > 1 else None


def _heard(
    words: tuple[Word, ...], calendar: Calendar, *, bare: bool = False
) -> tuple[Heard, int] | None:
    line = Line(words, [word.text for word in words], calendar)
    found = read_when(line, 0) if words else None
    if (
        found is None and words and not bare
    ):  # «until 9» and «until Friday 18» name a clock time as well
        at = (replace(words[0], text="at", glue=""), *words)
        found = read_when(Line(at, [word.text for word in at], calendar), 0)
        found = (found[0], found[1] - 1) if found and found[1] > 1 else None
    return found


def _on_day(said: Heard, calendar: Calendar) -> datetime | None:
    """The moment on a day, at its clock time or when its part of the day begins."""
    again = (said.cron, said.count, said.period, said.days, said.strange_zone)
    clocks = clocks_of(said)
    if any(each is not None for each in again) or said.again or len(clocks) > 1:
        return None
    if len(said.weekdays or ()) > 1 or (said.weekdays and said.day):
        return None
    clock = clocks[0] if clocks else _HOURS.get(said.part or "", MORNING)
    if said.weekdays:
        return calendar.at(next_day(said.weekdays, clock, calendar), clock)
    if said.day is not None:
        return calendar.at(said.day, clock)
    if not clocks:
        return None
    has_passed = calendar.at(calendar.today, clock) <= calendar.now
    return calendar.at(calendar.today + timedelta(days=int(has_passed)), clock)


def _unread(text: str, words: tuple[Word, ...]) -> Ahead | None:
    """A time that is begun and can't be read."""
    for at, word in enumerate(words):
        after = words[at + 1].text if at + 1 < len(words) else ""
        is_for = word.text == "for" and (after.isdigit() or _NO_NUMBER.fullmatch(after))
        if word.text in _UNTIL or is_for:
            said = " ".join(text[word.start :].split())
            return Ahead(
                None, _without(text, word.start, len(text)), f"Not understood: {said}. {READABLE}"
            )
    return None


def tidied(text: str) -> str:
    """The text as times are read in it."""
    return " ".join(tidy(text).split())
