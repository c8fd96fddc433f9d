"""An inbox in memory."""

from dataclasses import replace
from datetime import datetime

from engine.inbox import Arrived
from engine.testing.faults import Faults


class MemoryInbox:
    """Keeps what arrived; `left` is what a process that is gone had accepted."""

    def __init__(self, *left: Arrived) -> None:
        self.kept: dict[tuple[str, str], Arrived] = {}
        self.worked: list[str] = []
        self.faults = Faults()
        self._left = list(left)

    async def keep(self, arrived: Arrived) -> bool:
        """Keep it unless its key is known."""
        self.faults.reach("keep")
        key = (arrived.platform, arrived.key)
        is_new = key not in self.kept
        self.kept.setdefault(key, arrived)
        return is_new

    async def waiting(self, platform: str) -> tuple[Arrived, ...]:
        """What was left for that platform, once."""
        self.faults.reach("waiting")
        found = tuple(replace(each, again=True) for each in self._left if each.platform == platform)
        self._left = [each for each in self._left if each.platform != platform]
        return found

    async def done(self, platform: str, key: str) -> None:
        """Note that it was worked."""
        self.faults.reach("done")
        self.worked.append(f"{platform}:{key}")

    async def forget(self, before: datetime) -> None:
        """Drop what is older."""
        self.kept = {key: each for key, each in self.kept.items() if each.received_at >= before}
