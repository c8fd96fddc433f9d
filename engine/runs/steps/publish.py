"""Publish: the staged table takes the place of the published one."""

from engine.runs.model import Run, Step, StepReport
from engine.runs.ports import RunTransaction
from engine.runs.steps.work import Act


class Publish:
    """Swaps the tables by rename."""

    async def prepare(self, run: Run, step: Step) -> Act:
        """Nothing is needed before."""

        async def publish(tx: RunTransaction) -> StepReport:
            return StepReport(await tx.warehouse.publish(run, step.dataset))

        return publish
