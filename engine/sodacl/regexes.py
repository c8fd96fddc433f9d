"""What PostgreSQL would say of a regular expression: whether it is one, and what in it costs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

_MOST = 255
"""Repetitions that a bound may ask for."""

_OTHER_SYNTAX = re.compile(r"\*\*\*|\(\?[a-z]+\)")
_BOUND = re.compile(r"\{(\d+)(,(\d*))?\}")
_BACK = re.compile(r"\\[1-9]")
_OCTAL = re.compile(r"\\\d{2,3}")
_ESCAPES = frozenset("abBcefnrtuUvxdswDSWAmMyYZ0123456789")
_GROUPS = ("(?:", "(?=", "(?!", "(?<=", "(?<!")
_CLASSES = frozenset(
    (
        *("alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print"),
        *("punct", "space", "upper", "word", "xdigit"),
    )
)


class Sign(Enum):
    """What a part of a regular expression is."""

    ATOM = auto()
    EDGE = auto()
    BAR = auto()
    OPEN = auto()
    CLOSE = auto()
    TIMES = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a regular expression, as it is written."""

    sign: Sign
    text: str
    at: int


class Broken(Exception):  # told as a mistake in a check
    """Why something is no regular expression."""


def flaw(regex: str) -> str | None:
    """Why PostgreSQL would refuse it; None where it would not, or where that can't be told."""
    if _OTHER_SYNTAX.match(regex):
        return None
    try:
        _require_sense(tuple(tokens(regex)))
    except Broken as why:
        return str(why)
    return None


def tokens(regex: str) -> Iterator[Token]:
    """Its parts from the left; raises Broken at one that has no end."""
    at = 0
    while at < len(regex):
        sign, end = _token(regex, at)
        yield Token(sign, regex[at:end], at)
        at = end


def _token(regex: str, at: int) -> tuple[Sign, int]:
    here = regex[at]
    if here == "\\":
        end = _after_escape(regex, at)
        return Sign.EDGE if regex[at + 1] in "AmMyYZ" else Sign.ATOM, end
    if here == "[":
        return Sign.ATOM, _after_brackets(regex, at)
    if here == "(":
        return Sign.OPEN, _after_opening(regex, at)
    if here == "{" and regex[at + 1 : at + 2].isdecimal():
        return Sign.TIMES, _after_bound(regex, at)
    if here in "*+?":
        return Sign.TIMES, _after_lazy(regex, at + 1)
    return _SINGLE.get(here, Sign.ATOM), at + 1


_SINGLE = {")": Sign.CLOSE, "|": Sign.BAR, "^": Sign.EDGE, "$": Sign.EDGE}


def _after_escape(regex: str, at: int) -> int:
    escaped = regex[at + 1 : at + 2]
    if not escaped:
        raise Broken("it ends with a backslash")
    if escaped.isascii() and escaped.isalnum() and escaped not in _ESCAPES:
        raise Broken(f"\\{escaped} means nothing; write {escaped}, or \\\\ for a backslash")
    octal = _OCTAL.match(regex, at)
    return octal.end() if octal else at + 2


def _after_brackets(regex: str, at: int) -> int:
    # what follows the opening is a character, also where it is the closing one
    start = at + (2 if regex[at + 1 : at + 2] == "^" else 1)
    place = start
    while place < len(regex):
        here = regex[place]
        if here == "]" and place > start:
            return place + 1
        if here == "[" and regex[place + 1 : place + 2] in {":", ".", "="}:
            place = _after_class(regex, place)
        else:
            place += 2 if here == "\\" else 1
    raise Broken("a [ has no ]")


def _after_class(regex: str, at: int) -> int:
    kind = regex[at + 1]
    end = regex.find(f"{kind}]", at + 2)
    if end < 0:
        raise Broken(f"a [{kind} has no {kind}]")
    name = regex[at + 2 : end]
    if kind == ":" and name not in _CLASSES and name not in {"<", ">"}:
        raise Broken(f"there is no class [:{name}:]")
    return end + 2


