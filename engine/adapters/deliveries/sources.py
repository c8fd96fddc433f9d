"""The next delivery of a table, whatever its source."""

from collections.abc import Mapping
from pathlib import Path

from engine.adapters.deliveries.files import next_file
from engine.adapters.deliveries.foreign import Newer, foreign_table
from engine.adapters.deliveries.resting import Rest
from engine.catalog.model import FileSource, Table
from engine.clock import Clock
from engine.runs.arrivals import Arrived


class ProjectDeliveries:
    """Looks where the tables of a project say that their rows arrive."""

    def __init__(self, folder: Path, clock: Clock, file_rest: float = 0.0) -> None:
        self._folder = folder
        self._clock = clock
        self._rest = Rest(file_rest, clock)

    async def next_for(
        self, table: Table, loaded: Mapping[str, str], since: str | None = None
    ) -> Arrived:
        """The oldest file not loaded yet, or the foreign table as it is now."""
        if isinstance(table.source, FileSource):
            return await next_file(self._folder, table.source, loaded, self._rest)
        newer = Newer(table.watermark, since) if table.watermark and since else None
        return Arrived(await foreign_table(table.source, self._clock, newer))
