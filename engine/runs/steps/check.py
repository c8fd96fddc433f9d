"""Check: the declared checks decide whether a dataset is held back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from engine.cards import counted
from engine.catalog.model import Check as Declared
from engine.catalog.model import DatasetName, Layer, Project
from engine.clock import Clock
from engine.quality.examples import ExampleFinder
from engine.quality.history import learned
from engine.quality.model import Measured, Outcome, Verdict, gate_opens, settle
from engine.quality.ports import QualityEngine
from engine.quality.wording import title
from engine.runs.model import Run, Step, StepReport, staged_table
from engine.runs.ports import RunTransaction
from engine.runs.steps.work import Act
from engine.sodacl.parse import read


class Check:
    """Measures the staged table, or the published one where a run only checks."""

    def __init__(
        self, project: Project, quality: QualityEngine, examples: ExampleFinder, clock: Clock
    ) -> None:
        self._project = project
        self._quality = quality
        self._examples = examples
        self._clock = clock

    async def prepare(self, run: Run, step: Step) -> Act:
        """Measure, outside of any transaction: the quality engine has its own connection."""
        checks = self._project.checks_of(step.dataset)
        table = staged_table(run, step.dataset)
        measured = await self._quality.measure(step.dataset.layer, table, checks) if checks else ()
        verdicts = await self._with_examples(settle(checks, measured), step.dataset, table)
        metrics = _kept(checks, measured)
        parts = {name: part for each in measured for name, part in each.parts}

        async def record(tx: RunTransaction) -> StepReport:
            now = self._clock.now()
            await tx.verdicts.record(run, step.dataset, verdicts, now)
            for accepted, values in metrics.items():
                await tx.metrics.record(run.id, step.dataset, values, now, accepted)
            await tx.metrics.keep_parts(run.id, step.dataset, parts)
            notes = tuple(_read_told(checks, measured))
            return StepReport(notes=notes, verdicts=verdicts, holds_back=_reason(step, verdicts))

        return record

    async def _with_examples(
        self, verdicts: Sequence[Verdict], dataset: DatasetName, table: str
    ) -> tuple[Verdict, ...]:
        """What people want to see of a check that does not hold."""
        shown = []
        for each in verdicts:
            broken = each.outcome in {Outcome.FAILED, Outcome.WARNED}
            found = await self._examples.of(dataset, table, each.check) if broken else None
            shown.append(replace(each, examples=found))
        return tuple(shown)


def _kept(
    checks: Sequence[Declared], measured: Sequence[Measured]
) -> Mapping[bool, Mapping[str, float]]:
    """The metrics, by whether later runs may learn from them."""
    values = {name: value for each in measured for name, value in each.metrics}
    forms = {index: form for index, each in enumerate(checks) if (form := read(each.text).form)}
    good = learned(measured, forms)
    return {
        accepted: {name: value for name, value in values.items() if (name in good) is accepted}
        for accepted in (True, False)
    }


def _read_told(checks: Sequence[Declared], measured: Sequence[Measured]) -> Iterator[str]:
    """What of the table was read, where numbers were carried on from the version before."""
    carried = {each.index for each in measured if each.is_carried}
    if not carried:
        return
    rest = [title(check) for index, check in enumerate(checks) if index not in carried]
    told = f", the whole table for: {', '.join(rest)}" if rest else ""
    yield f"only the changed rows were read for {counted(len(carried), 'check')}{told}"


def _reason(step: Step, verdicts: Sequence[Verdict]) -> str | None:
    if gate_opens(verdicts):
        return None
    failed = sum(each.outcome is Outcome.FAILED for each in verdicts)
    unknown = sum(each.outcome is Outcome.NOT_EVALUATED for each in verdicts if not each.spared)
    parts = [
        f"{counted(failed, 'check')} failed" if failed else "",
        f"{counted(unknown, 'check')} could not be evaluated" if unknown else "",
    ]
    told = f"{step.dataset}: {' and '.join(part for part in parts if part)}"
    return told + _what_stays(step.dataset)


def _what_stays(dataset: DatasetName) -> str:
    """Raw rows are there already when they are judged: what is held back is the layer after."""
    if dataset.layer is not Layer.BRONZE:
        return ""
    return f"; its rows stay in bronze, and silver.{dataset.table} is not made of them"
