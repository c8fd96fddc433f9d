"""What in a text means a person: found, so that it can be hidden before anything is kept.

Names are told by the words around them. Where that is in doubt they are hidden: a text that shows
less than it could harms nobody.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rapidfuzz.distance import OSA

from engine.commands import HIDDEN


class Deed(StrEnum):
    """What is wanted of what is known about a person."""

    FIND = "find"
    ERASE = "erase"


@dataclass(frozen=True, slots=True)
class Meant:
    """Where a text names a person, and what is wanted; never who it is.

    It is `plain` where the text says that in known words, spelled right, and nothing but courtesy
    stands before them. Where it is not `sure`, a person is only likely.
    """

    deed: Deed
    start: int
    end: int
    plain: bool
    sure: bool


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


@dataclass(frozen=True, slots=True)
class _Saying:
    """A way to ask for somebody; after one that is not `strong` a name is only likely."""

    deed: Deed
    strong: bool
    form: re.Pattern[str]


QUOTES = tuple("\"'`«„“”‘’")
"""What a name may stand between, to be taken as it is."""

_BETWEEN_BLANKS = re.compile(r"\S+")
_MARKS = re.compile(r"^\W+|\W+$")
_APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
_SHORT = 4
_REACHES = ((3, 0), (6, 1), (20, 2), (1 << 20, 0))
"""How many slips a word may have, by its length."""

_MENTION = re.compile(r"<@[^<>\s]{0,80}>|@[\w.-]{1,80}[,:]?")

_PERSONAL = r"(?:personal |private |stored )?"
_WHOLE = (
    rf"(?:(?:everything|anything|something|all|every|any)(?: of)?(?: the| our)?(?: {_PERSONAL}"
    r"(?:data|information|info|records?|traces?|details))?"
    rf"|(?:the )?{_PERSONAL}(?:data|information|info|records?|traces?|details))"
    r"(?: (?:that |which )?(?:we|you|there) (?:know|have|hold|store|keep|is|are))?"
)
_ABOUT = r"(?:about|on|of|for|from|regarding|concerning|related to|belonging to)"
_SOMEBODY = (
    r"(?:person|customer|user|client|contact|individual|people|somebody|someone|data subject)"
)
_SEEK = (
    r"(?:find|search(?: for)?|look(?: up| for)|show|list|get|give|tell|collect|export|locate)"
    r"(?: me| us)?"
)
_KNOW = r"(?:we|you|atlas|i) (?:know|have|hold|store|keep)"
_KNOWN_OF = rf"(?:do |does ){_KNOW} (?:stored )?(?:about|on|of|for|regarding)"
_UNDO = r"(?:erase|forget|delete|remove|wipe|purge|destroy|anonymise|anonymize|drop|clear)"

_WAYS: tuple[tuple[Deed, bool, str], ...] = (
    (Deed.ERASE, True, rf"{_UNDO} {_WHOLE} {_ABOUT}"),
    (Deed.ERASE, True, rf"{_UNDO} what (?:we|you) (?:know|have|hold|store|keep) (?:about|on|of)"),
    (Deed.ERASE, True, rf"{_UNDO} (?:the |this )?{_SOMEBODY}"),
    (Deed.ERASE, True, "forget about"),
    (Deed.ERASE, True, "erase|forget"),
    (Deed.FIND, True, rf"{_SEEK} {_WHOLE} {_ABOUT}"),
    (Deed.FIND, True, rf"what (?:do |does |did )?{_KNOW} (?:stored )?(?:about|on|of|regarding)"),
    (Deed.FIND, True, rf"(?:what|which) {_PERSONAL}(?:data|information|info) {_KNOWN_OF}"),
    (Deed.FIND, True, rf"do (?:we|you) (?:know|have|hold|store|keep) {_WHOLE} {_ABOUT}"),
    (Deed.FIND, True, rf"(?:find|search for|look up|look for|locate) (?:the |this )?{_SOMEBODY}"),
    (Deed.FIND, False, "find|search for|search|look up|look for|locate"),
    (Deed.ERASE, False, "delete|remove|wipe|purge|destroy|anonymise|anonymize|drop|clear"),
    (Deed.ERASE, False, r"(?:erasure|deletion)(?: requests?)? (?:for|from|of|by)"),
    (Deed.ERASE, False, r"to be forgotten (?:for|from|of|by)"),
    (Deed.FIND, False, r"(?:access|subject|gdpr) requests? (?:for|from|of|by)"),
    (Deed.FIND, False, r"(?:everything|anything|all|know) (?:about|regarding|concerning)"),
)  # fmt: skip
_SAYINGS = tuple(
    _Saying(deed, strong, re.compile(rf"(?:^|(?<= ))(?P<saying>{way}) (?=\S)"))
    for deed, strong, way in _WAYS
)
_CUES = _set(
    "find search erase forget delete remove everything anything about regarding concerning know "
    "anonymise data information what"
)
"""Words that are known also where they are misspelled."""

_COURTESY = _set("""
    please pls plz kindly hey hi hello ok okay so now just atlas could can would will you i we want
    need like to lets let us me also then id i'd and
