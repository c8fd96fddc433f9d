"""Publish: what is staged takes the place of the published table, or is merged into it."""

from collections.abc import Iterator, Mapping

from engine.cards import counted
from engine.catalog.model import DatasetName
from engine.runs.drift import retyped
from engine.runs.model import Counts, Run, Step, StepReport
from engine.runs.ports import RunTransaction
from engine.runs.steps.work import Act


class Publish:
    """Has the warehouse publish, and tells what an incremental load or another type changed."""

    async def prepare(self, run: Run, step: Step) -> Act:
        """Nothing is needed before."""

        async def publish(tx: RunTransaction) -> StepReport:
            before = await _types(tx, step.dataset)
            counts = await tx.warehouse.publish(run, step.dataset)
            changed = retyped(before, await _types(tx, step.dataset))
            return StepReport(counts, tuple(changes_told(counts)), retyped=changed)

        return publish


async def _types(tx: RunTransaction, dataset: DatasetName) -> Mapping[str, str]:
    return {each.name: each.type for each in await tx.warehouse.columns(dataset)}


def changes_told(counts: Counts) -> Iterator[str]:
    """What an incremental load changed, and what left quarantine."""
    yield from _load_told(counts)
    if counts.released is not None:
        yield f"{counted(counts.released, 'row')} left quarantine"


def _load_told(counts: Counts) -> Iterator[str]:
    if counts.inserted is None:
        return
    named = (
        ("inserted", counts.inserted),
        ("updated", counts.updated),
        ("unchanged", counts.unchanged),
        ("deleted", counts.deleted),
    )
    told = [f"{number:,} {what}" for what, number in named if number]
    yield f"rows: {', '.join(told)}" if told else "no row was new"
