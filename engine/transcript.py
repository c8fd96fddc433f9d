"""What was said on the web page, which is a chat platform of Atlas's own."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from engine.cards import Card


class Author(StrEnum):
    """Who said it."""

    YOU = "you"
    ATLAS = "atlas"


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a channel: of Atlas with a card, of a person with the page's own id."""

    id: int
    channel: str
    author: Author
    name: str
    text: str
    at: datetime
    card: Card | None = None
    edited_at: datetime | None = None
    client_id: str | None = None


class Transcript(Protocol):
    """Keeps what was said, across restarts."""

    async def add(self, said: Said) -> Said:
        """Keep a message, and return it with its id."""
        ...

    async def edit(self, message_id: int, card: Card, at: datetime) -> Said | None:
        """Give a message another card; None where there is no such message."""
        ...

    async def of_atlas(self, client_id: str) -> int | None:
        """The id of the message that Atlas keeps under that name."""
        ...

    async def channels(self) -> tuple[str, ...]:
        """Every channel in which something was said, by name."""
        ...

    async def recent(self, limit: int) -> tuple[Said, ...]:
        """The latest messages of all channels, oldest first."""
        ...
