"""Run ids as people type them: 8 characters of Crockford base32, in any case."""

import re

_LENGTH = 8
_FEWEST_DIGITS = 2
_SHAPE = re.compile(r"[0-9A-HJKMNP-TV-Z]{8}")
_LOOKALIKES = str.maketrans("ILO", "110")
_DIGITS = frozenset("0123456789")


def run_id(text: str) -> str | None:
    """The run id that was typed, as it is stored; None when it isn't one."""
    if len(text) != _LENGTH or not _DIGITS & set(text):
        return None  # without a digit as typed it is a word, whatever its letters look like
    stored = text.upper().translate(_LOOKALIKES)
    digits = sum(character in _DIGITS for character in stored)
    return stored if digits >= _FEWEST_DIGITS and _SHAPE.fullmatch(stored) else None


def looks_like_run_id(text: str) -> bool:
    """Whether a text can only be meant as a run id."""
    return run_id(text) is not None
