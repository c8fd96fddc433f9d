"""What people say of unusual values: that was expected, learn it."""

from typing import Generic, TypeVar

from engine.cards import Button, ButtonStyle, Card, CardKind, Fact, Severity
from engine.catalog.model import DatasetName
from engine.clock import Clock
from engine.errors import EngineError
from engine.people import Asker
from engine.runs.model import Run, RunStatus, StepKind
from engine.runs.ports import RunFilter, RunTransaction, Transactions

T = TypeVar("T", bound=RunTransaction)

LOOKED_BACK = 20
"""Runs of a table that are looked through for one that checked the dataset."""


class ExpectedValues(Generic[T]):
    """Marks what the last run measured of a dataset as expected."""

    def __init__(self, transactions: Transactions[T], clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    async def accept(self, dataset: DatasetName, asker: Asker) -> Card:
        """The values of the latest check; raises EngineError where nothing was measured."""
        async with self._transactions.begin() as tx:
            runs = await tx.runs.latest(RunFilter(table=dataset.table), LOOKED_BACK)
            run = next((each for each in runs if _checked(each, dataset)), None)
            now, by = self._clock.now(), asker.name or asker.id
            if run is None or not await tx.metrics.accept(run.id, dataset, by, now):
                message = f"Nothing was measured of {dataset} lately."
                raise EngineError(message, f"Say «check quality of {dataset}» first.")
        return _card(dataset, run)


def _checked(run: Run, dataset: DatasetName) -> bool:
    return any(
        step.kind is StepKind.CHECK and step.dataset == dataset and step.finished_at is not None
        for step in run.steps
    )


def _card(dataset: DatasetName, run: Run) -> Card:
    lost = run.status is RunStatus.FAILED
    again = "Retry it, and it is judged by them." if lost else "Later runs are judged by them too."
    retry = Button(f"Retry {run.id}", f"retry {run.id} from the quality gate", ButtonStyle.PRIMARY)
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.SUCCESS,
        title=f"What {run.id} measured of {dataset} counts as expected",
        text=f"Changes and anomalies learn these values, and its columns may change so. {again}",
        facts=(Fact("Run", run.id),),
        buttons=(retry,) if lost else (),
    )
