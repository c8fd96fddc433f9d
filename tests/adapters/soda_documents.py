"""Whole SodaCL documents through Soda Core itself, in a process of its own."""

from functools import partial

from engine.adapters.soda import SOURCE, Connection, _disconnect, _load
from engine.adapters.worker_home import WorkerHome
from engine.adapters.workers import WorkerLane

Told = tuple[str, str, str | None, float | None]
"""The dataset, the check's first line, how it ended and what was measured."""


def scanned(connection: Connection, schema: str, document: str) -> list[Told]:
    """What Soda says of each check of a document; in the worker process."""
    from soda.scan import Scan  # only in the worker process

    scan = Scan()
    scan.set_data_source_name(SOURCE)
    scan.add_configuration_yaml_str(connection.yaml(schema))
    scan.add_sodacl_yaml_str(document)
    try:
        scan.execute()
    finally:
        _disconnect(scan)
    found: list[Told] = []
    for check in scan._checks:  # Soda offers results without their dataset otherwise
        value = getattr(check, "check_value", None)
        outcome = check.outcome.value if check.outcome else None
        table = check.partition.table.table_name
        line = check.check_cfg.source_line
        found.append((table, line, outcome, None if value is None else float(value)))
    return found


class SodaDocuments:
    """Soda Core for documents."""

    def __init__(self, url: str) -> None:
        self._connection = Connection.from_url(url)
        self._home = WorkerHome.named("atlas-soda-test")
        self._lane = WorkerLane("soda", partial(_load, self._home), 60)

    async def told(self, document: str, schema: str = "silver") -> list[Told]:
        """What Soda says of each check."""
        return await self._lane.call(scanned, self._connection, schema, document)

    def close(self) -> None:
        """End the process."""
        self._lane.close()
        self._home.remove()
