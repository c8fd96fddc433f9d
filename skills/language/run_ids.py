"""Run ids as people type them, told from words."""

import re

from engine.runs.ids import LENGTH, is_run_id, normalised

_MEANT = re.compile("(?=.*[A-Z])[A-Z0-9]{6,10}")


def run_id(text: str) -> str | None:
    """The run id that was typed, as it is stored; None when it isn't one."""
    if len(text) != LENGTH or not any(character in "0123456789" for character in text):
        return None  # without a digit as typed it is a word, whatever its letters look like
    stored = normalised(text)
    return stored if is_run_id(stored) else None


def is_meant_as_run_id(word: str, sentence: str) -> bool:
    """Whether a word that nobody knows was typed as an id; capitals tell it from other words."""
    is_shouted = word.isalpha() and sentence.isupper()
    return bool(_MEANT.fullmatch(word)) and not is_shouted
