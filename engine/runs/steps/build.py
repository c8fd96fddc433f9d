"""Build: a gold model's SELECT becomes a staged table."""

from engine.catalog.model import Project
from engine.runs.leftovers import drop_earlier
from engine.runs.model import Run, Step, StepReport
from engine.runs.ports import RunTransaction
from engine.runs.steps.work import Act


class Build:
    """Writes the staged gold table."""

    def __init__(self, project: Project) -> None:
        self._project = project

    async def prepare(self, run: Run, step: Step) -> Act:
        """Nothing but the model is needed."""
        model = self._project.gold_model(step.dataset)

        async def build(tx: RunTransaction) -> StepReport:
            counts = await tx.warehouse.build(run, model)
            await drop_earlier(tx, run, step.dataset)
            return StepReport(counts)

        return build
