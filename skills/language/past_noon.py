"""Hours that no clock of twelve hours shows, such as 13pm."""

import re

_PAST_NOON = re.compile(
    r"\b(?P<hour>1[3-9]|2[0-3])(?::(?P<minute>[0-5][0-9]))?\s?[ap]\.?m\b\.?", re.IGNORECASE
)


def past_noon(text: str) -> tuple[str, str] | None:
    """The first such hour as it was typed, and as a clock of 24 hours shows it."""
    found = _PAST_NOON.search(text)
    return (found[0], f"{found['hour']}:{found['minute'] or '00'}") if found else None


def why_not(typed: str, meant: str) -> str:
    """Why nothing was done at such an hour."""
    return f"There is no {typed}. Did you mean {meant}?"
