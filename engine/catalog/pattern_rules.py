"""The rules for patterns that a project adds: they can be read, match something, and are fast."""

import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Protocol

import regex  # type: ignore[import-untyped]  # no stubs are published with it

from engine.catalog.mistakes import Finding
from engine.catalog.policy import PRIVACY_FILE, Allowed, CustomPattern
from engine.errors import Mistake

LONGEST = 0.3
"""Seconds that a pattern may take for one text; a good one takes a ten-thousandth of that."""

_FLAGS = regex.DOTALL | regex.MULTILINE | regex.IGNORECASE
_ENDS = ("!", "\n\0")
_BEGIN, _END = re.compile(r"\^|\\A"), re.compile(r"(?<!\\)\$\Z|\\Z\Z")
_OPEN_BEGIN, _OPEN_END = re.compile(r"\\?.[*+]"), re.compile(r"(?<!\\)[*+]\??\Z")
_SHORT, _LONG = 60, 3000
"""The short texts find what doubles with each character, the long ones what grows by the square."""


class _Compiled(Protocol):
    """What is used of a compiled pattern."""

    def search(self, text: str, *, timeout: float = ...) -> object | None:
        """The first match; raises TimeoutError."""
        ...


def pattern_mistakes(patterns: Sequence[CustomPattern]) -> Iterator[Finding]:
    """Every mistake in the recognizers of a project."""
    for index, each in enumerate(patterns):
        path = ("recognizers", index, "regex")
        if each.name in {before.name for before in patterns[:index]}:
            problem = f"there are two recognizers {each.name!r}"
            yield PRIVACY_FILE, problem, ("recognizers", index, "name")
        if wrong := _problem(each.regex):
            yield PRIVACY_FILE, f"{each.name}: {wrong}", path


def allowed_mistakes(allowed: Allowed) -> Iterator[Finding]:
    """Every mistake in what a project allows."""
    for index, each in enumerate(allowed.regexes):
        if problem := _problem(each):
            yield PRIVACY_FILE, problem, ("allow", "regexes", index)


def one_sided(allowed: Allowed) -> Iterator[Mistake]:
    """Patterns such as `^noreply@`, of which more is expected; it keeps nothing from running.

    They must fit all of what was found, so this one allows nothing.
    """
    for each, place in zip(allowed.regexes, allowed.places, strict=True):
        whole = _whole(each)
        if whole != each:
            problem = f"{each!r} must fit all of what was found, so it does not allow what only"
            where = "begins" if whole.startswith(each) else "ends"
            yield Mistake(place.file, place.line, f"{problem} {where} so: is {whole!r} meant?")


def _whole(pattern: str) -> str:
    """The pattern with what is left open where only its other end is tied to a place."""
    inner = pattern.strip("()")
    begins, ends = _BEGIN.match(inner) is not None, _END.search(inner) is not None
    if begins and not ends and not _OPEN_END.search(inner):
        return f"{pattern}.*"
    if ends and not begins and not _OPEN_BEGIN.match(inner):
        return f".*{pattern}"
    return pattern


def _problem(pattern: str) -> str | None:
    try:
        compiled: _Compiled = regex.compile(pattern, _FLAGS)
    except regex.error as error:
        return f"this is no regular expression: {error.msg} at character {(error.pos or 0) + 1}"
    if compiled.search("") is not None:
        return "this regular expression matches where there is nothing"
    if _is_slow(compiled, pattern):
        return "this regular expression takes too long: write it without repeats within repeats"
    return None


def _is_slow(compiled: "_Compiled", pattern: str) -> bool:
    """Whether it gets lost in texts that nearly match it over and over."""
    try:
        for text in _hard_texts(pattern):
            compiled.search(text, timeout=LONGEST)
    except TimeoutError:
        return True
    return False


def _hard_texts(pattern: str) -> Iterator[str]:
    """The same characters again and again: those of the pattern, and one of each usual kind."""
    letters = dict.fromkeys(c for c in pattern if c.isalnum() or c in "@.-_ ")
    parts = [*dict.fromkeys((*list(letters)[:12], "a", "1", " ", ".", "-")), "a1", "a ", "a.", "1-"]
    for part, end in product(parts, _ENDS):
        yield part * _SHORT + end
        yield part * (_LONG // len(part)) + end
