"""Read how anonymous a dataset is to be found: «… of gold.customer_value for segment, country»."""

import re

from engine.commands import CheckAnonymity, Help
from skills.language.courtesy import plainly
from skills.language.places import TABLE, column_named, dataset_named, unquoted
from skills.language.readings import Guess, Reading, Understood
from skills.language.vocabulary import Vocabulary

USUAL = "silver"
"""The layer of a table; what is made of tables is in gold anyway."""

LEAST = 2
_MOST_COLUMNS = 12

_ASKING = (
    r"(?:how anonymous (?:is|are)|(?:check |measure |show )?(?:the )?k[ -]?anonymity (?:of|for|in)"
    r"|(?:check |measure |show )?(?:the )?anonymity (?:of|for|in))"
)
_BY = r"(?:grouped by|by|for|over|on|using|per|across)(?: the)?(?: columns?)?"
_K = r"(?:,? (?:with |at |for )?k ?(?:=|of|is|as)? ?(?P<k>-?[0-9]{1,9}))?"
_WHOLE = re.compile(rf"{_ASKING} {TABLE} {_BY} (?P<columns>.+?){_K}", re.IGNORECASE)
_K_FIRST = re.compile(rf"{_ASKING} {TABLE}{_K} {_BY} (?P<columns>.+?)", re.IGNORECASE)
_OPEN = re.compile(rf"{_ASKING} {TABLE}{_K}", re.IGNORECASE)
_SEPARATE = re.compile(r'"(?:[^"]|"")+"|[^\s",]+(?: (?!and\b)[^\s",]+)*', re.IGNORECASE)
_AND = re.compile(r"\band\b,?", re.IGNORECASE)


def read_anonymity(text: str, vocabulary: Vocabulary) -> Reading | None:
    """The question how anonymous a dataset is; None where the sentence is another one."""
    said = plainly(text).text
    found = _WHOLE.fullmatch(said) or _K_FIRST.fullmatch(said)
    if found is None:
        is_open = _OPEN.fullmatch(said)
        return Guess((Help("anonymity"),), _WHICH) if is_open else None
    if found["k"] and int(found["k"]) < LEAST:
        return Guess((Help("anonymity"),), f"k {found['k']} says nothing: k is {LEAST} or more.")
    dataset = dataset_named(found["table"], vocabulary, USUAL)
    columns = columns_in(found["columns"], vocabulary)
    if not columns or len(columns) > _MOST_COLUMNS:
        return Guess((Help("anonymity"),), _WHICH)
    numbers = (int(found["k"]),) if found["k"] else ()
    commands = tuple(CheckAnonymity(name, columns, *numbers) for name in dataset.values)
    if len(commands) == 1 and "Not understood" not in dataset.doubt:
        return Understood(commands[0])
    return Guess(commands, dataset.doubt)


_WHICH = "By which columns? Say «how anonymous is gold.revenue by segment and country?»."


def columns_in(text: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The columns that a list names, in its order."""
    pieces = _SEPARATE.findall(_outside_quotes(text))
    return tuple(dict.fromkeys(_column(piece.strip(), vocabulary) for piece in pieces))


def _outside_quotes(text: str) -> str:
    """The list with a comma for each «and» that is no part of a quoted name."""
    parts = re.split(r'("(?:[^"]|"")+")', text)
    return "".join(part if at % 2 else _AND.sub(",", part) for at, part in enumerate(parts))


def _column(text: str, vocabulary: Vocabulary) -> str:
    named = column_named(text, vocabulary, vocabulary.short_names())
    return unquoted(text) if named.doubt else named.values[0]
