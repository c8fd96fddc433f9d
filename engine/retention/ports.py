"""What clearing away needs from outside: a store that forgets in small pieces."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from engine.retention.model import Aging


class Storeroom(Protocol):
    """What is kept besides the datasets themselves."""

    def alone(self) -> AbstractAsyncContextManager[bool]:
        """Whether this process is the only one that clears away, for the block."""
        ...

    async def clear(self, what: Aging, before: datetime, limit: int) -> int:
        """Forget at most so many of what is older, in one transaction; how many they were.

        Never forgets a run that is not over, the newest run of a pipeline or dataset, nor which
        deliveries were loaded.
        """
        ...
