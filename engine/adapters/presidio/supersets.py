"""Rewrites a regular expression into a plainer one that matches wherever the first one does.

Hyperscan reads bytes, knows no look-arounds and means something else by `\\s`, `\\Z` or `{,4}`. So
what it is given is written anew from the parsed expression, of classes in ASCII, sequences, choices
and repeats alone. A text is put into ASCII as well: each other character becomes one that stands
for its kind, and every class that may hold such a character holds its stand-in. Nothing is lost by
that; what is found too much costs a second look. Where a form isn't known, nothing is rewritten.
"""

import re
import re._parser as parser  # type: ignore[import-not-found]  # the parser of re has no public name
import warnings
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import cast

import regex  # type: ignore[import-untyped]  # its stubs are a package of their own

_Node = tuple[object, object]
_Group = tuple[int | None, int, int, Iterable[_Node]]


class Unreadable(Exception):
    """An expression holds a form of which no superset is known."""


class Kind(Enum):
    """What a character beyond ASCII is to `\\w`, `\\d`, `\\s`, and what of ASCII stands for it."""

    WORD = "_"
    DIGIT = "0"
    SPACE = " "
    OTHER = "\x01"


FOLDING = frozenset("\u0130\u0131\u017f\u212a")
"""The characters beyond ASCII that equal a letter of ASCII where case is ignored: İ, ı, ſ and K."""

READABLE_FLAGS = regex.IGNORECASE | regex.MULTILINE | regex.DOTALL | regex.UNICODE | regex.VERSION0
_READABLE_INLINE = parser.SRE_FLAG_IGNORECASE | parser.SRE_FLAG_MULTILINE | parser.SRE_FLAG_DOTALL
_ASCII = frozenset(range(128))
_UPPER = frozenset(range(ord("A"), ord("Z") + 1))
_TO_LOWER = ord("a") - ord("A")
_KINDS = frozenset(Kind)
_LONGEST_REPEAT = 64
"""Longer repeats count as endless: they would make the automaton large."""


def kind_of(character: str) -> Kind:
    """The kind of a character beyond ASCII, as the regex module sees it."""
    if regex.match(r"\d", character):
        return Kind.DIGIT
    if regex.match(r"\w", character):
        return Kind.WORD
    return Kind.SPACE if regex.match(r"\s", character) else Kind.OTHER


_BEYOND = re.compile(r"[^\x00-\x7f]")
_FEW = 64
"""So many characters are replaced one by one sooner than by a table: a Latin script has fewer."""


class _StandIns(dict[int, str]):
    """The table of `str.translate`, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        standing = character if code in _ASCII else kind_of(character).value
        self[code] = standing
        return standing


_stand_ins = _StandIns()


def beyond_ascii(text: str) -> frozenset[str]:
    """The characters of a text that ASCII doesn't have."""
    return frozenset() if text.isascii() else frozenset(_BEYOND.findall(text))


def ascii_shadow(text: str, beyond: Collection[str]) -> str:
    """A text of the same length in ASCII, in which supersets match; it must hold no FOLDING."""
    if len(beyond) > _FEW:
        return text.translate(_stand_ins)
    for each in beyond:
        text = text.replace(each, _stand_ins[ord(each)])
    return text


@dataclass(frozen=True, slots=True)
class _Class:
    """A class of characters: which of ASCII, and of which kinds it may hold some, or all."""

    ascii: frozenset[int] = frozenset()
    some: frozenset[Kind] = frozenset()
    whole: frozenset[Kind] = frozenset()

    def __or__(self, other: "_Class") -> "_Class":
        return _Class(self.ascii | other.ascii, self.some | other.some, self.whole | other.whole)

    def __invert__(self) -> "_Class":
        return _Class(_ASCII - self.ascii, _KINDS - self.whole, _KINDS - self.some)

    def expression(self, *, caseless: bool) -> str:
        """The class with stand-ins for hyperscan; lower letters are enough without case."""
        codes = set(self.ascii | {ord(kind.value) for kind in self.some})
        if caseless:
            codes -= {code for code in _UPPER if code + _TO_LOWER in codes}
        if not codes:
            raise Unreadable
        if codes >= _ASCII - _UPPER:
            return "."
        written = "".join(_ranges(sorted(codes)))
        return written if len(codes) == 1 else f"[{written}]"


def _ranges(codes: Sequence[int]) -> Iterable[str]:
    first = last = codes[0]
    for code in (*codes[1:], -1):
        if code == last + 1:
            last = code
            continue
        yield _literal(first) if first == last else f"{_literal(first)}-{_literal(last)}"
        first = last = code


def _literal(code: int) -> str:
    return chr(code) if chr(code).isalnum() else f"\\x{code:02x}"


def _category(letter: str, *kinds: Kind) -> _Class:
    held = frozenset(code for code in _ASCII if regex.match(rf"\{letter}", chr(code)))
    return _Class(held, frozenset(kinds), frozenset(kinds))


_CATEGORIES = {
    "CATEGORY_WORD": _category("w", Kind.WORD, Kind.DIGIT),
    "CATEGORY_DIGIT": _category("d", Kind.DIGIT),
    "CATEGORY_SPACE": _category("s", Kind.SPACE),
}
_CATEGORIES |= {
    name.replace("CATEGORY_", "CATEGORY_NOT_"): ~held for name, held in _CATEGORIES.items()
}
_ANCHORS = {
    # at its edge a cell has a line break beside it, so that an end of the text is an end of a line
    "AT_BEGINNING": "^",
    "AT_BEGINNING_STRING": "^",
    "AT_END": "$",
    "AT_END_STRING": "$",
    "AT_BOUNDARY": "\\b",
    "AT_NON_BOUNDARY": "",
}


