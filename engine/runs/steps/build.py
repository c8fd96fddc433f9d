"""Build: a gold model's SELECT becomes a staged table, without what gold may not hold."""

from collections.abc import Mapping

from engine.audit.entries import Terms, Work, fingerprint, protected
from engine.audit.model import AuditEntry
from engine.cards import counted
from engine.catalog.model import DatasetName, Model, Project
from engine.clock import Clock
from engine.errors import SourceUnreadable
from engine.privacy.gold import Unwanted, redacted_in_gold, unwanted
from engine.privacy.ports import Policies
from engine.runs.leftovers import drop_earlier
from engine.runs.model import Run, Step, StepReport
from engine.runs.plan import makers
from engine.runs.ports import RunTransaction, Transactions
from engine.runs.steps.work import Act


class Build:
    """Writes the staged gold table."""

    def __init__(
        self, policies: Policies, transactions: Transactions[RunTransaction], clock: Clock
    ) -> None:
        self._policies = policies
        self._transactions = transactions
        self._clock = clock

    async def prepare(self, run: Run, step: Step) -> Act:
        """See that what the model reads is there; raises SourceUnreadable."""
        project = await self._policies.current()
        model = project.gold_model(step.dataset)
        found = unwanted(project)
        if model.upstream:
            await self._look(project, model)

        async def build(tx: RunTransaction) -> StepReport:
            counts = await tx.warehouse.build(run, model)
            cells = await tx.warehouse.redact(run, model, found) if found else {}
            await drop_earlier(tx, run, step.dataset)
            if not cells:
                return StepReport(counts)
            await tx.audit.record(self._entry(run, step, project, cells, found))
            return StepReport(counts, (_note(cells),))

        return build

    def _entry(
        self, run: Run, step: Step, project: Project, cells: Mapping[str, int], found: Unwanted
    ) -> AuditEntry:
        """No key has a part in it."""
        work = Work(run.id, step.dataset, run.asker, self._clock.now())
        terms = Terms(fingerprint(repr(project.privacy)), 0)
        done = tuple(redacted_in_gold(cells, found))
        return protected(work, done, terms, {"cells": sum(cells.values())})

    async def _look(self, project: Project, model: Model) -> None:
        async with self._transactions.begin() as tx:
            for name in model.upstream:
                if not await tx.warehouse.columns(name):
                    raise _never_published(project, name)


def _note(cells: Mapping[str, int]) -> str:
    told = ", ".join(f"{column} ({count:,})" for column, count in cells.items())
    return f"{counted(sum(cells.values()), 'cell')} redacted by the rules for gold: {told}"


def _never_published(project: Project, name: DatasetName) -> SourceUnreadable:
    pipeline = dict(makers(project)).get(name, "medallion")
    return SourceUnreadable(
        f"{name} does not exist yet: it was never published.",
        f"Say «run pipeline {pipeline} for {name.table}» first, or "
        f"«status for table {name.table}» to see what became of it.",
    )
