"""Run ids: short enough to type, and never an English word."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no I, L, O or U, so that nothing is misread."""

LENGTH = 8
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})


def new_run_id() -> str:
    """A random id of 8 characters, at least two of them digits."""
    while True:
        candidate = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if is_run_id(candidate):
            return candidate


def is_run_id(text: str) -> bool:
    """Whether a text, already upper-case, is a run id."""
    if len(text) != LENGTH or any(character not in ALPHABET for character in text):
        return False
    return sum(character.isdigit() for character in text) > 1


def normalised(text: str) -> str:
    """A typed id as it is stored: upper-case, I and L read as 1, O as 0."""
    return text.strip().upper().translate(_READ_AS)
