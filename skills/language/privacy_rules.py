"""Read rules about columns: «mask email in customers», «orders.note is not personal data»."""

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from types import MappingProxyType

from engine.commands import (
    AcceptFinding,
    Help,
    PrivacyReport,
    RejectFinding,
    SetPrivacyRule,
)
from skills.language.courtesy import Plainly, plainly
from skills.language.names import nearest
from skills.language.places import COLUMN, PLACE, Places, column_named, dataset_named, place_in
from skills.language.readings import Guess, Reading, Understood
from skills.language.slots import KNOWN
from skills.language.vocabulary import Vocabulary

AboutColumn = SetPrivacyRule | AcceptFinding | RejectFinding

USUAL = "silver"
"""A rule says how a column comes to that layer."""

_WORDS_FOR: Mapping[str, str] = MappingProxyType(
    {
        "mask": "mask|masking",
        "hash": "hash|hashing|pseudonymise|pseudonymize|tokenise|tokenize",
        "redact": "redact|redacting|blank out|black out",
        "generalise": "generalise|generalize|generalising|coarsen|round",
        "encrypt": "encrypt|encrypting",
        "keep": "keep|leave",
    }
)
_OPERATORS: Mapping[str, str] = MappingProxyType(
    {word: operator for operator, words in _WORDS_FOR.items() for word in words.split("|")}
)
_OPERATOR = rf"(?P<operator>{'|'.join(_OPERATORS)})"
_TO = (
    r"(?: (?:to|by|down to) (?:the |a |its )?(?P<{}>[\w ]{{1,40}}?)"
    r"(?: only| digits| characters| letters| figures)?)?"
)
_AS_IS = r"(?: as (?:it is|is|they are))?"
_SPOKEN: Mapping[str, str] = MappingProxyType(
    {
        word: entity
        for entity, words in {
            "EMAIL_ADDRESS": "email|e-mail|email address|e-mail address|mail address",
            "PHONE_NUMBER": "phone|phone number|telephone number",
            "PERSON": "person|name|person's name|name of a person",
            "LOCATION": "location|address|place",
            "CREDIT_CARD": "card|credit card|card number|credit card number",
            "IBAN_CODE": "iban|bank account",
            "US_SSN": "ssn|social security number",
            "IP_ADDRESS": "ip|ip address",
        }.items()
        for word in words.split("|")
    }
)
_ENTITY = re.compile(r"[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)*")
_PERSONAL = re.compile(
    r"(?:personal|private|sensitive|pii)(?: (?:data|information|info|at all))*", re.IGNORECASE
)
_RULE = (
    re.compile(
        rf"{_OPERATOR} {COLUMN} (?:to|down to) (?:the |a )?(?P<to>\w+(?: \w+)??) "
        r"(?:in|of|from|on|for) (?:the )?(?:table )?(?P<table>\S+)(?: table)?",
        re.IGNORECASE,
    ),
    re.compile(rf"{_OPERATOR} {PLACE}{_TO.format('to')}{_AS_IS}", re.IGNORECASE),
)
_WITHOUT_PLACE = re.compile(rf"{_OPERATOR} {COLUMN}{_TO.format('to')}{_AS_IS}", re.IGNORECASE)
_SAID_OF = re.compile(
    rf"{PLACE} (?P<verb>isn't|is not|is no|is|aren't|are not|are|holds no|contains no|has no|holds"
    r"|contains|has|does not (?:hold|contain|have)|doesn't (?:hold|contain|have))"
    r" (?:actually |really |just )?(?:an? |any |the )?(?P<what>[\w' -]{1,60})",
    re.IGNORECASE,
)
_DECIDED = re.compile(
    rf"(?P<verb>accept|reject|dismiss|there is no|there's no)(?: the)?(?: finding)?(?: of)?"
    rf" (?P<what>[\w' -]{{1,60}}?) (?:in|for|of) {PLACE}",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    rf"(?:is|are) {PLACE} (?:personal|private|sensitive|pii)(?: (?:data|information))?",
    re.IGNORECASE,
)
_WAYS = (
    r"(?:masked|hashed|pseudonymi[sz]ed|tokeni[sz]ed|redacted|generali[sz]ed|encrypted|protected"
    r"|hidden)"
)
_WHY = re.compile(rf"why (?:is|are|was|were) {PLACE} (?:not )?{_WAYS}", re.IGNORECASE)
_WHY_WITHOUT_TABLE = re.compile(
    rf"why (?:is|are|was|were) {COLUMN} (?:not )?{_WAYS}", re.IGNORECASE
)
_UNDOING = re.compile(
    rf"(?:un(?:mask|hash|redact|encrypt)|stop (?:masking|hashing|redacting|encrypting)) {PLACE}",
    re.IGNORECASE,
)
_UNPROTECTED = "That would show its values from the next run on."
_ACCEPTING = frozenset({"accept", "is", "are", "holds", "contains", "has"})
_ASKED = "That is a question, so nothing was done."
_ONLY_GENERALISE = "Only generalise says how far: «generalise birth_date in customers to year»."


