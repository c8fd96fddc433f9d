"""What is known of a run beside a finding: what was new in it, and what it left out."""

from collections.abc import Collection, Iterator
from datetime import tzinfo

from engine.alerts.model import Circumstances
from engine.alerts.ports import AlertTransaction
from engine.catalog.model import DatasetName
from engine.findings.model import ChecksFailed, Finding
from engine.runs.model import Run, StepKind, StepStatus
from engine.runs.ports import RunFilter

_WRITING = frozenset({StepKind.INGEST, StepKind.PUBLISH})
_MAKING = frozenset({StepKind.REFINE, StepKind.BUILD})
_NO_NEWS = "no new delivery"
_NAMED = 3
_LOOKED_BACK = 20
"""Runs, among which the last good one is looked for."""


async def circumstances(
    tx: AlertTransaction,
    run: Run,
    finding: Finding,
    above: Collection[DatasetName],
    zone: tzinfo,
) -> Circumstances:
    """Looked up where something failed; of what was only looked at nothing was held back."""
    dataset = finding.dataset
    if dataset is None or finding.only_looked:
        return Circumstances(whole=run.parameters.full_refresh)
    held = isinstance(finding.evidence, ChecksFailed)
    before = await tx.runs.latest(RunFilter(table=dataset.table), _LOOKED_BACK)
    good = [each for each in before if each.id != run.id and _made(each, dataset)]
    return Circumstances(
        published=bool(await tx.warehouse.columns(dataset)) if held else None,
        whole=run.parameters.full_refresh,
        held_back=_rows(run, dataset) if held else None,
        last_good=_told(good[0], zone) if good else "",
        changes=tuple(changes(run, dataset, above)) if good else (),
    )


def _made(run: Run, dataset: DatasetName) -> bool:
    """Whether the dataset was written, whatever became of the rest of the run."""
    return any(
        step.dataset == dataset and step.kind in _WRITING and step.status is StepStatus.SUCCEEDED
        for step in run.steps
    )


def changes(run: Run, dataset: DatasetName, above: Collection[DatasetName]) -> Iterator[str]:
    """What the run itself noted as new on the way to a dataset."""
    told = [
        f"{step.dataset}: {note}"
        for step in run.steps
        if step.kind is StepKind.INGEST and (step.dataset == dataset or step.dataset in above)
        for note in step.report.notes
        if note != _NO_NEWS
    ]
    if told:
        more = f"; and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
        yield f"New since the last good run: {'; '.join(told[:_NAMED])}{more}."


def left_out(run: Run, below: Collection[DatasetName]) -> tuple[str, ...]:
    """The datasets that a run does not make because an earlier one of its own failed."""
    making = (s for s in run.steps if s.kind in _MAKING and s.status is not StepStatus.SUCCEEDED)
    return tuple(dict.fromkeys(str(s.dataset) for s in making if s.dataset in below))


def _rows(run: Run, dataset: DatasetName) -> int | None:
    counts = [s.report.counts for s in run.steps if s.dataset == dataset and s.kind in _MAKING]
    for each in counts:
        if each.rows_in is not None:
            return each.rows_in - (each.quarantined or 0) - (each.deduplicated or 0)
        if each.built is not None:
            return each.built
    return None


def _told(run: Run, zone: tzinfo) -> str:
    ended = run.finished_at or run.requested_at
    there = ended.astimezone(zone)
    return f"{run.id} ({there.day} {there:%b %H:%M})"
