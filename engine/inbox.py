"""What people said on a chat platform: kept before it is worked, so that none of it is lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Arrived:
    """One accepted message or click.

    `text` is what a person typed, and the only part that may speak of somebody; `payload` is what
    the connector needs beside it to work the message: ids, never a name. Messages of one `lane`,
    such as a channel, are worked in their order.
    """

    platform: str
    key: str
    lane: str
    text: str
    payload: str
    received_at: datetime
    again: bool = False
    """Whether somebody may have begun to work it before, and died."""


class Inbox(Protocol):
    """Keeps what arrived, and knows repeats also after a restart."""

    async def keep(self, arrived: Sequence[Arrived]) -> Sequence[bool]:
        """Keep all of them in the hands of this process; False where a key is known already."""
        ...

    async def unworked(self, platform: str, keys: Sequence[str]) -> frozenset[str]:
        """Those of the keys that are in the hands of this process and not noted as worked."""
        ...

    async def waiting(self, platform: str) -> tuple[Arrived, ...]:
        """Take over what a process that is gone had accepted and not worked, oldest first."""
        ...

    async def done(self, platform: str, keys: Sequence[str]) -> None:
        """Note that they were worked; what was said is forgotten, the keys are not."""
        ...

    async def forget(self, before: datetime) -> None:
        """Delete all that arrived before that moment."""
        ...
