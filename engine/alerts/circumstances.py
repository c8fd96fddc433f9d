"""What is known of a run beside a finding: what was new in it, and what it left out."""

from collections.abc import Collection, Sequence
from datetime import tzinfo

from engine.alerts.incidents.model import Incident
from engine.alerts.likely import Facts, likely_causes, went_well_at
from engine.alerts.model import Brought, Circumstances
from engine.alerts.ports import AlertTransaction
from engine.catalog.model import DatasetName
from engine.findings.model import ChecksFailed, ChecksWarned, Finding
from engine.runs.model import Run, RunStatus, StepKind, StepStatus
from engine.runs.ports import RunFilter

_MAKING = frozenset({StepKind.REFINE, StepKind.BUILD})
_JUDGED = ChecksFailed | ChecksWarned
_LOOKED_BACK = 20
"""Runs, among which the last good one is looked for."""


async def circumstances(
    tx: AlertTransaction,
    run: Run,
    finding: Finding,
    above: Collection[DatasetName],
    incidents: Sequence[Incident],
    zone: tzinfo,
) -> Circumstances:
    """Looked up where something failed; of what was only looked at nothing was held back."""
    dataset = finding.dataset
    if dataset is None or finding.only_looked:
        # raw rows are only looked at, too, and may have come with this very run
        here = await tx.warehouse.brought([run.id], [dataset]) if dataset else ()
        return Circumstances(whole=run.parameters.full_refresh, brought=tuple(here))
    held = isinstance(finding.evidence, ChecksFailed)
    latest = await tx.runs.latest(RunFilter(table=dataset.table), _LOOKED_BACK)
    before = [each for each in latest if each.id != run.id]
    facts = Facts(dataset, above, run, before, incidents, zone)
    good = facts.good
    return Circumstances(
        published=bool(await tx.warehouse.columns(dataset)) if held else None,
        whole=run.parameters.full_refresh,
        held_back=_rows(run, dataset) if held else None,
        last_good=_told(good[0], zone) if good else "",
        brought=await _brought(tx, facts) if isinstance(finding.evidence, _JUDGED) else (),
        changes=likely_causes(facts),
    )


async def _brought(tx: AlertTransaction, facts: Facts) -> tuple[Brought, ...]:
    """What came since it went well: a run that brings nothing fails for what one before brought."""
    runs = [run.id for run in facts.since]
    return tuple(await tx.warehouse.brought(runs, {facts.dataset, *facts.above}))


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
    there = went_well_at(run).astimezone(zone)
    # «list runs» shows the whole of it as failed
    later = "" if run.status is not RunStatus.FAILED else ", though it failed at a later step"
    return f"{run.id} ({there.day} {there:%b %H:%M}){later}"
