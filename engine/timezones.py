"""Time zones by the names that people use: «Berlin», «New York», «UTC», «Europe/Berlin»."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo, available_timezones

from rapidfuzz import fuzz, process, utils

_MEANT = {
    "utc": "UTC", "gmt": "GMT", "z": "UTC", "cest": "CET", "bst": "Europe/London",
    "est": "America/New_York", "edt": "America/New_York", "eastern": "America/New_York",
    "cst": "America/Chicago", "cdt": "America/Chicago", "central": "America/Chicago",
    "mst": "America/Denver", "mdt": "America/Denver", "mountain": "America/Denver",
    "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "pacific": "America/Los_Angeles",
}  # fmt: skip
"""Abbreviations that name a region's clock rather than a zone of the database."""

_OLD = ("Etc/", "US/", "Canada/", "Brazil/", "Mexico/", "Chile/", "Factory", "localtime")
_SEPARATORS = re.compile(r"[/_ -]+")
_AT_LEAST = 70
_MOST = 3
LONGEST = 4
"""How many words the name of a zone has at most."""


def is_zone(name: str) -> bool:
    """Whether a time zone has exactly that name."""
    try:
        ZoneInfo(name)
    except (ValueError, LookupError, OSError):
        return False
    return True


def zone_called(words: Sequence[str]) -> str | None:
    """The zone that folded words name, such as («new», «york»)."""
    return _called().get(tuple(words))


def close_zones(text: str) -> tuple[str, ...]:
    """The zones whose name or city looks most like a text, best first."""
    named = {" ".join(words): zone for words, zone in _called().items()}
    found = process.extract(
        text,
        list(named),
        scorer=fuzz.ratio,
        processor=utils.default_process,
        score_cutoff=_AT_LEAST,
        limit=_MOST,
    )
    return tuple(dict.fromkeys(named[name] for name, _, _ in found))


@lru_cache(maxsize=1)
def _called() -> Mapping[tuple[str, ...], str]:
    found: dict[tuple[str, ...], str] = {}
    for zone in sorted(available_timezones(), key=_preference):
        for words in _spoken(zone):
            found.setdefault(words, zone)
    meant = {(word,): zone for word, zone in _MEANT.items() if is_zone(zone)}
    return MappingProxyType(found | meant)


def _preference(zone: str) -> tuple[bool, bool, int, str]:
    """Regions before countries, today's names before old ones: «Singapore» is in Asia."""
    return zone.startswith(_OLD), "/" not in zone, zone.count("/"), zone


def _spoken(zone: str) -> Iterator[tuple[str, ...]]:
    whole = tuple(_SEPARATORS.split(zone.casefold()))
    yield whole
    if not zone.startswith(_OLD):
        yield tuple(_SEPARATORS.split(zone.casefold().rpartition("/")[2]))
