"""Read sentences about one person: find, erase, confirm, reveal; who it is stays as typed."""

import re
from collections.abc import Iterator

from engine.commands import (
    HIDDEN,
    Command,
    ConfirmErasure,
    ErasePerson,
    FindPerson,
    Help,
    ListErasures,
    PrivacyReport,
    RevealValue,
    WithdrawErasure,
)
from engine.identifiers import (
    QUOTES,
    Deed,
    Meant,
    is_nobody,
    looks_like_identifiers,
    person_in,
    without_identifiers,
    without_numbers_and_addresses,
)
from skills.language.courtesy import plainly
from skills.language.lexicon import NO_PART_OF_A_NAME, REFUSALS, STOP_SIGNS
from skills.language.readings import Guess, Reading, Understood
from skills.language.vocabulary import Vocabulary
from skills.language.words import UNSAID, tidy, words_of

ABOUT_PERSONS = Help("person")
SAY_AGAIN = (
    "Say «find everything about …» or «erase …», with the person where the dots are: "
    "who was meant is not kept."
)
ONLY_A_PERSON = "Only a person can be erased or forgotten, so nothing was done. Say who it is."
ALONE = (
    "Say only who it is, nothing before or after it; one person at a time, in all tables at once. "
    "A name that has such words in it goes into quotes."
)
_REFUSED = "Nothing was done: that reads as a request not to."
_ASKED = "That is a question, so nothing was done."
_AN_ERASURE = "The id of an erasure looks like E12; the plan of the erasure names it."
_A_SEALED_VALUE = "What can be revealed begins with es1_ or the like, as it stands in the table."

ERASURE = re.compile(r"E[1-9][0-9]{0,8}", re.IGNORECASE)
SEALED = re.compile(r"[a-z]{2}[0-9]{1,6}_[A-Za-z0-9_=-]{1,2000}")
_CONFIRMING = re.compile(
    r"(?:(?:yes,? )?confirm(?: the)?(?: erasure)?(?: of)?|yes,? erase) (?P<id>\S+)",
    re.IGNORECASE,
)
_WITHDRAWING = re.compile(
    r"(?:withdraw|take back|call off|cancel|revoke)(?: the)?(?: erasure)?(?: of)? (?P<id>\S+)",
    re.IGNORECASE,
)
_LISTING = re.compile(
    r"(?:(?:list|show|show me|give me|tell me)(?: the| all| all the| our)?"
    r"|(?:what|which)(?: are the)?)(?: open| planned| pending)? erasures"
    r"(?: (?:are|is) (?:there|open|planned|pending|waiting))?",
    re.IGNORECASE,
)
_REVEALING = re.compile(
    r"(?:reveal|decrypt|unseal|unmask)(?: the)?(?: value)?(?: of)? (?P<sealed>\S+)", re.IGNORECASE
)
_WORDS_ABOUT = re.compile(
    r"(?:the |this |our )?(?:person|customer|user|client|contact|individual|data subject|somebody"
    r"|someone|e-?mail|(?:e-?mail )?address|(?:phone |telephone )?number|phone|name)"
    r"(?: (?:called|named|with the (?:e-?mail|name|number)|address|number))?:? (?=\S)",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?:[,;]?\s+(?:please|pls|plz|thanks|thank you|now|right now|asap|for me))*[\s?!]*$",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"<(?:mailto|tel):(?P<target>[^<>|]+)(?:\|(?P<label>[^<>]+))?>")
_PAIRS = {"'": "'", '"': '"', "`": "`", "«": "»", "„": "“", "“": "”", "‘": "’", "”": "”", "’": "’"}
_OF_THE_TRADE = frozenset({"personal", "pii", "private", "privacy", "gdpr"})
_SOMEBODY = "Q0"
_LONGEST = 200
_MOST_WORDS = 8


def read_person(text: str, vocabulary: Vocabulary) -> Reading | None:
    """What a sentence about one person says; None where it is about none.

    What is read as no command names nobody: neither a reason nor an offer repeats a word of it.
    """
    told = _told_by_id(text)
    if told is not None:
        return told
    meant = person_in(text)
    if meant is None or not meant.sure:
        return Guess((ABOUT_PERSONS,), SAY_AGAIN) if _is_left_open(text) else None
    if _is_no_name(text, meant, vocabulary):
        return _not_a_person(text, meant, vocabulary)
    return _about(text, meant)


def _is_no_name(text: str, meant: Meant, vocabulary: Vocabulary) -> bool:
    who = text[meant.start : meant.end]
    return is_nobody(who) or _named(who, vocabulary) is not None


def _not_a_person(text: str, meant: Meant, vocabulary: Vocabulary) -> Reading | None:
    """What to say where a table is named, or nobody; None where it may be another sentence."""
    if meant.deed is Deed.ERASE:
        return Guess((ABOUT_PERSONS,), ONLY_A_PERSON)
    named = _named(text[meant.start : meant.end], vocabulary)
    is_of_the_trade = not _OF_THE_TRADE.isdisjoint(word.text for word in words_of(text))
    if named is None or is_of_the_trade:
        return None
    reason = "That is a table here. The name of a person goes into quotes."
    return Guess((PrivacyReport(named), ABOUT_PERSONS), reason)


def without_persons(text: str, vocabulary: Vocabulary) -> str:
    """The text with a sign in the place of whoever it may mean, for all that is no such command."""
    meant = person_in(text)
    rest = "" if meant is None else text[meant.start : meant.end]
    if meant is not None and _named(rest, vocabulary) is not None:
        return without_numbers_and_addresses(text, UNSAID)
    return without_identifiers(text, UNSAID)


