"""Who is meant, by tokens alone; what was found of them; and who may erase it until when."""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from engine.catalog.model import Layer
from engine.errors import EngineError
from engine.persons.numbers import phone_forms
from engine.privacy.protect import Keyring, normalise

ERASED = "[erased]"
"""What stands in the place of something about a person where there must be something."""

LASTS = timedelta(days=1)
"""How long somebody may confirm a planned erasure."""

FEWEST = 3
"""Letters and digits from which a text may mean one person."""

_FEWEST_DIGITS, _MOST_DIGITS = 7, 19
_MOST_OF_A_PHONE = 15
_LONG_WORD = 15
_DIGITS_ONLY = frozenset({"PHONE_NUMBER", "US_SSN", "CREDIT_CARD"})
_OF_PHONES = frozenset({"", "PHONE_NUMBER"})
"""Whose tokens the other forms of a phone number have; they are nobody's SSN or card."""
_NOBODY = frozenset({"null", "none", "n/a", "unknown", "erased", "redacted"})

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+")
_NUMBER = re.compile(r"[+(]{0,2}\d[\d\s().\-/]*")
_DATE = re.compile(r"\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{4}")
_IBAN = re.compile(r"[a-z]{2}\d{2}[a-z0-9]{11,30}")
_EDGES = re.compile(r"^[^\w+(]+|[^\w)]+$")
_PIECE = re.compile(r"[^\W_]+")


class Look(StrEnum):
    """The form of what a person is meant by."""

    EMAIL = "email"
    NUMBER = "number"
    WORDS = "words"


_COMPARED = {
    # under which entities a raw text is compared: each has its own idea of what is equal
    Look.EMAIL: ("EMAIL_ADDRESS",),
    Look.NUMBER: ("PHONE_NUMBER", "US_SSN"),
    Look.WORDS: ("PERSON", "IBAN_CODE"),
}


class Sense(StrEnum):
    """What a text of words is taken for."""

    NAME = "name"
    IBAN = "iban"
    CODE = "code"
    """Such as `C00155`: neither a name nor anything else by which people are known everywhere."""


class Trust(StrEnum):
    """What is known of a column's values: personal, undecided, or declared to be harmless."""

    PERSONAL = "personal"
    OPEN = "open"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Marks:
    """What a person is known by: tokens, and the form of what was typed; never the text itself."""

    look: Look
    length: int
    """Letters and digits; of an address all characters, of a number its digits."""
    words: int
    tokens: Mapping[str, tuple[str, ...]] = field(repr=False)
    """By entity, "" for none; of the present key and of former ones."""
    sense: Sense = Sense.NAME
    """Of words alone."""
    abroad: bool = False
    """A phone number that was given with its country code; it is looked for without it too."""
    spare: int = 0
    """Digits by which the longest form of it is longer than the shortest, which is `length`."""

    @property
    def every_token(self) -> frozenset[str]:
        """All tokens that a cell may hold instead of the person's value."""
        return frozenset(token for tokens in self.tokens.values() for token in tokens)

    @property
    def compared(self) -> tuple[str, ...]:
        """The entities under which a raw text is compared."""
        return _COMPARED[self.look]

    @property
    def is_telling(self) -> bool:
        """Whether it means a person wherever it stands: «Rose» alone may be a product."""
        return self.look is not Look.WORDS or self.words > 1 or self.length >= _LONG_WORD

    @property
    def may_be_shared(self) -> bool:
        """Whether several people may be called so."""
        return self.look is Look.WORDS and self.sense is Sense.NAME

    @property
    def is_code(self) -> bool:
        """Whether it has no form by which people are known."""
        return self.look is Look.WORDS and self.sense is Sense.CODE

    @property
    def may_be_local(self) -> bool:
        """Whether it may be a phone number of which nobody knows the country."""
        return self.look is Look.NUMBER and not self.abroad and self.length <= _MOST_OF_A_PHONE

    def looked_for(self, trust: Trust) -> bool:
        """Whether raw values of such a column are compared at all."""
        match trust:
            case Trust.PERSONAL:
                return True
            case Trust.OPEN:
                return self.is_telling
            case Trust.KEPT:
                return self.look is Look.EMAIL


def look_of(text: str) -> Look:
    """The form of an identifier: an address, a number by which people are called, or words."""
    if _EMAIL.fullmatch(text):
        return Look.EMAIL
    digits = sum(map(str.isdigit, text))
    numeric = _NUMBER.fullmatch(text) and not _DATE.fullmatch(text) and not _is_network(text)
    return Look.NUMBER if numeric and _FEWEST_DIGITS <= digits <= _MOST_DIGITS else Look.WORDS


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def pieces_of(text: str) -> list[tuple[int, int, int]]:
    """The words of a text: start, end, and length without regard to case."""
    return [
        (found.start(), found.end(), len(found[0]) if text.isascii() else _folded_length(found[0]))
        for found in _PIECE.finditer(text)
    ]


def _folded_length(word: str) -> int:
    return len(normalise("PERSON", word))


