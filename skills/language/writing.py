"""Write the value of a slot into a canonical sentence, each by the name of its slot."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, tzinfo
from types import MappingProxyType

from engine.commands import HIDDEN
from skills.language.dates import by_the_clock, full_minute
from skills.language.places import listed, quoted, quoted_path
from skills.language.slot_values import DAY, FLAGS, UNTOUCHED

_OWN_WRITING: Mapping[str, Callable[[object], str]] = MappingProxyType(
    {
        "identifier": lambda _: HIDDEN,
        "column": lambda value: quoted(str(value)),
        "columns": lambda value: listed(value if isinstance(value, tuple) else ()),
        "to": lambda value: quoted(str(value)),
        "subject": lambda value: quoted_path(str(value)),
        "owner": lambda value: quoted(str(value)),
        "person": lambda value: quoted_path(str(value)),
        "reason": lambda value: quoted(str(value)),
        "standing": lambda value: UNTOUCHED if value == "open" else str(value),
    }
)


def written(slot: str, value: object, zone: tzinfo | None = None) -> str:
    """The value as a word, or several in quotes; times by the clock of the zone."""
    if slot in _OWN_WRITING:
        return _OWN_WRITING[slot](value)
    if slot in FLAGS:
        return FLAGS[slot]
    if isinstance(value, datetime):
        ends = full_minute(value) if slot == "ending" and zone else value
        return by_the_clock(ends, zone) or value.isoformat()
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value - DAY if slot == "end" and isinstance(value, date) else value)