def _told_by_id(text: str) -> Reading | None:
    """What is told by the id of an erasure or by a sealed value."""
    said = plainly(text)
    if _LISTING.fullmatch(said.text):
        return Understood(ListErasures())
    confirming, revealing = _CONFIRMING.fullmatch(said.text), _REVEALING.fullmatch(said.text)
    withdrawing = _WITHDRAWING.fullmatch(said.text)
    command: Command | None = None
    if confirming and ERASURE.fullmatch(confirming["id"]):
        command = ConfirmErasure(confirming["id"].upper())
    elif withdrawing and ERASURE.fullmatch(withdrawing["id"]):
        command = WithdrawErasure(withdrawing["id"].upper())
    elif revealing and SEALED.fullmatch(revealing["sealed"]):
        command = RevealValue(revealing["sealed"])
    if command is not None:
        return _unless_open(said.is_question, said.is_taken_back, command)
    return _malformed(said.text)


def _is_left_open(text: str) -> bool:
    """Whether only who it is is missing, as in the text of a button: «erase …»."""
    meant = person_in(f"{text.replace(HIDDEN, '').rstrip(' .?!')} {_SOMEBODY}")
    return meant is not None and meant.sure and meant.end - meant.start == len(_SOMEBODY)


def _unless_open(is_question: bool, is_taken_back: bool, command: Command) -> Reading:
    if is_taken_back:
        return Guess((ABOUT_PERSONS,), _REFUSED)
    return Guess((command,), _ASKED) if is_question else Understood(command)


def _malformed(text: str) -> Reading | None:
    words = [word.text for word in words_of(text)]
    if words[:1] == ["confirm"] and "erasure" in words[1:3] and len(words) <= _MOST_WORDS:
        return Guess((ABOUT_PERSONS,), _AN_ERASURE)
    if words[:1] in (["reveal"], ["decrypt"], ["unseal"]):
        return Guess((Help("reveal"),), _A_SEALED_VALUE)
    return None


def _about(text: str, meant: Meant) -> Reading:
    head = tidy(text[: meant.start] + "-")
    if any(sign in tidy(text) for sign in STOP_SIGNS) or not _is_wanted(head):
        return Guess((ABOUT_PERSONS,), _REFUSED)
    if not meant.plain:
        return Guess((ABOUT_PERSONS,), f"Not understood, so nothing was done. {SAY_AGAIN}")
    who = text[meant.start : meant.end]
    if meant.deed is Deed.ERASE and _is_question(head, who):
        return Guess((ABOUT_PERSONS,), _ASKED)
    identifier = identifier_in(who)
    if identifier is not None and ERASURE.fullmatch(identifier):
        return Guess((ConfirmErasure(identifier.upper()),), _AN_ERASURE)
    if identifier is None:
        return Guess((ABOUT_PERSONS,), ALONE)
    is_search = meant.deed is Deed.FIND
    return Understood(FindPerson(identifier) if is_search else ErasePerson(identifier))


def _is_wanted(head: str) -> bool:
    return REFUSALS.isdisjoint(
        word.text for word in words_of(head.casefold()) if word.text not in _UNDOING
    )


_UNDOING = frozenset({"delete", "drop"})
"""Refusals elsewhere; here they are what is wanted."""


def _is_question(head: str, who: str) -> bool:
    asked = {word.text for word in words_of(head)} & {"could", "can", "would", "will"}
    return who.rstrip().endswith("?") and not asked


def identifier_in(typed: str) -> str | None:
    """Who is meant, as it was typed; None where it is nobody, or more than that."""
    alone = _MARKUP.sub(lambda found: found["label"] or found["target"], typed)
    alone = _AFTER.sub("", alone.strip())
    alone = _WORDS_ABOUT.sub("", alone, count=1) if _WORDS_ABOUT.match(alone) else alone
    quoted = _quoted(alone)
    if quoted is not None:
        return quoted if 0 < len(quoted) <= _LONGEST else None
    alone = _without_stop(alone)
    return alone if not any(_faults(alone)) else None


def _quoted(text: str) -> str | None:
    """What is between quotes, where all of it is."""
    bare = text.rstrip(".")
    close = _PAIRS.get(bare[:1])
    inside = bare[1:-1]
    if close is None or len(bare) < 2 or bare[-1] != close or bare[0] in inside or close in inside:  # noqa: PLR2004  # two quotes
        return None
    return inside.strip()


def _without_stop(text: str) -> str:
    """The text without the full stop of the sentence; that of «Jr.» belongs to the name."""
    last = text.rpartition(" ")[2]
    is_short = last[:1].isupper() and len(last) <= len("Jr.") and " " in text
    return text if is_short else text.rstrip(".,;:")


def _faults(text: str) -> Iterator[bool]:
    """What makes more, or less, of a text than somebody's name, number or address."""
    words = text.casefold().replace(",", " ").split()
    yield not text or len(text) > _LONGEST or len(words) > _MOST_WORDS
    yield text.startswith(QUOTES) or HIDDEN in text or not text.isprintable()
    looks = looks_like_identifiers(text)
    yield bool(looks) and looks != ((0, len(text)),)
    yield not looks and not NO_PART_OF_A_NAME.isdisjoint(words)
    yield is_nobody(text)


def _named(typed: str, vocabulary: Vocabulary) -> str | None:
    """The dataset or table that is called so, where it is not in quotes."""
    if typed.lstrip().startswith(QUOTES):
        return None
    words = [word for word in typed.casefold().strip(" .?!").split() if word not in _ARTICLES]
    name = "_".join(words)
    known = (*vocabulary.tables, *vocabulary.datasets, *vocabulary.short_names())
    return next((each for each in known if each.casefold() == name), None)


_ARTICLES = frozenset(
    {"the", "table", "tables", "our", "dataset", "of", "in", "rows", "data", "all"}
)
