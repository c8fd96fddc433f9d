"""Read what alerts are about: «critical quality alerts for gold», «alerts tagged finance»."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.cards import Severity
from engine.topics import Kind, Topic
from skills.language.shapes import Shape, Slot, subjects
from skills.language.vocabulary import LAYERS, Vocabulary

_KINDS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.RUN: "run|runs|pipeline|pipelines|failure|failures",
        Kind.QUALITY: "quality|checks|dq",
        Kind.FRESHNESS: "freshness|staleness|stale|late|lateness",
        Kind.VOLUME: "volume|row count",
        Kind.SCHEMA: "schema|drift|schema drift",
        Kind.PRIVACY: "privacy|pii|gdpr|personal data",
        Kind.SCHEDULE: "schedule|schedules|missed schedule",
        Kind.OPERATIONS: "operations|operational|ops|operation",
    }
)
_SEVERITIES: Mapping[Severity, str] = MappingProxyType(
    {
        Severity.CRITICAL: "critical|severe|urgent",
        Severity.WARNING: "warning|warnings|important",
        Severity.SUCCESS: "success",
        Severity.INFO: "info",
    }
)
_KIND = "|".join(words for words in _KINDS.values())
_SEVERITY = "|".join(words for words in _SEVERITIES.values())
ALERTS = (
    r"(?:alerts?|notifications?|notices?|messages|incidents|problems|trouble|issues"
    r"|findings|everything)"
)
_FOR = r"(?:for|about|on|of|from|in|concerning|regarding|with)"
_THING = r"[DLU]\d+"
TOPIC = (
    rf"(?:(?:all|any|every|only) )?(?:at least )?(?:(?P<severity>{_SEVERITY})(?: and worse)? )?"
    rf"(?P<kinds>(?:(?:{_KIND})(?: and| or)? )*)(?P<word>{ALERTS})"
    rf"(?: {_FOR} (?P<things>{_THING}(?: and {_THING}|(?: in)? L\d+)*)(?: team)?)?"
    r"(?: owned by (?P<owner>\S+)(?: team)?)?"
    r"(?: (?:tagged|with tag|tag)(?: with)? (?P<tag>\S+))?"
)
"""A topic that names its alerts as such."""

BARE_TOPIC = (
    rf"(?:(?:all|any|only) )?(?:(?P<severity>{_SEVERITY}) ?)?"
    rf"(?P<kinds>(?:(?:{_KIND})(?: and| or)? ?)*)"
    rf"(?:(?:{_FOR} )?(?P<things>{_THING}(?: and {_THING}|(?: in)? L\d+)*)(?: team)?)?"
    r"(?: ?owned by (?P<owner>\S+)(?: team)?)?(?: ?(?:tagged|with tag) (?P<tag>\S+))?"
)
"""A topic by its names alone, where alerts are spoken of anyway."""

PATTERNS = (TOPIC, BARE_TOPIC)

_ONE = r"\w(?:[\w.-]*\w)?"
_WRITTEN = re.compile(
    rf"(?:(?P<severity>{'|'.join(Severity)}) )?"
    rf"(?:(?P<kinds>(?:{'|'.join(Kind)})(?: and (?:{'|'.join(Kind)}))*) )?alerts"
    rf"(?: for (?P<things>{_ONE}(?: and {_ONE})?))?(?: owned by (?P<owner>{_ONE}))?"
    rf"(?: tagged (?P<tag>{_ONE}))?"
)


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics that may be meant, and what is doubtful."""

    topics: tuple[Topic, ...]
    doubts: tuple[str, ...] = ()


def topic_written(text: str) -> Topic | None:
    """The topic whose own words these are; None where they are no topic's."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    things = (found["things"] or "").split(" and ")
    layer = next((each for each in things if each in LAYERS), None)
    dataset = next((each for each in things if each and each != layer), None)
    kinds = tuple(Kind(each) for each in (found["kinds"] or "").split(" and ") if each)
    severity = Severity(found["severity"]) if found["severity"] else None
    topic = Topic(kinds, severity, layer, dataset, found["owner"], found["tag"])
    return topic if str(topic) == text else None


def topics_in(shape: Shape, found: re.Match[str]) -> Topics:
    """The topics that a pattern with TOPIC or BARE_TOPIC found."""
    said = found.groupdict()
    signs = (said.get("things") or "").replace(" and ", " ").replace(" in ", " ").split()
    slots = [(sign[0], shape.slot(sign)) for sign in signs]
    layers = [slot.value for kind, slot in slots if kind == "L"]
    named = [_named(slot, shape.vocabulary) for kind, slot in slots if kind != "L"]
    kinds = tuple(sorted(_kinds_in(said.get("kinds") or "")))
    severity = next(iter(_keys_of(_SEVERITIES, said.get("severity") or "")), None)
    owner, tag = _typed(shape, said.get("owner")), _typed(shape, said.get("tag"))
    whose = next(iter(_owners(owner, shape.vocabulary)), owner) if owner else None
    topics = (
        Topic(kinds, severity, layer, dataset, of or whose, tag)
        for layer in layers or (None,)
        for dataset, of in [pair for pairs in named for pair in pairs] or [(None, None)]
    )
    return Topics(tuple(topics), tuple(slot.doubt for _, slot in slots if slot.doubt))


def _named(slot: Slot, vocabulary: Vocabulary) -> tuple[tuple[str | None, str | None], ...]:
    """A dataset, or the owner who is called so, by its id."""
    owner = next(iter(_owners(slot.typed, vocabulary)), None)
    if not slot.names and owner:
        return ((None, owner),)
    return tuple((dataset, None) for dataset in subjects(slot))


def owners_called(typed: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The ids of the owners who are called so."""
    return tuple(_owners(typed, vocabulary))


def _owners(typed: str, vocabulary: Vocabulary) -> Iterator[str]:
    called = _without_team(typed)
    return (
        id_
        for id_, name in vocabulary.owners
        if called in (_without_team(id_), _without_team(name))
    )


def _without_team(name: str) -> str:
    return name.casefold().removesuffix("team").strip(" _-")


def _typed(shape: Shape, sign: str | None) -> str | None:
    return shape.slot(sign).typed if sign else None


def _kinds_in(text: str) -> Iterator[Kind]:
    left = text
    for kind, words in _KINDS.items():
        for word in sorted(words.split("|"), key=len, reverse=True):
            if re.search(rf"\b{word}\b", left):
                left = re.sub(rf"\b{word}\b", " ", left)
                yield kind
                break


def _keys_of(words: Mapping[Severity, str], text: str) -> Iterator[Severity]:
    return (key for key, alike in words.items() if text in alike.split("|"))
