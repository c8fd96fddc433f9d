"""When a delivered file is whole: nobody writes to it, and its name is no temporary one."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from engine.clock import Clock

_TEMPORARY = re.compile(
    r"[.~].*|.*(?:~|\.(?:part|partial|filepart|crdownload|tmp|temp|swp))", re.IGNORECASE
)

_RENAMES_SHOW = os.name == "posix"
"""Whether the time of a change tells of a new name, as it does except on Windows."""


def is_temporary(name: str) -> bool:
    """Whether programs name a file like this while they write it: `a.csv.part`, `.a.csv`, `~a`."""
    return _TEMPORARY.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class Look:
    """A file as it was seen; times in nanoseconds."""

    size: int
    written: int
    changed: int

    @classmethod
    def at(cls, path: Path) -> "Look":
        """How the file is now."""
        found = path.stat()
        return cls(found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    @property
    def is_finished(self) -> bool:
        """Whether it got its name or its time after the last write, as whole files do."""
        return _RENAMES_SHOW and self.changed > self.written


class Rest:
    """Holds a file back until it rested for some seconds; 0 takes each at once."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        self._seconds = seconds
        self._clock = clock

    async def reached(self, path: Path, seen: Look) -> bool:
        """Whether the file is as it was seen, and nobody wrote to it for that long."""
        missing = self._missing(seen)
        if missing <= 0:
            return True
        await self._clock.sleep(missing)
        return Look.at(path) == seen

    def _missing(self, seen: Look) -> float:
        """Seconds until it rested; a clock of the disk that runs ahead costs one whole rest."""
        if not self._seconds or seen.is_finished:
            return 0.0
        age = self._clock.now().timestamp() - seen.written / 1e9
        return min(self._seconds, self._seconds - age)