""")
"""What may stand before an order without changing it."""

_ASIDE = _COURTESY | _set("""
    do don't dont not never no should shall must may might did does is are was were why how when if
    somebody someone anybody it that this the a an all my our have has had be been got going who
    what which where yes stop cancel wait nobody without unless until after before tomorrow today
    everything anything say said says from with in on for of there help
""")
_NOBODY = _ASIDE | _set("""
    out data information info pii personal private privacy gdpr sensitive something them they these
    those one ones him her he she his their yourself myself ourselves run runs pipeline pipelines
    table tables schedule schedules row rows record records check checks quality quarantine
    quarantined rejected bad invalid failed failure failures failing error errors rule rules dataset
    datasets column columns finding findings incident incidents or thanks bronze silver gold every
    each any things thing project audit log report reports older than days weeks months history
    lineage again completely
""")
"""Where there are only such words, nobody is meant."""

_OF_THE_TRADE = _set("""
    quarantine quarantined rejected bad schedule schedules pii personal private privacy gdpr
    sensitive run runs check checks out column columns
""")
"""With one of these, a weak saying speaks of something else."""

_A_NAME = re.compile(r"[^\W\d_a-z][\w'’.-]*[a-z][\w'’.-]*|[A-Z]\.")
"""A word of a name as it is written, or an initial."""

_NAMED = re.compile(r"(?:bronze|silver|gold)\.|sch-[0-9]+$")
"""A dataset or a schedule, by its name."""

# «resolve INC-12» is no misspelled «remove»
_SAID = (
    _NOBODY
    | _CUES
    | {"resolve", "resolved"}
    | frozenset(re.findall("[a-z]+", " ".join(way for _, _, way in _WAYS)))
)
"""Words that are no name, wherever they stand."""

_MARKUP = r"<(?:mailto|tel):[^<>]{1,200}>"
_EMAIL = (
    r"(?<![^\s@<>|,;:()\"'«»])[^\s@<>|,;:()\"'«»]+@(?:[^\W\d_]|[^\s@<>|]*\.)[^\s@<>|,;:()\"'«»]*"
)
_EMAIL_SPELLED = r"(?<![\w.+-])[\w.+-]+ ?[(\[] ?at ?[)\]] ?[\w.-]+(?: ?[(\[] ?dot ?[)\]] ?\w+)*"
_IBAN = r"(?<![\w-])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?(?!\w)"
_IP = r"(?<![\w.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![\w.])"
_DIALLED = r"(?<!\w)(?:\+|\(\+?|00)[ ]?[0-9](?:[ ()./-]{0,3}[0-9]){6,16}(?!\w)"
_GROUPED = r"(?<![\w./-])[0-9(](?:[ ()./-]{0,2}[0-9]){8,20}(?![\w])"
_LOCAL = r"(?<![\w./-])[0-9]{3}[.-][0-9]{4}(?![\w./-]?[0-9])"
_LOOKS = re.compile(
    "|".join((_MARKUP, _EMAIL, _EMAIL_SPELLED, _IBAN, _IP, _DIALLED, _GROUPED, _LOCAL)),
)
_SIGNS = {"＠": "@", "﹫": "@", "＋": "+", "．": "."}
_TIMES = re.compile(
    r"(?<![\w./-])(?:[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]{4,15}(?:[+-][0-9]{2}:[0-9]{2}|Z)?)?"
    r"|[0-3]?[0-9][./][01]?[0-9](?:[./](?:20)?[0-9]{2})?|[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?)"
    r"(?![./-]?[0-9])"
)
"""Days and clock times, whose figures mean nobody."""


def without_identifiers(text: str, sign: str = HIDDEN) -> str:
    """The text with a sign for whatever may mean a person: what may be kept, shown and logged."""
    return replaced(text, identifiers_in(text), sign)


def without_numbers_and_addresses(text: str, sign: str = HIDDEN) -> str:
    """The text with a sign for what means a person by its looks alone."""
    return replaced(text, looks_like_identifiers(text), sign)


_JOINTS = str.maketrans("_-.", "   ")
_A_DAY = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_BETWEEN_FIGURES = re.compile(r"[ ()./-]")


def name_without_identifiers(name: str, sign: str) -> str:
    """The name of a file or a column with a sign for what looks like a person's; days may stay."""
    found = (*looks_like_identifiers(name), *looks_like_identifiers(name.translate(_JOINTS)))
    meant = (each for each in found if not _A_DAY.match(_figures(name[slice(*each)])))
    return replaced(name, _merged(meant), sign)


def _figures(text: str) -> str:
    return _BETWEEN_FIGURES.sub("", text.translate(_JOINTS))


