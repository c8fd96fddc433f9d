"""Messages on their way out."""

from dataclasses import dataclass
from datetime import datetime

from engine.cards import Card


@dataclass(frozen=True, slots=True)
class Post:
    """A card for a place; a later post with the same key edits the earlier message.

    One that is not `urgent` waits until the last edit of its message is a few seconds old.
    """

    key: str
    place: str
    card: Card
    urgent: bool = True
    thread: str | None = None
    """The key of the post in whose thread it belongs."""
    not_before: datetime | None = None
    """Until when it is kept back."""
    tried: bool = False
    """Whether it was sent already under its key, and may have arrived."""

    @property
    def platform(self) -> str:
        """The chat platform of the place, such as `web` of `web:#general`."""
        return self.place.partition(":")[0]

    @property
    def channel(self) -> str:
        """The channel of the place, such as `#general`."""
        return self.place.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Brought:
    """A delivery that a run loaded: its name as people may see it, and its rows."""

    name: str
    rows: int


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of a run beside a finding."""

    published: bool | None = None
    """Whether a version of the dataset was published before; None where nobody looked."""
    whole: bool = False
    """Whether it judges all rows of its tables anew, not only new ones."""
    held_back: int | None = None
    """How many rows were not published."""
    last_good: str = ""
    """The newest run in which it went well, and when."""
    brought: tuple[Brought, ...] = ()
    """The deliveries since then that are on the way to the dataset, newest first."""
    changes: tuple[str, ...] = ()
    """What changed since it went well, and is likely to be the cause."""


NOTHING_KNOWN = Circumstances()


@dataclass(frozen=True, slots=True)
class Due:
    """A post that was not delivered yet in its newest form; with a receipt it is an edit."""

    post: Post
    revision: int
    receipt: str | None = None
    attempts: int = 0
    doubtful: bool = False
    """Whether it may have arrived: it was sent before, and nobody knows what became of it."""
    thread_receipt: str | None = None
    """The receipt of the message in whose thread it belongs, once that arrived."""


@dataclass(frozen=True, slots=True)
class Later:
    """It is tried again; until `rest` nothing else goes to its place either."""

    until: datetime
    rest: datetime


@dataclass(frozen=True, slots=True)
class Dead:
    """It is not tried again, unless a newer form of it is put in."""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A post that does not arrive, and why; `again` is absent where it is given up."""

    place: str
    title: str
    since: datetime
    attempts: int
    reason: str
    hint: str = ""
    again: datetime | None = None
