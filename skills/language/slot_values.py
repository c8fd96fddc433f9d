"""Read the value of a slot in a canonical sentence, each by the name of its slot."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from types import MappingProxyType

from engine.catalog.policy import Operator
from engine.commands.lineage import Direction, Mishap
from engine.recurrence import Recurrence
from engine.runs.model import StepKind
from engine.schedules.model import number_of
from engine.topics import Topic
from skills.language.check_ids import check_ids
from skills.language.lexicon import ASKING, FILLERS
from skills.language.persons import ERASURE, SEALED
from skills.language.places import names_listed, unquoted
from skills.language.run_ids import run_id
from skills.language.scheduling import recurrence_of
from skills.language.shapes import PLACE
from skills.language.topics import topic_written
from skills.language.vocabulary import Vocabulary

Value = str | int | date | datetime | Recurrence | tuple[str, ...] | Topic | Direction | Mishap

FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "full_refresh": "refresh",
        "dry_run": "run",
        "accept_drift": "change",
        "confirmed": "sure",
        "quiet": "news",
        "every": "all",
    }
)
"""The word that stands where a slot is that can only be set."""

DAY = timedelta(days=1)
"""A backfill ends before its `end`; people name the last day that is in it."""

_STATUSES = ("queued", "running", "succeeded", "failed", "cancelled")
_OPERATORS = tuple(Operator)
UNTOUCHED = "unacknowledged"
"""What an incident is called of which nobody has said anything: «open» is each not resolved."""

_STANDINGS: Mapping[str, str] = MappingProxyType(
    {
        UNTOUCHED: "open",
        "acknowledged": "acknowledged",
        "snoozed": "snoozed",
        "resolved": "resolved",
    }
)
_ENTITY = re.compile("[A-Z][A-Z0-9_]{1,60}")
_STEPS = tuple(kind.value for kind in StepKind if kind is not StepKind.SCAN)
NO_ONE = frozenset(
    [
        "us",
        "somebody",
        "someone",
        "nobody",
        "anybody",
        "anyone",
        "everybody",
        "everyone",
        "it",
        "them",
    ]
)
"""Words that name no person in particular."""

_ONE = re.compile(r"@?\w(?:[\w.:-]*\w)?")
_INCIDENT = re.compile(r"inc-([0-9]{1,9})", re.IGNORECASE)
_NOISE = frozenset(word for phrase in (*FILLERS, *ASKING) for word in phrase)


@dataclass(frozen=True, slots=True)
class Context:
    """The names and the time zone that values are read by."""

    vocabulary: Vocabulary
    zone: tzinfo

    def value(self, slot: str, word: str) -> Value | None:
        """What a word means in a slot, None when it can't stand there."""
        if slot == "when":
            return recurrence_of(word, self.zone)
        if slot in ("since", "until"):
            return self._moment(word)
        if slot == "ending":
            return self._moment(word) if ":" in word else None
        if slot in FLAGS:
            return word.casefold() == FLAGS[slot] or None
        reader = _SLOT_READERS.get(slot)
        return reader(word) if reader else _spelled(word, self._names(slot))

    def _names(self, slot: str) -> tuple[str, ...]:
        if slot == "table":
            return self.vocabulary.short_names()
        named = {
            "subject": (*self.vocabulary.datasets, *self.vocabulary.short_names()),
            "pipeline": self.vocabulary.pipelines,
            "dataset": self.vocabulary.datasets,
            "from_step": _STEPS,
            "operator": _OPERATORS,
        }
        return named.get(slot, _STATUSES)

    def _moment(self, word: str) -> datetime | None:
        try:
            found = datetime.fromisoformat(word)
            return found.astimezone(self.zone) if found.tzinfo else found.replace(tzinfo=self.zone)
        except (ValueError, OverflowError):
            return None


def _schedule(word: str) -> str | None:
    number = number_of(word)
    return None if number is None else f"SCH-{number}"


def _incident(word: str) -> str | None:
    found = _INCIDENT.fullmatch(word)
    return f"INC-{int(found[1])}" if found else None


def _standing(word: str) -> str | None:
    return _STANDINGS.get(word.casefold())


def _direction(word: str) -> Direction | None:
    known = word.casefold()
    return Direction(known) if known in (Direction.UPSTREAM, Direction.DOWNSTREAM) else None


def _mishap(word: str) -> Mishap | None:
    known = word.casefold()
    return Mishap(known) if known in tuple(Mishap) and known != Mishap.BREAKS else None


def _channel(word: str) -> str | None:
    return word if PLACE.fullmatch(word) else None


def _person(word: str) -> str | None:
    """Somebody by name, or by a longer one in quotes; no channel, and no mail address."""
    if word.casefold() in NO_ONE:
        return None
    return unquoted(word) if word.startswith('"') or _ONE.fullmatch(word) else None


def _owner(word: str) -> str | None:
    return unquoted(word) if word.startswith('"') or _ONE.fullmatch(word) else None


def _topic(word: str) -> str | None:
    topic = word.casefold()
    return topic if topic.isalpha() and topic not in _NOISE else None


def _day(word: str) -> date | None:
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


def _day_after(word: str) -> date | None:
    found = _day(word)
    return found + DAY if found and found < date.max else None


def _number(word: str, most_digits: int = 2) -> int | None:
    is_small = word.isascii() and word.isdigit() and len(word) <= most_digits
    return int(word) or None if is_small else None


def _limit(word: str) -> int | None:
    return _number(word, 4)


def _days_old(word: str) -> int | None:
    return _number(word, 4)


def _entity(word: str) -> str | None:
    return word if _ENTITY.fullmatch(word) else None


def _erasure(word: str) -> str | None:
    return word.upper() if ERASURE.fullmatch(word) else None


def _sealed(word: str) -> str | None:
    return word if SEALED.fullmatch(word) else None


def _group_size(word: str) -> int | None:
    return _number(word, 9)


def _nobody(_: str) -> None:
    """Who is meant is read by itself, since it may be anything."""


def _rule(word: str) -> str | None:
    name = word.casefold()
    return name if name.isidentifier() else None


_SLOT_READERS: Mapping[str, Callable[[str], Value | None]] = MappingProxyType(
    {
        "schedule": _schedule,
        "run_id": run_id,
        "topic": _topic,
        "start": _day,
        "end": _day_after,
        "at_once": _number,
        "limit": _limit,
        "checks": check_ids,
        "rule": _rule,
        "older_than": _days_old,
        "column": unquoted,
        "columns": names_listed,
        "to": unquoted,
        "entity": _entity,
        "erasure": _erasure,
        "sealed": _sealed,
        "k": _group_size,
        "identifier": _nobody,
        "incident": _incident,
        "standing": _standing,
        "direction": _direction,
        "mishap": _mishap,
        "channel": _channel,
        "person": _person,
        "owner": _owner,
        "reason": unquoted,
        "alerts": topic_written,
        "period": _days_old,
    }
)


def _spelled(word: str, names: tuple[str, ...]) -> str | None:
    if word in names:
        return word
    alike = tuple(name for name in names if name.casefold() == word.casefold())
    return alike[0] if len(alike) == 1 else None
