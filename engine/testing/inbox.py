"""An inbox in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from engine.inbox import Arrived
from engine.testing.faults import Faults


class MemoryInbox:
    """Keeps what arrived; `left` is what a process that is gone had accepted.

    What stands in `elsewhere` was kept by other processes.
    """

    def __init__(self, *left: Arrived) -> None:
        self.kept: dict[tuple[str, str], Arrived] = {}
        self.elsewhere: set[tuple[str, str]] = set()
        self.worked: list[str] = []
        self.faults = Faults()
        self._left = list(left)

    async def keep(self, arrived: Sequence[Arrived]) -> Sequence[bool]:
        """Keep those whose keys are not known."""
        self.faults.reach("keep")
        return [self._keep(each) for each in arrived]

    def _keep(self, arrived: Arrived) -> bool:
        key = (arrived.platform, arrived.key)
        if key in self.kept or key in self.elsewhere:
            return False
        self.kept[key] = arrived
        return True

    async def unworked(self, platform: str, keys: Sequence[str]) -> frozenset[str]:
        """Those that it keeps itself and that were not noted."""
        self.faults.reach("unworked")
        mine = {key for key in keys if (platform, key) in self.kept}
        return frozenset(key for key in mine if f"{platform}:{key}" not in self.worked)

    async def waiting(self, platform: str) -> tuple[Arrived, ...]:
        """What was left for that platform, once."""
        self.faults.reach("waiting")
        found = tuple(replace(each, again=True) for each in self._left if each.platform == platform)
        self._left = [each for each in self._left if each.platform != platform]
        return found

    async def done(self, platform: str, keys: Sequence[str]) -> None:
        """Note that they were worked."""
        self.faults.reach("done")
        self.worked += [f"{platform}:{key}" for key in keys]

    async def forget(self, before: datetime) -> None:
        """Drop what is older."""
        self.kept = {key: each for key, each in self.kept.items() if each.received_at >= before}
