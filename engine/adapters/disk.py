"""How much room is left on the disk of a folder."""

import asyncio
import shutil
from pathlib import Path

from engine.findings.sight import Room


class FolderVolume:
    """The disk that a folder of this machine lies on, such as that of an embedded database."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def room(self) -> Room | None:
        """Asked in a thread, since a disk may be far away; None where the folder is not there."""
        try:
            usage = await asyncio.to_thread(shutil.disk_usage, self._folder)
        except OSError:
            return None
        return Room(usage.free, usage.total)
