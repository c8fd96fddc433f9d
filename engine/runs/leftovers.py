"""Staged tables that runs which are over left for their retry, and how they go."""

from collections.abc import Callable

from engine.catalog.model import DatasetName
from engine.runs.model import Run
from engine.runs.ports import RunTransaction


async def drop_leftovers(
    tx: RunTransaction, old: Callable[[Run], bool], dataset: DatasetName | None = None
) -> tuple[str, ...]:
    """Drop what such runs staged, of one dataset or of all; the ids of the runs.

    A retry of such a run begins anew with the dataset. One that was taken up again meanwhile keeps
    what it staged, and so does whatever only looks like a staged table.
    """
    dropped: list[str] = []
    for left in await tx.warehouse.leftovers(dataset):
        run = await tx.runs.held(left.run_id)
        if run is not None and run.done and run.publishes(left.dataset) and old(run):
            await tx.warehouse.discard(run, left.dataset)
            dropped.append(run.id)
    return tuple(dict.fromkeys(dropped))


async def drop_earlier(tx: RunTransaction, run: Run, dataset: DatasetName) -> None:
    """Drop what earlier runs staged of a dataset that a run has just staged anew."""
    await drop_leftovers(tx, lambda each: each.id != run.id, dataset)
