"""Build: a gold model's SELECT becomes a staged table."""

from engine.catalog.model import DatasetName, Model, Project
from engine.errors import SourceUnreadable
from engine.runs.leftovers import drop_earlier
from engine.runs.model import Run, Step, StepReport
from engine.runs.plan import makers
from engine.runs.ports import RunTransaction, Transactions
from engine.runs.steps.work import Act


class Build:
    """Writes the staged gold table."""

    def __init__(self, project: Project, transactions: Transactions[RunTransaction]) -> None:
        self._project = project
        self._transactions = transactions

    async def prepare(self, run: Run, step: Step) -> Act:
        """See that what the model reads is there; raises SourceUnreadable."""
        model = self._project.gold_model(step.dataset)
        if model.upstream:
            await self._look(model)

        async def build(tx: RunTransaction) -> StepReport:
            counts = await tx.warehouse.build(run, model)
            await drop_earlier(tx, run, step.dataset)
            return StepReport(counts)

        return build

    async def _look(self, model: Model) -> None:
        async with self._transactions.begin() as tx:
            for name in model.upstream:
                if not await tx.warehouse.columns(name):
                    raise _never_published(self._project, name)


def _never_published(project: Project, name: DatasetName) -> SourceUnreadable:
    pipeline = dict(makers(project)).get(name, "medallion")
    return SourceUnreadable(
        f"{name} does not exist yet: it was never published.",
        f"Say «why did the last run of {name.table} fail» or "
        f"«run pipeline {pipeline} for {name.table}» first.",
    )
