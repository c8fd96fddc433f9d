"""Messages on their way out."""

from dataclasses import dataclass

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

    @property
    def platform(self) -> str:
        """The chat platform of the place, such as `web` of `web:#general`."""
        return self.place.partition(":")[0]

    @property
    def channel(self) -> str:
        """The channel of the place, such as `#general`."""
        return self.place.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of a run beside a finding."""

    published: bool | None = None
    """Whether a version of the dataset was published before; None where nobody looked."""
    whole: bool = False
    """Whether it judges all rows of its tables anew, not only new ones."""


NOTHING_KNOWN = Circumstances()


@dataclass(frozen=True, slots=True)
class Due:
    """A post that was not delivered yet in its newest form; with a receipt it is an edit."""

    post: Post
    revision: int
    receipt: str | None = None
    attempts: int = 0
