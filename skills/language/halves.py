"""Read amounts of time that are not whole: «1.5 hours», «half an hour», «an hour and a half»."""

import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from engine.recurrence import UNIT_SECONDS, Unit

UNITS: Mapping[str, Unit] = MappingProxyType(
    {
        name: unit
        for names, unit in (
            ("s sec secs second seconds", Unit.SECOND),
            ("m min mins minute minutes", Unit.MINUTE),
            ("h hr hrs hour hours", Unit.HOUR),
            ("d day days", Unit.DAY),
            ("w week weeks", Unit.WEEK),
        )
        for name in names.split()
    }
)
_ONE = frozenset({"a", "an", "one", "1"})
_POINTED = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}")
_WRITTEN = re.compile(
    rf"\b([0-9]{{1,2}})[.,]([0-9]{{1,2}})\s?({'|'.join(sorted(UNITS, key=len, reverse=True))})\b",
    re.IGNORECASE,
)
_HALF = Decimal("0.5")


def pointed(text: str) -> str:
    """The text with «1,5 hours» and «1.5h» written as «1.5 hours» is."""
    return _WRITTEN.sub(r"\1.\2 \3", text)


def is_pointed(words: list[str], at: int) -> bool:
    """Whether a number with a point stands there as an amount and is no day: «1.5 hours»."""
    return bool(_POINTED.fullmatch(words[at])) and not UNITS.keys().isdisjoint(
        words[at + 1 : at + 2]
    )


def read_uneven(words: list[str], at: int) -> tuple[int, Unit, int] | None:
    """How many of a smaller unit such an amount is, and how many words say it."""
    ahead = (*words[at : at + 5], "", "", "", "", "")[:5]
    found = _pointed_amount(words, at) or _half(ahead) or _and_a_half(ahead)
    if found is None:
        return None
    number, unit, length = found
    seconds = number * UNIT_SECONDS[unit]
    if not seconds or seconds % 1:
        return None
    smaller = next(each for each in _SMALLER if seconds % UNIT_SECONDS[each] == 0)
    return int(seconds) // UNIT_SECONDS[smaller], smaller, length


_SMALLER = (Unit.HOUR, Unit.MINUTE, Unit.SECOND)
_Amount = tuple[Decimal, Unit, int] | None


def _pointed_amount(words: list[str], at: int) -> _Amount:
    is_one = at < len(words) and is_pointed(words, at)
    return (Decimal(words[at]), UNITS[words[at + 1]], 2) if is_one else None


def _half(ahead: tuple[str, ...]) -> _Amount:
    """«half an hour», «half a day», «half hour»."""
    gap = int(ahead[1] in _ONE)
    unit = UNITS.get(ahead[1 + gap]) if ahead[0] == "half" else None
    return (_HALF, unit, 2 + gap) if unit else None


def _and_a_half(ahead: tuple[str, ...]) -> _Amount:
    """«an hour and a half», «hour and a half», «2 hours and a half», «one and a half hours»."""
    if ahead[0] in UNITS and _is_and_a_half(ahead[1:4]):
        return 1 + _HALF, UNITS[ahead[0]], 4
    number = 1 if ahead[0] in _ONE else _whole(ahead[0])
    if number is None:
        return None
    for half, name in ((ahead[2:5], ahead[1]), (ahead[1:4], ahead[4])):
        if name in UNITS and _is_and_a_half(half):
            return number + _HALF, UNITS[name], 5
    return None


def _is_and_a_half(words: tuple[str, ...]) -> bool:
    return words[0] == "and" and words[1] in _ONE and words[2] == "half"


def _whole(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() and len(word) <= 2 else None  # noqa: PLR2004  # digits
