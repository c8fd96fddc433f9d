"""Where something is said on Slack: a channel, perhaps a thread in it, written as one text."""

import re
from dataclasses import dataclass

_ID = re.compile(r"#?([CDGUW][A-Z0-9]{2,40})")
_TS = r"[0-9]{1,16}\.[0-9]{1,10}"
_PLACE = re.compile(rf"([^/\s]{{1,100}})(?:/({_TS}))?")
_RECEIPT = re.compile(rf"([A-Z0-9]{{3,41}}):({_TS})")


@dataclass(frozen=True, slots=True)
class Place:
    """A channel by its id or its `#name`; with a thread, the message that it hangs from."""

    channel: str
    thread: str | None = None

    @property
    def channel_id(self) -> str | None:
        """The channel's id where that is how it is told."""
        found = _ID.fullmatch(self.channel)
        return found[1] if found else None

    @property
    def is_direct(self) -> bool:
        """Whether only one person reads there."""
        return (self.channel_id or "").startswith(("D", "U", "W"))


def place_of(target: str) -> Place:
    """`C012/1700000000.000100` as a place; whatever else is a channel."""
    found = _PLACE.fullmatch(target)
    return Place(found[1], found[2]) if found else Place(target)


def written(place: Place) -> str:
    """The text that `place_of` reads."""
    return place.channel if place.thread is None else f"{place.channel}/{place.thread}"


def receipt_of(channel: str, ts: str) -> str:
    """What an edit needs to find the message."""
    return f"{channel}:{ts}"


def message_of(receipt: str) -> tuple[str, str] | None:
    """Channel and ts of a receipt."""
    found = _RECEIPT.fullmatch(receipt)
    return (found[1], found[2]) if found else None
