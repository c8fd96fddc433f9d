"""Ingest: the next delivery of a table goes to bronze as it is."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from engine.cards import counted
from engine.catalog.model import Project
from engine.runs.model import Counts, Run, Step, StepReport
from engine.runs.ports import Deliveries, Delivery, Loaded, RunTransaction, Transactions
from engine.runs.steps.work import Act


class Ingest:
    """Loads the oldest delivery that is not in bronze yet."""

    def __init__(
        self,
        project: Project,
        transactions: Transactions[RunTransaction],
        deliveries: Deliveries,
        metered: Callable[[Run, Delivery], Delivery],
    ) -> None:
        self._project = project
        self._transactions = transactions
        self._deliveries = deliveries
        self._metered = metered

    async def prepare(self, run: Run, step: Step) -> Act:
        """Find the delivery and read its header."""
        table = self._project.source_table(step.dataset)
        async with self._transactions.begin() as tx:
            loaded = await tx.warehouse.loaded(table)
            since = await tx.warehouse.read_since(table)
        if run.parameters.full_refresh:
            since = None
        arrived = await self._deliveries.next_for(table, loaded, since)
        delivery = self._metered(run, arrived.delivery) if arrived.delivery else None

        async def load(tx: RunTransaction) -> StepReport:
            if delivery is None:
                return StepReport(Counts(loaded=0), ("no new delivery", *arrived.left))
            report = _report(delivery, await tx.warehouse.load(run, table, delivery))
            return replace(report, notes=(*report.notes, *arrived.left))

        return load


def _report(delivery: Delivery, loaded: Loaded) -> StepReport:
    return StepReport(Counts(loaded=loaded.rows), tuple(_notes(delivery, loaded)))


def _notes(delivery: Delivery, loaded: Loaded) -> Iterator[str]:
    yield f"loaded {counted(loaded.rows, 'row')} of {delivery.name}"
    if not loaded.rows:
        yield "the delivery has a header and no rows"
    if loaded.extra:
        yield f"columns that the table does not declare: {', '.join(loaded.extra)}"
    if loaded.missing:
        yield f"declared columns that the delivery lacks: {', '.join(loaded.missing)}"
    if loaded.reordered:
        yield "the columns came in another order than declared"
