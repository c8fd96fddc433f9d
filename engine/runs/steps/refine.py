"""Refine: bronze becomes a staged silver table, clean, without duplicates and protected."""

from collections.abc import Iterator, Sequence

from engine.audit.entries import Terms, Work, fingerprint, protected
from engine.audit.model import AuditEntry
from engine.cards import counted
from engine.catalog.model import Project, Table
from engine.clock import Clock
from engine.errors import SourceUnreadable
from engine.privacy.chunks import Reading, text_columns
from engine.privacy.classifying import classify_all
from engine.privacy.coverage import Coverage, protections_of
from engine.privacy.model import ColumnSample, Protection, unnamed_numbers, worth_sampling
from engine.privacy.operators import KEYED
from engine.privacy.policy import TableRules, recognition_of
from engine.privacy.ports import Detector, Policies, TextReaders
from engine.privacy.recognition import Recognition
from engine.privacy.terms import may_use_key
from engine.runs.leftovers import drop_earlier
from engine.runs.model import Counts, Run, Step, StepReport
from engine.runs.ports import Refinement, RunTransaction, Transactions
from engine.runs.steps.work import Act

SAMPLE_SIZE = 200


class Refine:
    """Decides how each column is protected, then writes the staged table."""

    def __init__(
        self,
        policies: Policies,
        transactions: Transactions[RunTransaction],
        detector: Detector,
        clock: Clock,
        key_version: int = 0,
        *,
        readers: TextReaders,
    ) -> None:
        self._policies = policies
        self._transactions = transactions
        self._detector = detector
        self._clock = clock
        self._key_version = key_version
        self._readers = readers

    async def prepare(self, run: Run, step: Step) -> Act:
        """Classify the columns that nobody declared from a sample, under the rules of now.

        Free text is read here: in the transaction nobody could take part.
        """
        project = await self._policies.current()
        table = project.source_table(step.dataset)
        recognition = recognition_of(project)
        coverages = await self._coverages(TableRules.of(project, table), table, recognition)
        await self._readers.read(_reading(run, table, coverages, recognition))

        async def refine(tx: RunTransaction) -> StepReport:
            done = await tx.warehouse.refine(run, table, coverages, recognition)
            await drop_earlier(tx, run, step.dataset)
            rows = done.counts.rows_in or 0
            found = protections_of(coverages, done.spotted, rows)
            await tx.audit.record(self._entry(run, step, project, found, done))
            notes = (*_notes(done.counts, found), *_about_rule(run, table))
            version = self._key_version if _has_tokens(table, coverages, found) else None
            return StepReport(done.counts, notes, protections=found, key_version=version)

        return refine

    def _entry(
        self,
        run: Run,
        step: Step,
        project: Project,
        protections: Sequence[Protection],
        done: Refinement,
    ) -> AuditEntry:
        work = Work(run.id, step.dataset, run.asker, self._clock.now())
        terms = Terms(fingerprint(repr(project.privacy)), self._key_version)
        rows = done.counts.rows_in or 0
        cells = sum(each.cells for each in done.spotted)
        return protected(work, protections, terms, {"rows": rows, "cells": cells})

    async def _coverages(
        self, rules: TableRules, table: Table, recognition: Recognition
    ) -> tuple[Coverage, ...]:
        async with self._transactions.begin() as tx:
            present = [field.name for field in await tx.warehouse.columns(table.bronze)]
            if not present:
                raise _nothing_in_bronze(table)
            samples = await _samples(tx, table, rules.undecided(present))
        evidence = await self._detector.examine(samples, recognition)
        classes = classify_all(rules.accepted(evidence), table.columns)
        return rules.coverages(present, classes)


def _reading(
    run: Run, table: Table, coverages: Sequence[Coverage], recognition: Recognition
) -> Reading:
    columns, again = text_columns(table, coverages), run.parameters.full_refresh
    return Reading(run.id, run.attempt, table, columns, recognition, again)


def _has_tokens(table: Table, coverages: Sequence[Coverage], found: Sequence[Protection]) -> bool:
    """Whether silver has some now; of what an incremental load left there nobody looks again."""
    if table.load.incremental:
        return may_use_key(coverages)
    return any(each.operator in KEYED for each in found)


async def _samples(
    tx: RunTransaction, table: Table, undecided: Sequence[str]
) -> tuple[ColumnSample, ...]:
    """Samples of the columns that nobody decided on, but for numbers too short to be personal."""
    longest = await tx.warehouse.longest(table.bronze, unnamed_numbers(undecided, table.columns))
    wanted = worth_sampling(undecided, longest)
    samples = await tx.warehouse.sample(table.bronze, wanted, SAMPLE_SIZE)
    return tuple(each for each in samples if each.values)


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
    new = dict.fromkeys(each.column for each in protected if not each.declared)
    if new:
        yield f"personal data that nobody declared, protected: {', '.join(new)}"
