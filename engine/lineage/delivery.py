"""Lineage events on their way to collectors: what an answer means, who waits, and for how long."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Self, TypeAlias
from urllib.parse import urlsplit, urlunsplit

from engine.errors import ConfigurationError

ENDPOINT = "api/v1/lineage"

FIRST_WAIT = 1.0
LONGEST_WAIT = 300.0
LONGEST_WISH = 3600.0
"""Seconds for which a collector may ask to be left alone at a time."""

TROUBLE = 3
"""Failures in a row after which it is the collector that is in trouble, and not one event."""

LONGEST_REASON = 200

_CREATED_OR_SO = range(200, 300)
_ABOUT_THE_EVENT = range(400, 500)
_ABOUT_THE_WAY = frozenset({401, 403, 404, 405, 407, 408, 421, 425, 429})
"""A wrong key or address, or haste: no fault of the event, and somebody can mend it."""


@dataclass(frozen=True, slots=True)
class Collector:
    """Where events go; its name is its address without what is secret in it."""

    url: str = field(repr=False)
    key: str | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """What it is called in the state tables and in the log."""
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


@dataclass(frozen=True, slots=True)
class Parcel:
    """An event for one collector; those of a lane, which is one run of Atlas, go in order."""

    id: int
    lane: str
    attempts: int
    event: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a collector answered."""

    status: int
    said: str = ""
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """A collector that did not answer, and in which way."""

    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """The collector has the event."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The collector will never take this event."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """The event is sent again after that many seconds; `rest` where all others have to wait too."""

    seconds: float
    reason: str
    rest: bool = False


Verdict: TypeAlias = Taken | Refused | Later


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much was not delivered yet, and since when the oldest of it waits."""

    count: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """An event that a collector refused for good."""

    collector: str
    event_id: int
    run_id: str
    job: str
    reason: str
    at: datetime


def judged(heard: Answer | Silence, attempts: int, chance: float) -> Verdict:
    """What becomes of an event after that answer, when it was tried so often before."""
    if isinstance(heard, Silence):
        return Later(backoff(attempts, chance), heard.reason)
    if heard.status in _CREATED_OR_SO:
        return Taken()
    reason = _reason(heard)
    if heard.status in _ABOUT_THE_EVENT and heard.status not in _ABOUT_THE_WAY:
        return Refused(reason)
    if heard.retry_after is None:
        return Later(backoff(attempts, chance), reason)
    # a little later for some: those who were sent away together don't come back together
    wish = min(LONGEST_WISH, max(heard.retry_after, 0.0))
    return Later(wish * (1 + chance / 10), reason, rest=True)


def _reason(answer: Answer) -> str:
    said = " ".join("".join(c if c.isprintable() else " " for c in answer.said).split())
    return f"status {answer.status} {said}".strip()[:LONGEST_REASON]


def backoff(attempts: int, chance: float) -> float:
    """Seconds to wait after so many failures before this one: doubling, with up to half off."""
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempts, 20))
    return float(longest * (0.5 + chance / 2))


def seconds_asked_for(retry_after: str, now: datetime) -> float | None:
    """The seconds of a Retry-After header, which has a number or a date; None for anything else."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:9]), LONGEST_WISH))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())


@dataclass(frozen=True, slots=True)
class Mood:
    """How a collector has been lately: it is left alone for a while when all goes wrong."""

    failures: int = 0
    rests: int = 0
    rests_until: datetime | None = None

    @property
    def troubled(self) -> bool:
        """Whether it was left alone, and took nothing since."""
        return self.rests > 0

    def rested(self, now: datetime) -> bool:
        """Whether something may be sent."""
        return self.rests_until is None or self.rests_until <= now

    def after(self, verdict: Verdict, now: datetime, chance: float) -> Self:
        """The mood once this happened too; whatever it takes or refuses shows that it is well."""
        if not isinstance(verdict, Later):
            return replace(self, failures=0, rests=0, rests_until=None)
        failures = self.failures + 1
        if not verdict.rest and failures < TROUBLE:
            return replace(self, failures=failures)
        seconds = verdict.seconds if verdict.rest else backoff(self.rests, chance)
        until = now + timedelta(seconds=seconds)
        longest = max(until, self.rests_until or until)
        # those already on their way fail too; that is the same trouble
        again = self.rests if self.rests_until and self.rests_until > now else self.rests + 1
        return replace(self, failures=0, rests=again, rests_until=longest)


def lanes_of(parcels: Iterable[Parcel]) -> Sequence[Sequence[Parcel]]:
    """The parcels of each lane in their order; lanes can go at the same time."""
    lanes: dict[str, list[Parcel]] = {}
    for parcel in parcels:
        lanes.setdefault(parcel.lane, []).append(parcel)
    return [sorted(lane, key=lambda parcel: parcel.id) for lane in lanes.values()]


def named_collectors(variables: Mapping[str, str]) -> tuple[Collector, ...]:
    """The collectors that the environment names; raises ConfigurationError.

    OPENLINEAGE_URL and MARQUEZ_URL may each hold several addresses, with blanks between. As with
    OpenLineage's own clients OPENLINEAGE_ENDPOINT is what follows the address, and
    OPENLINEAGE_API_KEY is shown there. The same address twice is one collector.
    """
    given = {name: value.strip() for name, value in variables.items()}
    endpoint = given.get("OPENLINEAGE_ENDPOINT") or ENDPOINT
    found = [
        Collector(_joined(url, path, name), given.get(f"{name}_API_KEY") or None)
        for name, path in (("OPENLINEAGE", endpoint), ("MARQUEZ", ENDPOINT))
        for url in given.get(f"{name}_URL", "").split()
    ]
    first: dict[str, Collector] = {}
    for collector in found:
        first.setdefault(collector.name, collector)
    return tuple(first.values())


def _joined(url: str, endpoint: str, name: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        # the address stays unsaid: it may hold a password
        message = f"{name}_URL is no address of a web server."
        raise ConfigurationError(message, "Write it as http://host:port.")
    return f"{url.rstrip('/')}/{endpoint.lstrip('/')}"