def _after_opening(regex: str, at: int) -> int:
    if regex[at + 1 : at + 2] != "?":
        return at + 1
    kind = next((each for each in _GROUPS if regex.startswith(each, at)), None)
    if kind is None:
        raise Broken(f"{regex[at : at + 3]} opens no group; write (?: or \\(")
    return at + len(kind)


def _after_bound(regex: str, at: int) -> int:
    match = _BOUND.match(regex, at)
    if match is None:
        raise Broken("a { has no }, or no number in it")
    least, most = int(match[1]), int(match[3] or match[1])
    if max(least, most) > _MOST:
        raise Broken(f"{match[0]} repeats more than {_MOST} times")
    if least > most:
        raise Broken(f"{match[0]} has its larger number first")
    return _after_lazy(regex, match.end())


def _after_lazy(regex: str, at: int) -> int:
    return at + 1 if regex[at : at + 1] == "?" else at


def _require_sense(found: tuple[Token, ...]) -> None:
    depth, groups, before = 0, 0, Sign.BAR
    for token in found:
        if token.sign is Sign.TIMES and before not in {Sign.ATOM, Sign.CLOSE}:
            raise Broken(f"{token.text} has nothing before it to repeat; write \\{token.text[0]}")
        depth += {Sign.OPEN: 1, Sign.CLOSE: -1}.get(token.sign, 0)
        if depth < 0:
            raise Broken("a ) has no (")
        groups += token.text == "("
        if _BACK.fullmatch(token.text) and int(token.text[1:]) > groups:
            raise Broken(f"{token.text} stands for a group that is not there")
        before = token.sign
    if depth:
        raise Broken("a ( has no )")


_MANY = 16
"""From so many on, a bound at least doubles the time: PostgreSQL writes each repetition out."""

_LEADING = re.compile(r"\.\*\??(?=.)")


def cost(regex: str) -> str | None:
    """What makes it slow, and what to write instead; None where nothing does."""
    try:
        found = tuple(tokens(regex))
    except Broken:
        return None
    return _bounded(found) or _nested(found) or _looking_back(found) or _leading(regex)


def _bounded(found: tuple[Token, ...]) -> str | None:
    for token in found:
        least, most = _repeats(token)
        if most >= _MANY and "," in token.text:
            return (
                f"{token.text.rstrip('?')} in a regex makes it several times slower: write "
                f"{{{least},}}, and «valid max length» where the length matters"
            )
    return None


def _nested(found: tuple[Token, ...]) -> str | None:
    """Bounds within a bound: each repetition of the outer one writes the inner ones out again."""
    inner = [1]
    closed = 1
    for token in found:
        if token.sign is Sign.OPEN:
            inner.append(1)
        elif token.sign is Sign.CLOSE and len(inner) > 1:
            closed = inner.pop()
        _, most = _repeats(token)
        repeated = most * closed
        if token.sign is Sign.TIMES and closed > 1 and repeated >= _MANY and most > 1:
            return (
                f"{token.text} around other bounds makes a regex several times slower, as it is "
                f"written out {repeated} times: write + or * within it"
            )
        inner[-1] = max(inner[-1], repeated)
        closed = closed if token.sign is Sign.CLOSE else 1
    return None


def _repeats(token: Token) -> tuple[int, int]:
    """How often at least and at most a bound is written out; signs without one are once."""
    match = _BOUND.match(token.text)
    if token.sign is not Sign.TIMES or match is None:
        return 1, 1
    return int(match[1]), int(match[3] or match[1])


def _looking_back(found: tuple[Token, ...]) -> str | None:
    for token in found:
        if _BACK.fullmatch(token.text):
            return (
                f"{token.text} in a regex looks back, which can take seconds for one value: "
                "write a «failed rows» check that compares in SQL"
            )
    return None


def _leading(regex: str) -> str | None:
    match = _LEADING.match(regex)
    if match is None:
        return None
    rest = regex[match.end() :]
    return f"{match[0]} at the start of a regex only costs time: write {rest}, it matches anywhere"