def read_privacy_rule(text: str, vocabulary: Vocabulary) -> Reading | None:
    """The rule or the decision about a finding that a sentence says; None where it says none."""
    said = plainly(text)
    return (
        _rule(said, vocabulary)
        or _asked(said, vocabulary)
        or _undone(said, vocabulary)
        or _decision(said, vocabulary)
        or _misspelled(said, vocabulary)
        or _incomplete(said, vocabulary)
    )


def _rule(said: Plainly, vocabulary: Vocabulary) -> Reading | None:
    found = _found(said.text)
    where = _where(found, vocabulary) if found else None
    if found is None or where is None:
        return None
    operator, to = _OPERATORS[found["operator"].casefold()], _to(found)
    commands = tuple(
        SetPrivacyRule(dataset, column, operator, to) for dataset, column in where.pairs()
    )
    doubts = where.doubts
    if to is not None and operator != "generalise":
        commands = tuple(SetPrivacyRule(*pair, operator) for pair in where.pairs())
        doubts = (*doubts, _ONLY_GENERALISE)
    return _reading(said, commands, doubts)


def _asked(said: Plainly, vocabulary: Vocabulary) -> Reading | None:
    """Whether a column is personal, or why it is protected: the report on its table tells."""
    found = _QUESTION.fullmatch(said.text) or _WHY.fullmatch(said.text)
    where = place_in(found, vocabulary, USUAL) if found else None
    if where is None:
        return _asked_of_all(said, vocabulary)
    reports = tuple(PrivacyReport(dataset) for dataset in where.datasets)
    if len(reports) == 1 and not where.doubts:
        return Understood(reports[0])
    return Guess(reports, " ".join(where.doubts))


def _asked_of_all(said: Plainly, vocabulary: Vocabulary) -> Reading | None:
    """Why a column is protected that is named without its table."""
    found = _WHY_WITHOUT_TABLE.fullmatch(said.text)
    if found is None or not _is_known(found["column"], vocabulary):
        return None
    reports = tuple(map(PrivacyReport, _tables_with(found["column"], vocabulary)))
    return Understood(reports[0]) if len(reports) == 1 else Guess(reports[:_MOST], "Which table?")


def _undone(said: Plainly, vocabulary: Vocabulary) -> Reading | None:
    """A rule to be taken back: to keep the column is offered, never set."""
    found = _UNDOING.fullmatch(said.text)
    where = place_in(found, vocabulary, USUAL) if found else None
    if where is None:
        return None
    offers = tuple(SetPrivacyRule(*pair, "keep") for pair in where.pairs())
    return Guess(offers[:_MOST], " ".join((*where.doubts, _UNPROTECTED)))


def _found(text: str) -> re.Match[str] | None:
    """The form of a rule; how far to generalise may stand before the table or after it."""
    before, after = (form.fullmatch(text) for form in _RULE)
    is_before = before is not None and " in " not in before["column"]
    return before if is_before else after


def _misspelled(said: Plainly, vocabulary: Vocabulary) -> Reading | None:
    """A rule whose first word is nearly one: offered, never set."""
    typed, _, rest = said.text.partition(" ")
    near = nearest(typed.casefold(), _OPERATORS)
    is_slip = bool(near) and (len(typed) != len(near[0][0]) or sorted(typed) == sorted(near[0][0]))
    if not is_slip or typed.casefold() in KNOWN:
        return None
    meant = near[0][0]
    found = _rule(replace(said, text=f"{meant} {rest}"), vocabulary)
    doubt = f"Not understood: {typed}. Did you mean {meant}?"
    match found:
        case Understood(command):
            return Guess((command,), doubt)
        case Guess(commands, reason):
            return Guess(commands, f"{doubt} {reason}")
        case _:
            return None


