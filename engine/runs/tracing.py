"""Leaves the lineage of runs in the transactions that their states are committed in."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from engine.catalog.model import DatasetName
from engine.lineage.columns import ColumnLineage
from engine.lineage.model import Field
from engine.runs.lineage import (
    UNSEEN,
    Foreseen,
    attempt_left,
    run_ended,
    run_started,
    step_events,
    still_running,
)
from engine.runs.lineage_columns import refined_columns
from engine.runs.lineage_facts import NO_PROJECT, Knowledge
from engine.runs.model import Run, Step, StepKind, StepStatus
from engine.runs.ports import RunTransaction

Schema = Mapping[str, Mapping[str, str]]
"""The columns of datasets with their types, by the dataset's name."""

Derive = Callable[[str, Schema], ColumnLineage]
"""Finds the origins of the columns of a SELECT; it may take a while."""


def _nothing(sql: str, schema: Schema) -> ColumnLineage:  # noqa: ARG001  # the form of Derive
    return ColumnLineage()


class Tracer:
    """Writes the events of runs and steps; what they tell is decided by pure functions."""

    def __init__(self, known: Knowledge = NO_PROJECT, derive: Derive = _nothing) -> None:
        self._known = known
        self._derive = derive

    async def foresee(self, tx: RunTransaction, step: Step) -> Foreseen:
        """Look before a dataset is written: afterwards it is locked, or is not what it was."""
        dataset = step.dataset
        if step.kind not in {StepKind.INGEST, StepKind.PUBLISH}:
            return UNSEEN
        existed = bool(await tx.warehouse.columns(dataset))
        upstream = {
            each: await tx.warehouse.columns(each) for each in self._known.upstream(dataset)
        }
        return Foreseen(existed, await self._of_model(dataset, upstream), upstream)

    async def _of_model(
        self, dataset: DatasetName, upstream: Mapping[DatasetName, tuple[Field, ...]]
    ) -> ColumnLineage:
        model = self._known.model(dataset)
        if model is None:
            return ColumnLineage()
        schema = {str(name): {f.name: f.type for f in fields} for name, fields in upstream.items()}
        return await asyncio.to_thread(self._derive, model.sql, schema)

    async def step(
        self,
        tx: RunTransaction,
        run: Run,
        step: Step,
        at: datetime,
        foreseen: Foreseen = UNSEEN,
    ) -> None:
        """A step was begun, or ended."""
        events = step_events(self._known, run, step, at, foreseen)
        if step.status is StepStatus.SUCCEEDED and any(each.completes for each in events):
            fields = await tx.warehouse.columns(step.dataset)
            told = self._known.described(step.dataset, fields)
            columns = self._columns(run, step, foreseen, fields)
            events = tuple(
                replace(each, schema=told, made=each.made and replace(each.made, columns=columns))
                if each.completes
                else each
                for each in events
            )
        await tx.lineage.append(*events)

    def _columns(
        self, run: Run, step: Step, foreseen: Foreseen, fields: tuple[Field, ...]
    ) -> ColumnLineage:
        table = self._known.table(step.dataset)
        if table is None or step.dataset != table.silver:
            return foreseen.columns
        bronze = {field.name for field in foreseen.upstream.get(table.bronze, ())}
        silver = [field.name for field in fields]
        done = self._known.protections(run, step.dataset)
        return refined_columns(table, bronze, silver, done)

    async def goes_on(self, tx: RunTransaction, run: Run, step: Step, at: datetime) -> None:
        """A step is still at work."""
        await tx.lineage.append(*still_running(self._known, run, step, at))

    async def began(self, tx: RunTransaction, run: Run, at: datetime) -> None:
        """A worker took a run."""
        await tx.lineage.append(run_started(self._known, run, at))

    async def ended(self, tx: RunTransaction, run: Run, at: datetime) -> None:
        """A run is over."""
        await tx.lineage.append(*run_ended(self._known, run, at))

    async def left(self, tx: RunTransaction, run: Run, at: datetime) -> None:
        """A worker lost or gave back a run, which it had under this attempt."""
        await tx.lineage.append(*attempt_left(self._known, run, at))
