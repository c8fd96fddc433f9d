"""Run ids as people type them, told from words."""

from engine.runs.ids import LENGTH, is_run_id, normalised


def run_id(text: str) -> str | None:
    """The run id that was typed, as it is stored; None when it isn't one."""
    if len(text) != LENGTH or not any(character in "0123456789" for character in text):
        return None  # without a digit as typed it is a word, whatever its letters look like
    stored = normalised(text)
    return stored if is_run_id(stored) else None
