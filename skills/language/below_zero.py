"""Numbers below zero: nothing happens that often, for that long or at such an hour."""

import re

_WHERE_NUMBERS_STAND = "every|each|in|at|for|last|past|previous|next|from|to|on|since|until|till"
_SIGN = "[-\N{EN DASH}\N{MINUS SIGN}]"
_BELOW_ZERO = re.compile(
    rf"\b(?:{_WHERE_NUMBERS_STAND})\s+(?P<number>{_SIGN}[0-9][\w.:]*)"
    rf"|(?P<count>{_SIGN}[0-9]+) at (?:a time|once)\b",
    re.IGNORECASE,
)


def below_zero(text: str) -> str | None:
    """The first number below zero that stands where a time or a count is said."""
    found = _BELOW_ZERO.search(text)
    return (found["number"] or found["count"]) if found else None


def why_not(number: str) -> str:
    """Why nothing was done with such a number."""
    return f"{number} is below zero, so nothing was done."


def without_sign(text: str, number: str) -> str:
    """The text with that number above zero, which may have been meant."""
    return text.replace(number, number[1:], 1)