def marks_of(identifier: str, entities: Iterable[str], keys: Keyring) -> Marks:
    """What a person is known by; raises EngineError where nobody is meant."""
    text = _EDGES.sub("", identifier.strip())
    pieces = pieces_of(text)
    if sum(length for _, _, length in pieces) < FEWEST or text.casefold() in _NOBODY:
        message = "That is too short to mean one person."
        raise EngineError(message, "Give an e-mail address, a phone number or a full name.")
    look = look_of(text)
    spellings = [identifier.strip(), text]
    if look is Look.NUMBER:
        spellings.append("".join(filter(str.isdigit, text)))
    forms = phone_forms(text) if look is Look.NUMBER else ()
    known = {"", *_COMPARED[look], *entities}
    if look is not Look.NUMBER:
        # the digits within an address or a name are nobody's number
        known -= _DIGITS_ONLY
    lengths = [_length(look, text, pieces), *map(len, forms)]
    tokens = {
        entity: _tokens(keys, entity, [*spellings, *(forms if entity in _OF_PHONES else ())])
        for entity in sorted(known)
    }
    return Marks(
        look, min(lengths), len(pieces), tokens, _sense(text), bool(forms),
        max(lengths) - min(lengths),
    )  # fmt: skip


def _tokens(keys: Keyring, entity: str, spellings: Iterable[str]) -> tuple[str, ...]:
    """Of every spelling, under every key; each once."""
    return tuple(
        dict.fromkeys(token for each in spellings for token in keys.tokens(entity or None, each))
    )


def _sense(text: str) -> Sense:
    if _IBAN.fullmatch(normalise("IBAN_CODE", text)):
        return Sense.IBAN
    return Sense.CODE if any(map(str.isdigit, text)) else Sense.NAME


def _length(look: Look, text: str, pieces: Iterable[tuple[int, int, int]]) -> int:
    match look:
        case Look.EMAIL:
            return len(normalise("EMAIL_ADDRESS", text))
        case Look.NUMBER:
            return len(normalise("PHONE_NUMBER", text))
        case Look.WORDS:
            return sum(length for _, _, length in pieces)


@dataclass(frozen=True, slots=True)
class Found:
    """In how many rows of one place a person occurs; `mentions` are those that only name them."""

    place: str
    rows: int
    mentions: int = 0
    hidden: tuple[str, ...] = ()
    """Personal columns that keep nothing by which anybody could be found."""
    stays: tuple[str, ...] = ()
    """Columns that stay as they are where a row is the person's: they are not personal."""
    sources: tuple[str, ...] = ()
    """The deliveries from which the rows came."""

    @property
    def layer(self) -> str:
        """Such as `bronze`, or `quarantine`."""
        return self.place.partition(".")[0]

    @property
    def is_gold(self) -> bool:
        """Whether it is made from other datasets."""
        return self.layer == Layer.GOLD


def total(found: Iterable[Found]) -> int:
    """The rows of all places."""
    return sum(each.rows for each in found)


class ErasureState(StrEnum):
    """How far an erasure is."""

    PLANNED = "planned"
    ERASING = "erasing"
    ERASED = "erased"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Erasure:
    """That somebody is to be forgotten, and who said so."""

    id: str
    marks: Marks
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    state: ErasureState = ErasureState.PLANNED
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether somebody may still confirm it, or withdraw it."""
        return self.state is ErasureState.PLANNED and self.expires_at > now

    def covers(self, marks: Marks, now: datetime) -> bool:
        """Whether it is open still and would erase all that these marks mean."""
        return self.is_open(now) and self.marks.every_token >= marks.every_token


class ErasureRefused(EngineError):
    """An erasure that can't be confirmed, or not by this person."""


def require_confirmable(erasure: Erasure, by: str, now: datetime) -> None:
    """Raise ErasureRefused unless this person may have it carried out now, or carried on."""
    if _who(erasure.asked_by) == _who(by):
        raise ErasureRefused(
            f"You planned {erasure.id} yourself; it needs a second person.",
            "Ask another admin to confirm it: the same name on another platform is not another.",
        )
    if erasure.state is ErasureState.ERASING:
        return
    _require_open(erasure, now)


def require_withdrawable(erasure: Erasure, now: datetime) -> None:
    """Raise ErasureRefused unless it is planned still: what has begun can't be taken back."""
    if erasure.state is ErasureState.ERASING:
        raise ErasureRefused(
            f"{erasure.id} was confirmed by {erasure.confirmed_by} and is being carried out.",
            "What is erased already stays erased.",
        )
    _require_open(erasure, now)


def _require_open(erasure: Erasure, now: datetime) -> None:
    if erasure.state is ErasureState.ERASED:
        raise ErasureRefused(f"{erasure.id} is done already.", "Nothing was changed.")
    if erasure.state is ErasureState.WITHDRAWN:
        raise ErasureRefused(f"{erasure.id} was withdrawn.", "Plan it again: nothing was changed.")
    if not erasure.is_open(now):
        raise ErasureRefused(
            f"{erasure.id} was planned more than a day ago and holds no more.",
            "Plan it again: nothing was changed.",
        )


def _who(asker: str) -> str:
    """The person of an id without the platform: `terminal:you` sits where `web:you` does."""
    return asker.partition(":")[2] or asker


def erasure_id(text: str) -> str:
    """A typed id as it is stored: `e12` is E12."""
    return text.strip().upper()
