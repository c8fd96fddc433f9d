"""Refine: bronze becomes a staged silver table, clean, without duplicates and protected."""

from collections.abc import Iterator, Sequence

from engine.cards import counted
from engine.catalog.model import Project, Table
from engine.errors import SourceUnreadable
from engine.privacy.model import (
    ColumnSample,
    Protection,
    classify_all,
    protections,
    undecided,
    unnamed_numbers,
    worth_sampling,
)
from engine.privacy.ports import Detector
from engine.runs.leftovers import drop_earlier
from engine.runs.model import Counts, Run, Step, StepReport
from engine.runs.ports import RunTransaction, Transactions
from engine.runs.steps.work import Act

SAMPLE_SIZE = 200


class Refine:
    """Decides how each column is protected, then writes the staged table."""

    def __init__(
        self,
        project: Project,
        transactions: Transactions[RunTransaction],
        detector: Detector,
    ) -> None:
        self._project = project
        self._transactions = transactions
        self._detector = detector

    async def prepare(self, run: Run, step: Step) -> Act:
        """Classify the columns that nobody declared from a sample."""
        table = self._project.source_table(step.dataset)
        protected = await self._protections(table)

        async def refine(tx: RunTransaction) -> StepReport:
            counts = await tx.warehouse.refine(run, table, protected)
            await drop_earlier(tx, run, step.dataset)
            notes = (*_notes(counts, protected), *_about_rule(run, table))
            return StepReport(counts, notes, protections=protected)

        return refine

    async def _protections(self, table: Table) -> tuple[Protection, ...]:
        async with self._transactions.begin() as tx:
            samples = await _samples(tx, table)
        evidence = await self._detector.examine([each for each in samples if each.values])
        classes = classify_all(evidence, table.columns)
        return protections(table.columns, classes, self._project.privacy)


async def _samples(tx: RunTransaction, table: Table) -> tuple[ColumnSample, ...]:
    """Samples of the columns that nobody decided on, but for numbers too short to be personal."""
    present = await tx.warehouse.columns(table.bronze)
    if not present:
        raise _nothing_in_bronze(table)
    open_columns = undecided([field.name for field in present], table.columns)
    longest = await tx.warehouse.longest(table.bronze, unnamed_numbers(open_columns, table.columns))
    return await tx.warehouse.sample(
        table.bronze, worth_sampling(open_columns, longest), SAMPLE_SIZE
    )


def _nothing_in_bronze(table: Table) -> SourceUnreadable:
    return SourceUnreadable(
        f"{table.bronze} does not exist yet: nothing was loaded.",
        f"Say «run pipeline ingest for {table.name}» first, or «run pipeline medallion».",
    )


def _about_rule(run: Run, table: Table) -> Iterator[str]:
    """That a table made from all of its rows knows no release of some."""
    release = run.parameters.release
    if release is not None and release.rule and not table.load.incremental:
        yield f"each run judges all rows of {table.name}, so whatever is good now is published"


def _notes(counts: Counts, protected: Sequence[Protection]) -> Iterator[str]:
    if counts.quarantined:
        yield f"{counted(counts.quarantined, 'row')} put into quarantine"
    new = [each.column for each in protected if not each.declared]
    if new:
        yield f"personal data in undeclared columns, protected: {', '.join(new)}"