def _merged(stretches: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The same stretches in their order, those that overlap as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def replaced(text: str, stretches: tuple[tuple[int, int], ...], sign: str) -> str:
    """The text with a sign in the place of each of these stretches."""
    kept, at = "", 0
    for start, end in stretches:
        kept += text[at:start] + sign
        at = end
    return kept + text[at:]


def identifiers_in(text: str) -> tuple[tuple[int, int], ...]:
    """The stretches of a text that may mean a person, in their order."""
    meant = person_in(text)
    if meant is None:
        return looks_like_identifiers(text)
    before = text[: meant.start]
    is_clear = meant.plain or not meant.sure
    early = looks_like_identifiers(before) if is_clear else tuple(_strange(before))
    rest = text[meant.start : meant.end]
    if not is_nobody(rest):
        return (*early, (meant.start, meant.end))
    shift = meant.start
    return (*early, *((shift + start, shift + end) for start, end in looks_like_identifiers(rest)))


def looks_like_identifiers(text: str) -> tuple[tuple[int, int], ...]:
    """What looks like an e-mail address, or the number of a phone, a card, an account, a person."""
    plain = text if text.isascii() else "".join(map(_in_ascii, text))
    quiet = _TIMES.sub(lambda time: "~" * len(time.group()), plain)
    return tuple(found.span() for found in _LOOKS.finditer(quiet))


def _in_ascii(character: str) -> str:
    """A dash, a blank, a figure or an at sign of any script as the plain one."""
    if character.isspace() and character != "\n":
        return " "
    if unicodedata.category(character) == "Pd":
        return "-"
    figure = unicodedata.decimal(character, None)
    return _SIGNS.get(character, character) if figure is None else str(figure)


def is_nobody(text: str) -> bool:
    """Whether words mean no person: «everything», «the tables»; what is in quotes does."""
    return not text.lstrip().startswith(QUOTES) and all(
        word.text in _NOBODY for word in _words(text, mentions=True)
    )


def person_in(text: str) -> Meant | None:
    """Where a text speaks of a person to be found or forgotten; None where it does not."""
    words = tuple(_words(text))
    spelled = " ".join(_near(word.text, _CUES) for word in words)
    found = (_meant(text, words, spelled, saying) for saying in _SAYINGS)
    return next((meant for meant in found if meant), None)


def _meant(text: str, words: tuple[_Word, ...], spelled: str, saying: _Saying) -> Meant | None:
    found = saying.form.search(spelled)
    if found is None:
        return None
    begin, first = _blanks(spelled[: found.start("saying")]), _blanks(spelled[: found.end()])
    start, end = words[first].start, len(text.rstrip())
    looks = bool(looks_like_identifiers(text[start:]))
    if not saying.strong and not looks and _is_of_the_trade(words[first:]):
        return None
    is_courteous = all(word.text in _COURTESY for word in words[:begin])
    is_spelled = saying.form.search(" ".join(word.text for word in words)) is not None
    sure = saying.strong or looks or (saying.deed is Deed.FIND and _is_a_name(text[start:]))
    return Meant(saying.deed, start, end, is_courteous and is_spelled and sure, sure)


def _blanks(text: str) -> int:
    return text.count(" ")


def _is_of_the_trade(words: tuple[_Word, ...]) -> bool:
    told = {_near(word.text, _OF_THE_TRADE) for word in words}
    is_named = any(_NAMED.match(word.text) for word in words)
    return is_named or not told.isdisjoint(_OF_THE_TRADE) or told <= _NOBODY


def _is_a_name(text: str) -> bool:
    """Whether all is written as names are: two words or more, each with a capital."""
    words = text.rstrip(" .?!").split()
    return len(words) in range(2, 6) and all(_A_NAME.fullmatch(word) for word in words)


def _strange(text: str) -> Iterator[tuple[int, int]]:
    """Words that are no plain ones, as in «Maria wants us to erase her»."""
    for word in _words(text):
        if _near(word.text, _CUES) not in _SAID:
            yield word.start, word.end


@lru_cache(maxsize=1024)
def _near(word: str, known: frozenset[str]) -> str:
    """The known word that a misspelled one is meant as, or the word itself."""
    reach = next(reach for longest, reach in _REACHES if len(word) <= longest)
    if word in _SAID or not reach:
        return word
    slips, nearest = min((OSA.distance(word, each), each) for each in known)
    return nearest if slips <= reach and _is_slip(word, nearest) else word


def _is_slip(word: str, meant: str) -> bool:
    """Whether a short word is misspelled rather than another one: «fine» is not «find»."""
    return len(word) > _SHORT or len(word) != len(meant) or sorted(word) == sorted(meant)


def _words(text: str, *, mentions: bool = False) -> Iterator[_Word]:
    """The words between blanks, without the marks around them; mentions before them are none."""
    is_begun = mentions
    for found in _BETWEEN_BLANKS.finditer(text):
        bare = _MARKS.sub("", found.group()).casefold()
        if bare and (is_begun or not _MENTION.fullmatch(found.group())):
            is_begun = True
            yield _Word(bare.replace(_APOSTROPHE, "'"), found.start(), found.end())
