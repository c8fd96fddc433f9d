"""Scan: what personal data a dataset's columns hold, judged from a sample."""

from collections.abc import Sequence
from dataclasses import replace

from engine.cards import counted
from engine.catalog.model import DatasetName, Layer, Project
from engine.errors import UnknownDataset
from engine.privacy.model import ColumnClass, Protection, classify, protections
from engine.privacy.ports import Detector
from engine.runs.model import Run, Step, StepReport
from engine.runs.ports import RunTransaction, Transactions
from engine.runs.steps.refine import SAMPLE_SIZE
from engine.runs.steps.work import Act


class Scan:
    """Looks at every text column, declared or not; changes nothing."""

    def __init__(
        self,
        project: Project,
        transactions: Transactions[RunTransaction],
        detector: Detector,
    ) -> None:
        self._project = project
        self._transactions = transactions
        self._detector = detector

    async def prepare(self, run: Run, step: Step) -> Act:  # noqa: ARG002  # every kind of step is given its run
        """Sample and examine."""
        async with self._transactions.begin() as tx:
            fields = await tx.warehouse.columns(step.dataset)
            text = [field.name for field in fields if field.type == "text"]
            samples = await tx.warehouse.sample(step.dataset, text, SAMPLE_SIZE)
        if not fields:
            raise _not_there(step.dataset)
        evidence = await self._detector.examine([each for each in samples if each.values])
        report = self._report(step.dataset, [classify(each) for each in evidence])

        async def tell(_: RunTransaction) -> StepReport:
            return report

        return tell

    def _report(self, dataset: DatasetName, classes: Sequence[ColumnClass]) -> StepReport:
        found = [self._policy(dataset, each) for each in classes if each.entity is not None]
        seen = {each.column for each in found}
        declared = [each for each in self._declared(dataset) if each.column not in seen]
        looked = f"looked at a sample of {counted(len(classes), 'text column')}"
        nothing = () if found or declared else ("nothing personal was found",)
        return StepReport(notes=(looked, *nothing), protections=(*found, *declared))

    def _declared(self, dataset: DatasetName) -> tuple[Protection, ...]:
        """The columns that the project declares personal, whatever their sample shows."""
        table = self._project.table(dataset.table)
        columns = table.columns if table and dataset.layer is Layer.BRONZE else ()
        given = protections(columns, (), self._project.privacy)
        return tuple(replace(each, reasons=("the project declares it",)) for each in given)

    def _policy(self, dataset: DatasetName, found: ColumnClass) -> Protection:
        """What bronze_to_silver does with such a column."""
        table = self._project.table(dataset.table)
        column = table.column(found.column) if table else None
        entity = found.entity or ""
        if column is not None and column.operator is not None:
            return Protection(found.column, column.operator, entity, True, found.reasons)
        operator = self._project.privacy.operator_for(entity)
        return Protection(found.column, operator, entity, False, found.reasons)


def _not_there(dataset: DatasetName) -> UnknownDataset:
    error = UnknownDataset(str(dataset))
    error.hint = f"{dataset} was not written yet. Say «run pipeline medallion» first."
    return error