def superset(pattern: str, flags: int) -> str:
    """An expression for hyperscan that ends in a text wherever this one does or earlier.

    Raises Unreadable for a form whose superset isn't known.
    """
    if flags & ~READABLE_FLAGS:
        raise Unreadable
    parsed = _parsed(pattern, flags)
    ignoring = bool(parsed.state.flags & parser.SRE_FLAG_IGNORECASE)
    writer = _Writer(ignoring, caseless=ignoring)
    written = writer.sequence(writer.shortest(list(parsed)))
    return f"(?i){written}" if ignoring else written


def _parsed(pattern: str, flags: int) -> parser.SubPattern:
    known = int(flags & (regex.IGNORECASE | regex.MULTILINE | regex.DOTALL))  # the same bits in re
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # what re warns of, the regex module reads in another way
        try:
            parsed = parser.parse(pattern, known)
        except (parser.error, Warning, OverflowError, RecursionError) as unknown:
            raise Unreadable from unknown
    if parsed.state.flags & ~(_READABLE_INLINE | parser.SRE_FLAG_UNICODE):
        raise Unreadable
    return parsed


@dataclass(slots=True)
class _Writer:
    """Writes nodes of a parsed expression; remembers its groups for what refers to them."""

    ignoring_case: bool
    caseless: bool
    groups: dict[int, str] = field(default_factory=dict)

    def sequence(self, nodes: Iterable[_Node]) -> str:
        """Nodes one after the other."""
        return "".join(self.node(str(code), argument) for code, argument in nodes)

    def node(self, code: str, argument: object) -> str:
        """One node; raises Unreadable if its kind isn't known."""
        match code:
            case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN":
                return self._characters(code, argument).expression(caseless=self.caseless)
            case "AT" if str(argument) in _ANCHORS:
                return _ANCHORS[str(argument)]
            case "ASSERT" | "ASSERT_NOT":
                return ""  # without its condition it matches more
            case "GROUPREF" if argument in self.groups:
                return self.groups[argument]
            case _:
                return self._several(code, argument)

    def _several(self, code: str, argument: object) -> str:
        """A node that holds others."""
        match code:
            case "BRANCH":
                _, branches = cast(tuple[object, list[Iterable[_Node]]], argument)
                return f"(?:{'|'.join(self.sequence(each) for each in branches)})"
            case "ATOMIC_GROUP":
                return self.sequence(cast(Iterable[_Node], argument))
            case "SUBPATTERN":
                return self._group(*cast(_Group, argument))
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self._repeat(*cast(tuple[int, int, Iterable[_Node]], argument))
            case _:
                raise Unreadable

    def _characters(self, code: str, argument: object) -> _Class:
        if code == "ANY":
            return ~_Class()
        if code == "IN":
            return self._set(cast(list[_Node], argument))
        if code == "LITERAL" and argument == ord("{"):
            raise Unreadable  # the regex module may read a fuzzy match here
        literal = self._range(cast(int, argument), cast(int, argument))
        return ~literal if code == "NOT_LITERAL" else literal

    def _set(self, items: Sequence[_Node]) -> _Class:
        held = _Class()
        negated = False
        for code, argument in items:
            match str(code):
                case "NEGATE":
                    negated = True
                case "LITERAL":
                    held |= self._range(cast(int, argument), cast(int, argument))
                case "RANGE":
                    held |= self._range(*cast(tuple[int, int], argument))
                case "CATEGORY":
                    held |= _CATEGORIES[str(argument)]
                case _:
                    raise Unreadable
        return ~held if negated else held

    def _range(self, low: int, high: int) -> _Class:
        codes = {code for code in _ASCII if low <= code <= high}
        if self.ignoring_case:
            codes |= {ord(chr(code).swapcase()) for code in codes}
        if high not in _ASCII:
            self._beyond(low, high)
        one = low == high and high not in _ASCII
        some = {kind_of(chr(high))} if one else _KINDS if high not in _ASCII else ()
        return _Class(frozenset(codes), frozenset(some))

    def _beyond(self, low: int, high: int) -> None:
        if self.ignoring_case and any(low <= ord(each) <= high for each in FOLDING):
            raise Unreadable

    def _group(self, number: int | None, added: int, removed: int, nodes: Iterable[_Node]) -> str:
        if (added | removed) & ~_READABLE_INLINE:
            raise Unreadable
        before = self.ignoring_case
        if (added | removed) & parser.SRE_FLAG_IGNORECASE:
            self.ignoring_case = bool(added & parser.SRE_FLAG_IGNORECASE)
        written = self.sequence(nodes)
        if number is not None and self.ignoring_case == before:
            self.groups[number] = written
        self.ignoring_case = before
        return written

    def _repeat(self, low: int, high: int, nodes: Iterable[_Node]) -> str:
        written = self.sequence(nodes)
        if not written:
            return ""
        often = f"{low},{high}" if low != high else f"{low}"
        if high > _LONGEST_REPEAT:
            often = f"{min(low, _LONGEST_REPEAT)},"
        return f"(?:{written}){{{often}}}"

    def shortest(self, nodes: list[_Node]) -> list[_Node]:
        """The nodes with no more of their last repeat than is needed: fewer ends to report."""
        if not nodes:
            return nodes
        *before, (code, argument) = nodes
        if str(code) in ("MAX_REPEAT", "MIN_REPEAT"):
            low, _, repeated = cast(tuple[int, int, Iterable[_Node]], argument)
            return [*before, (code, (low, low, repeated))] if low else self.shortest(before)
        if str(code) == "SUBPATTERN":
            number, added, removed, inner = cast(_Group, argument)
            return [*before, (code, (number, added, removed, self.shortest(list(inner))))]
        return nodes
