"""Where waiting commands are kept, who may do what, and who knows what would happen."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from engine.approvals.model import Foreseen, Held
from engine.commands import Command
from engine.people import Asker

Foresight = Callable[[Command, Asker], Awaitable[Foreseen | None]]
"""What a command would do; None where there is nothing to ask about.

Raises EngineError where the command would be refused anyway.
"""


class Confirmations(Protocol):
    """Commands that wait, kept across restarts and seen by every process."""

    async def keep(self, waiting: Held) -> bool:
        """Keep one; False where its code is taken."""
        ...

    async def get(self, code: str) -> Held | None:
        """The one under that code, whether it waits or was confirmed."""
        ...

    async def take(self, code: str, key: str) -> bool:
        """Note that the message of that key confirmed it, once: False where another one did."""
        ...

    async def forget(self, before: datetime) -> None:
        """Forget those that could be confirmed until then."""
        ...


class Permits(Protocol):
    """Who may do what."""

    async def require(self, asker: Asker, command: Command) -> None:
        """Raise NotAllowed where the asker may not give that command."""
        ...
