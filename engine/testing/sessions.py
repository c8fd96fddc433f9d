"""Sessions of a database that were ended."""


class EndedSessions:
    """Keeps the names that were given."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        self.workers: list[str] = []

    async def end(self, run_id: str) -> None:
        """End those of a run."""
        self.runs.append(run_id)

    async def end_worker(self, worker: str) -> None:
        """End those of a worker."""
        self.workers.append(worker)
