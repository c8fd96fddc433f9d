"""Check: the declared checks decide whether a dataset is held back."""

from collections.abc import Sequence

from engine.cards import counted
from engine.catalog.model import Project
from engine.clock import Clock
from engine.quality.model import Outcome, Verdict, gate_opens, settle
from engine.quality.ports import QualityEngine
from engine.runs.model import Run, Step, StepReport, staged_table
from engine.runs.ports import RunTransaction
from engine.runs.steps.work import Act


class Check:
    """Measures the staged table, or the published one where a run only checks."""

    def __init__(self, project: Project, quality: QualityEngine, clock: Clock) -> None:
        self._project = project
        self._quality = quality
        self._clock = clock

    async def prepare(self, run: Run, step: Step) -> Act:
        """Measure, outside of any transaction: the quality engine has its own connection."""
        checks = self._project.checks_of(step.dataset)
        table = staged_table(run, step.dataset)
        measured = await self._quality.measure(step.dataset.layer, table, checks) if checks else ()
        verdicts = settle(checks, measured)

        async def record(tx: RunTransaction) -> StepReport:
            await tx.verdicts.record(run, step.dataset, verdicts, self._clock.now())
            return StepReport(verdicts=verdicts, holds_back=_reason(step, verdicts))

        return record


def _reason(step: Step, verdicts: Sequence[Verdict]) -> str | None:
    if gate_opens(verdicts):
        return None
    failed = sum(each.outcome is Outcome.FAILED for each in verdicts)
    unknown = sum(each.outcome is Outcome.NOT_EVALUATED for each in verdicts)
    parts = [
        f"{counted(failed, 'check')} failed" if failed else "",
        f"{counted(unknown, 'check')} could not be evaluated" if unknown else "",
    ]
    return f"{step.dataset}: {' and '.join(part for part in parts if part)}"
