"""Finds a person in a text by tokens alone: each piece that has the right form is tokenised too."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.errors import EngineError
from engine.persons.model import Look, Marks, Trust, pieces_of
from engine.privacy.addresses import addresses_in
from engine.privacy.protect import Keyring, Tokens, token_parts

Place = tuple[int, int]
"""Where a piece of a text begins and ends, in characters."""

_TOKEN = re.compile(r"[a-z]{2}[1-9][0-9]{0,3}_[0-9a-f]{32}")
_SEALED = re.compile(r"es[1-9][0-9]{0,3}_[a-z]{2}_[A-Za-z0-9_-]+")
_DIGITS = re.compile(r"\d+")
_BETWEEN_DIGITS = re.compile(r"[\s().\-/\u2010-\u2015]{0,3}")
_CODE_BEFORE = re.compile(
    r"(?:\A\W{0,2}\d{1,3}(?![.)]\s)|(?:\+|(?<!\d)00)\d{1,3})"
    r"[\s().\-/\u2010-\u2015]{1,3}(?:0[\s)]{1,2})?\Z"
)
"""What ends in a country code: the digits after it are a number of that country alone."""
_LONGEST_CODE = 12
_LETTER = re.compile(r"\w")
_FARTHEST = 3
"""Characters that may stand between two words of one name."""

_LONGER = 4
"""Digits by which a written number may be longer than its normal form, as in `0049 (0)`."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where a person stands in a cell."""

    places: tuple[Place, ...]
    whole: bool
    """Nothing else stands there."""
    owns: bool
    """The cell is so surely the person's that its row is theirs too."""


def require_present_key(marks: Marks, keys: Keyring) -> None:
    """Raise EngineError where the marks are of a time before the present key: it makes others."""
    parts = [token_parts(token) for token in marks.every_token]
    if keys.present.version not in {version for each in parts if each for version in each[1:]}:
        message = "The secret key was changed since this person was looked for."
        raise EngineError(message, "Plan the erasure again: nothing was changed.")


class Matcher:
    """Knows one person by their marks; `opened` gives the value of a sealed cell."""

    def __init__(
        self, marks: Marks, keys: Keyring, opened: Callable[[str], str] | None = None
    ) -> None:
        self._marks = marks
        self._tokens = marks.every_token
        self._opened = opened
        require_present_key(marks, keys)
        self._makers = tuple(Tokens(keys.present, entity) for entity in marks.compared)
        self._look = {
            Look.EMAIL: self._addresses,
            Look.NUMBER: self._numbers,
            Look.WORDS: self._names,
        }[marks.look]

    def match(self, text: str, trust: Trust) -> Match | None:
        """Where the person stands in a text of such a column; None where they do not."""
        if text in self._tokens:
            return Match(((0, len(text)),), whole=True, owns=True)
        protected = tuple(self._protected(text))
        raw = tuple(self._look(text)) if self._marks.looked_for(trust) else ()
        places = _apart((*protected, *raw))
        if not places:
            return None
        whole = _nothing_else(text, places)
        if whole and not protected and self._is_doubtful(trust):
            return None
        sure = bool(protected) or trust is Trust.PERSONAL or self._marks.look is Look.EMAIL
        return Match(places, whole, owns=(whole and sure) or self._is_mostly(text, places, trust))

    def _is_doubtful(self, trust: Trust) -> bool:
        """A number that fills a cell nobody called personal may count something else."""
        return self._marks.look is Look.NUMBER and trust is not Trust.PERSONAL

    def _is_mostly(self, text: str, places: tuple[Place, ...], trust: Trust) -> bool:
        """As in `Maria <maria@x.org>`: of names that would be somebody with a longer one."""
        if trust is not Trust.PERSONAL or self._marks.look is Look.WORDS:
            return False
        theirs = sum(_letters(text[start:end]) for start, end in places)
        return 2 * theirs >= _letters(text)

    def _protected(self, text: str) -> Iterator[Place]:
        if "_" not in text:
            return
        for found in _TOKEN.finditer(text):
            if found[0] in self._tokens:
                yield found.span()
        for found in _SEALED.finditer(text) if self._opened else ():
            if self._is_sealed(found[0]):
                yield found.span()

    def _is_sealed(self, sealed: str) -> bool:
        try:
            value = self._opened(sealed) if self._opened else ""
        except EngineError:
            return False
        found = _apart(tuple(self._look(value)))
        return bool(found)

    def _is_meant(self, text: str) -> bool:
        return any(maker.token(text) in self._tokens for maker in self._makers)

    def _addresses(self, text: str) -> Iterator[Place]:
        for start, end in addresses_in(text):
            address = text[start:end]
            right_size = len(address) == self._marks.length or not address.isascii()
            if right_size and self._is_meant(address):
                yield start, end

    def _numbers(self, text: str) -> Iterator[Place]:
        runs = [found.span() for found in _DIGITS.finditer(text)]
        shortest = self._marks.length
        longest = shortest + self._marks.spare + _LONGER
        for first, (start, _) in enumerate(runs):
            if start and _LETTER.match(text[start - 1]):
                continue
            if self._marks.abroad and _has_code_before(text, start):
                continue
            for end in _ends(text, runs[first:], shortest, longest):
                number = text[start:end]
                abroad = f"+{number}" if text[start - 1 : start] == "+" else number
                if self._is_meant(abroad):
                    yield start, end

    def _names(self, text: str) -> Iterator[Place]:
        if len(text) < self._marks.length and text.isascii():
            return
        pieces = pieces_of(text)
        first, length = 0, 0
        for last, (_, end, letters) in enumerate(pieces):
            length += letters
            while length > self._marks.length:
                length -= pieces[first][2]
                first += 1
            if length == self._marks.length and _are_near(pieces[first : last + 1]):
                start = pieces[first][0]
                if self._is_meant(text[start:end]):
                    yield start, end


def _has_code_before(text: str, start: int) -> bool:
    """Whether a number goes on there that begins with a country code: it is meant whole or not."""
    return _CODE_BEFORE.search(text, max(0, start - _LONGEST_CODE), start) is not None


def _are_near(pieces: Sequence[tuple[int, int, int]]) -> bool:
    """Whether words stand as close as those of one name."""
    return all(begin - end <= _FARTHEST for (_, end, _), (begin, _, _) in pairwise(pieces))


def _ends(text: str, runs: list[Place], shortest: int, longest: int) -> Iterator[int]:
    """Where numbers of the right length end that begin with the first run of digits."""
    digits, before = 0, runs[0][0]
    for begin, end in runs:
        if digits and not _BETWEEN_DIGITS.fullmatch(text, before, begin):
            return
        digits, before = digits + end - begin, end
        if digits > longest:
            return
        if digits >= shortest and not _LETTER.match(text, end):
            yield end


def _apart(places: tuple[Place, ...]) -> tuple[Place, ...]:
    """In order, those that overlap as one."""
    joined: list[Place] = []
    for start, end in sorted(places):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _nothing_else(text: str, places: tuple[Place, ...]) -> bool:
    outside, at = [], 0
    for start, end in places:
        outside.append(text[at:start])
        at = end
    return not _LETTER.search("".join((*outside, text[at:])))
