"""Tells of quiet hours, maintenance and mutes that do not hold back a notice, and why."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from engine.alerts.routing.hours import ends, told
from engine.alerts.routing.matching import misfits, of_mute
from engine.alerts.routing.model import Muted, Notice
from engine.alerts.routing.telling import hours_words, when_words
from engine.catalog.routing import QuietHours, Routing, at_least


def not_held(
    notice: Notice, routing: Routing, mutes: Sequence[Muted], at: datetime
) -> Iterator[str]:
    """One line for each that lets it through at a moment, and why."""
    for quiet in routing.quiet:
        yield from _quiet(quiet, notice, at)
    for each in routing.maintenance:
        name = f"maintenance {when_words(each.when, routing.zone)}"
        if ends(each.when, at) is None:
            yield f"{name} does not hold at that time"
        elif why_not := misfits(each.what, notice):
            yield f"{name} is not about it: {'; '.join(why_not)}"
    for mute in mutes:
        if at < mute.until and not of_mute(mute, notice):
            yield f"{mute.dataset} is muted until {told(mute.until, at, routing.zone)}, not this"


def _quiet(quiet: QuietHours, notice: Notice, at: datetime) -> Iterator[str]:
    where = f" in {', '.join(quiet.channels)}" if quiet.channels else ""
    name = f"quiet hours {hours_words(quiet.hours)}{where}"
    if notice.severity in at_least(quiet.let_through):
        yield f"{name} don't hold back what is {notice.severity}"
    elif ends(quiet.hours, at) is None:
        yield f"{name} don't hold at that time"