def _where(found: re.Match[str], vocabulary: Vocabulary) -> Places | None:
    if "path" in found.re.groupindex:
        return place_in(found, vocabulary, USUAL)
    dataset = dataset_named(found["table"], vocabulary, USUAL)
    tables = {each.partition(".")[2] for each in dataset.values}
    column = column_named(found["column"], vocabulary, tables)
    doubts = tuple(doubt for doubt in (column.doubt, dataset.doubt) if doubt)
    return Places(column.values, dataset.values, doubts)


def _to(found: re.Match[str]) -> str | None:
    return " ".join(found["to"].casefold().split()) if found["to"] else None


def _decision(said: Plainly, vocabulary: Vocabulary) -> Reading | None:
    for form in (_SAID_OF, _DECIDED):
        found = form.fullmatch(said.text)
        where = place_in(found, vocabulary, USUAL) if found else None
        if found is None or where is None:
            continue
        is_personal = bool(_PERSONAL.fullmatch(found["what"]))
        entity = None if is_personal else entity_named(found["what"])
        if not is_personal and entity is None:
            continue
        accepted = found["verb"].casefold() in _ACCEPTING
        make = AcceptFinding if accepted else RejectFinding
        commands = tuple(make(dataset, column, entity) for dataset, column in where.pairs())
        return _reading(said, commands, where.doubts)
    return None


def entity_named(text: str) -> str | None:
    """The entity that a word stands for: one in capitals as it is, or a plain word for it."""
    if _ENTITY.fullmatch(text):
        return text
    return _SPOKEN.get(text.casefold()) or _with_underscores(text)


def _with_underscores(text: str) -> str | None:
    return text.upper() if "_" in text and _ENTITY.fullmatch(text.upper()) else None


def _incomplete(said: Plainly, vocabulary: Vocabulary) -> Reading | None:
    """A rule without its table, or without its column."""
    found = _WITHOUT_PLACE.fullmatch(said.text)
    if found is None or not vocabulary.datasets:
        return None
    operator, to = _OPERATORS[found["operator"].casefold()], _to(found)
    if operator == "keep" and not _is_known(found["column"], vocabulary):
        return None  # «keep calm» is no rule
    table = dataset_named(found["column"], vocabulary, USUAL)
    to = to if operator == "generalise" else None
    if not table.doubt and table.values[0] in vocabulary.datasets:
        own = _columns_of(table.values[0], vocabulary)
        pairs = tuple(product(table.values, own))
        return _asking(operator, pairs, to, "Which column?")
    column = column_named(found["column"], vocabulary, vocabulary.tables)
    pairs = tuple(
        (dataset, name) for name in column.values for dataset in _tables_with(name, vocabulary)
    )
    return _asking(operator, pairs, to, f"{column.doubt} Which table?".strip())


def _asking(
    operator: str, pairs: tuple[tuple[str, str], ...], to: str | None, reason: str
) -> Guess:
    commands = tuple(SetPrivacyRule(*pair, operator, to) for pair in pairs[:_MOST])
    return Guess(commands or (Help("mask"),), reason)


_MOST = 8


def _is_known(column: str, vocabulary: Vocabulary) -> bool:
    return column in vocabulary.columns


def _columns_of(dataset: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    table = dataset.partition(".")[2]
    return tuple(column for name, column in vocabulary.columns_in if name == table)


def _tables_with(column: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The datasets that declare a column; all of the usual layer where none does."""
    having = tuple(f"{USUAL}.{table}" for table, name in vocabulary.columns_in if name == column)
    return having or vocabulary.datasets_in(USUAL)


def _reading(said: Plainly, commands: tuple[AboutColumn, ...], doubts: tuple[str, ...]) -> Reading:
    if said.is_taken_back:
        return Guess((Help("mask"),), "Nothing was done: that reads as a request not to.")
    reasons = (*doubts, *([_ASKED] if said.is_question else []))
    if not reasons and len(commands) == 1:
        return Understood(commands[0])
    offers = (command for command in dict.fromkeys(commands) if " " not in command.dataset)
    return Guess(tuple(offers)[:_MOST] or (Help("mask"),), " ".join(reasons))
