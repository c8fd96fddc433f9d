"""Finds the phone numbers that Presidio's PhoneRecognizer finds, without asking eight times.

The recognizer lets phonenumbers search a text anew for each of its regions, though what may be a
number is the same for all of them. Here a text is cut into pieces once, and a piece of plain digits
is held against each region's numbering plan by the rules and the data of phonenumbers, without the
reading of signs that such a piece doesn't have. Any other piece is read by phonenumbers itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from phonenumbers import NumberParseException, parse
from phonenumbers import phonenumbermatcher as matching
from phonenumbers import phonenumberutil as numbering
from presidio_analyzer.predefined_recognizers import PhoneRecognizer

from engine.adapters.presidio.numbering import fewest_digits, is_international, plan_of
from engine.adapters.presidio.supersets import superset

_PLAIN = re.compile(r"(\+?)([0-9 ().\-/\[\]]+)(?:[xX]([0-9]{1,7}))?")
"""Pieces whose digits are what is dialled: no writing but in ASCII, no sign with a meaning."""

_NO_DIGITS = str.maketrans("", "", " ().-/[]")
_MORE = re.compile(r"[\d#]")
_BRACKET = re.compile(r"[()\[\]（）［］]|^$")
_MOST_DIGITS = 2000
"""From here phonenumbers may give up after its number of tries: such a text is left to it."""

_UNUSED = matching.PhoneNumberMatcher("", None)
"""Stricter ways of verifying want a matcher; the one of Presidio does not."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a text that may be a number, with where it starts."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """What looks like a number: the pieces of it to try one after the other."""

    pieces: tuple[_Piece, ...]
    start: int
    end: int


@dataclass(slots=True)
class _Text:
    """One text, with all that has been found out about it for any region."""

    text: str
    candidates: dict[int, _Candidate | None] = field(default_factory=dict)

    def candidate(self, index: int) -> _Candidate | None:
        """What looks like a number first, from an index on."""
        if index not in self.candidates:
            self.candidates[index] = self._searched(index)
        return self.candidates[index]

    def _searched(self, index: int) -> _Candidate | None:
        match = matching._PATTERN.search(self.text, index)  # noqa: SLF001  # the very pattern
        if match is None:
            return None
        whole = _trimmed(numbering._SECOND_NUMBER_START_PATTERN, match.group())  # noqa: SLF001  # as above
        start = match.start()
        pieces = tuple(self._pieces(whole, start))
        return _Candidate(pieces, start, start + len(whole))

    def _pieces(self, whole: str, start: int) -> Iterator[_Piece]:
        if self._is_time(whole, start):
            return
        for piece in dict.fromkeys((_Piece(whole, start), *_inner(whole, start))):
            if self._stands_alone(piece):
                yield piece

    def _is_time(self, whole: str, start: int) -> bool:
        if matching._SLASH_SEPARATED_DATES.search(whole):  # noqa: SLF001  # the very pattern
            return True
        if not matching._TIME_STAMPS.search(whole):  # noqa: SLF001  # as above
            return False
        return matching._TIME_STAMPS_SUFFIX.match(self.text[start + len(whole) :]) is not None  # noqa: SLF001  # as above

    def _stands_alone(self, piece: _Piece) -> bool:
        """Whether brackets are closed, pages aren't meant, and no letter touches the piece."""
        text = piece.text
        if _BRACKET.search(text) and not _is_well_bracketed(text):
            return False
        before = self.text[piece.start - 1 : piece.start] if piece.start else ""
        if before and not matching._LEAD_PATTERN.match(text) and _touches(before):  # noqa: SLF001  # as above
            return False
        after = self.text[piece.end : piece.end + 1]
        return not (after and _touches(after))


def _is_well_bracketed(text: str) -> bool:
    """Whether brackets are closed, and pages of a publication aren't meant."""
    if matching._PUB_PAGES.search(text):  # noqa: SLF001  # the very pattern
        return False
    return matching._MATCHING_BRACKETS.fullmatch(text) is not None  # noqa: SLF001  # as above


def _trimmed(ending: re.Pattern[str], text: str) -> str:
    found = ending.search(text)
    return text[: found.start()] if found else text


def _inner(whole: str, start: int) -> Iterator[_Piece]:
    """The parts of what looks like one number, in the order in which phonenumbers tries them."""
    if whole.isdecimal():
        return  # nothing in it parts two numbers
    unwanted = numbering._UNWANTED_END_CHAR_PATTERN  # noqa: SLF001  # the very pattern
    for border in matching._INNER_MATCHES:  # noqa: SLF001  # as above
        group = border.search(whole)
        if group:
            yield _Piece(_trimmed(unwanted, whole[: group.start()]), start)
        while group:
            yield _Piece(_trimmed(unwanted, group.group(1)), start + group.start(1))
            group = border.search(whole, group.start() + 1)


