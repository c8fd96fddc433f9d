"""Ids of suggested checks as people type them, and how many words they are."""

import re

ID = re.compile("[a-z][0-9]{4}")
_NUMBER = re.compile("[0-9]{1,2}")
_ACCEPTING = frozenset({"accept", "add"})
_BEFORE_NUMBERS = frozenset({"check", "checks", "suggestion", "suggestions", "number", "numbers"})


def check_ids(text: str) -> tuple[str, ...] | None:
    """The ids in «k4821,b0937»; None where there is anything else."""
    ids = tuple(text.casefold().split(","))
    return ids if all(map(ID.fullmatch, ids)) else None


def read_check_ids(words: list[str], at: int) -> tuple[str, int] | None:
    """The ids from a position on, between blanks, and how many words they take.

    «check 2» names one too: whoever answers tells what its id is.
    """
    if _ACCEPTING.isdisjoint(words[:at]):
        return None
    numbers = words[at - 1] in _BEFORE_NUMBERS
    found: list[str] = []
    end = at
    while end < len(words):
        ahead = end + (bool(found) and words[end] == "and")
        if ahead == len(words) or not _is_id(words[ahead], numbers=numbers):
            break
        found.append(words[ahead])
        end = ahead + 1
    return (" ".join(found), end - at) if found else None


def _is_id(word: str, *, numbers: bool) -> bool:
    return bool(ID.fullmatch(word)) or (numbers and bool(_NUMBER.fullmatch(word)))