def _touches(character: str) -> bool:
    """Whether a number can't stand beside a character: a Latin letter, a currency, per cent."""
    if character.isascii():
        return character.isalpha() or character in "%$"
    matcher = matching.PhoneNumberMatcher
    return matcher._is_latin_letter(character) or matcher._is_invalid_punctuation_symbol(character)  # noqa: SLF001  # the very rules


class PhoneSearch:
    """Finds what one PhoneRecognizer finds, for the leniency that is Presidio's own."""

    def __init__(self, recognizer: PhoneRecognizer) -> None:
        self._recognizer = recognizer
        self._regions = tuple(dict.fromkeys(recognizer.supported_regions))
        self._plans = tuple((region, plan_of(region)) for region in self._regions)
        self._fewest = fewest_digits(self._regions)
        self.expression = _expression(self._fewest)

    @staticmethod
    def fits(recognizer: object) -> bool:
        """Whether a recognizer is Presidio's own, searching for valid numbers."""
        return type(recognizer) is PhoneRecognizer and recognizer.leniency == 1

    def find(self, text: str) -> list[tuple[int, int]]:
        """Where numbers are, once each; of one within another only the outer one is certain."""
        read = _Text(text)
        first = read.candidate(0)
        if first is None:
            return []
        if len(text) > _MOST_DIGITS and sum(map(str.isdecimal, text)) > _MOST_DIGITS:
            return [(each.start, each.end) for each in self._recognizer.analyze(text, [])]
        if not _MORE.search(text, first.end) and self._is_whole(first):
            return [(first.start, first.end)]  # what other regions find lies within
        return list(self._walks(read))

    def _is_whole(self, candidate: _Candidate) -> bool:
        """Whether all of it is a number somewhere; its pieces hold the whole only if it may be."""
        whole = next(iter(candidate.pieces), None)
        if whole is None or (whole.start, whole.end) != (candidate.start, candidate.end):
            return False
        return any(self._homes(whole.text))

    def _walks(self, read: _Text) -> dict[tuple[int, int], None]:
        """The numbers of all regions, each region going its own way through the text."""
        homes: dict[str, frozenset[str]] = {}
        found: dict[tuple[int, int], None] = {}
        for region in self._regions:
            index = 0
            while candidate := read.candidate(index):
                index = candidate.end
                for piece in candidate.pieces:
                    if piece.text not in homes:
                        homes[piece.text] = frozenset(self._homes(piece.text))
                    if region in homes[piece.text]:
                        found[piece.start, piece.end] = None
                        index = piece.end
                        break
            if not any(homes.values()):
                break  # the other regions go the same way
        return found

    def _homes(self, text: str) -> Iterator[str]:
        """The regions in which a piece is a number."""
        main, plus = _main_part(text)
        if main is not None and len(main) < self._fewest:
            return
        world = is_international(main) if main and plus else None
        for region, plan in self._plans:
            known = plan.is_number(main) if plan and main and not plus else world
            if _is_number(text, region) if known is None else known:
                yield region


def _main_part(text: str) -> tuple[str | None, bool]:
    """The digits to dial, and whether after a plus; None where phonenumbers must read the piece."""
    found = _PLAIN.fullmatch(text)
    if found is None:
        return None, False
    plus, dialled, extension = found.groups()
    if extension:
        stripped, _ = numbering._maybe_strip_extension(text)  # noqa: SLF001  # the very rule
        if stripped != extension:
            return None, False
    return dialled.translate(_NO_DIGITS), bool(plus)


def _is_number(text: str, region: str) -> bool:
    """Whether phonenumbers reads a piece as a valid number of a region."""
    try:
        number = parse(text, region, keep_raw_input=True)
    except NumberParseException:
        return False
    return matching._verify(matching.Leniency.VALID, number, text, _UNUSED)  # noqa: SLF001  # the very rule


def _expression(digits: int) -> str:
    """What every text with a number matches: enough digits with little between them."""
    between = f"[{numbering._VALID_PUNCTUATION}]"  # noqa: SLF001  # the very characters
    return superset(rf"(?:^|\D)\d(?:{between}{{0,4}}\d){{{digits - 1}}}", re.MULTILINE)
