"""Scan: what personal data a dataset's columns hold, judged from a sample."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.audit.entries import Work, read
from engine.cards import counted
from engine.catalog.model import DatasetName, Project
from engine.clock import Clock
from engine.errors import UnknownDataset
from engine.privacy.classifying import classify_all
from engine.privacy.model import ColumnClass, Evidence, Protection
from engine.privacy.policy import DECLARED, TableRules, recognition_of, scanned
from engine.privacy.ports import Detector, Policies
from engine.runs.model import Run, Step, StepReport
from engine.runs.ports import RunTransaction, Transactions
from engine.runs.steps.refine import SAMPLE_SIZE
from engine.runs.steps.work import Act


class Scan:
    """Looks at every text column, declared or not; changes nothing."""

    def __init__(
        self,
        policies: Policies,
        transactions: Transactions[RunTransaction],
        detector: Detector,
        clock: Clock,
    ) -> None:
        self._policies = policies
        self._transactions = transactions
        self._detector = detector
        self._clock = clock

    async def prepare(self, run: Run, step: Step) -> Act:
        """Sample and examine, under the rules of now."""
        project = await self._policies.current()
        async with self._transactions.begin() as tx:
            fields = await tx.warehouse.columns(step.dataset)
            text = [field.name for field in fields if field.type == "text"]
            samples = await tx.warehouse.sample(step.dataset, text, SAMPLE_SIZE)
        if not fields:
            raise _not_there(step.dataset)
        sampled = [each for each in samples if each.values]
        evidence = await self._detector.examine(sampled, recognition_of(project))
        report = _report(project, step.dataset, evidence)

        async def tell(tx: RunTransaction) -> StepReport:
            work = Work(run.id, step.dataset, run.asker, self._clock.now())
            await tx.audit.record(read(work, text, SAMPLE_SIZE))
            return report

        return tell


def _report(project: Project, dataset: DatasetName, evidence: Sequence[Evidence]) -> StepReport:
    table = project.table(dataset.table)
    rules = TableRules(project, dataset)
    accepted = rules.accepted(evidence)
    classes = classify_all(accepted, table.columns if table else ())
    found = (
        *_shown(scanned(project, dataset, classes), evidence),
        *_within(rules, accepted, classes),
    )
    looked = (
        f"looked at up to {SAMPLE_SIZE} different values of {counted(len(classes), 'text column')}"
    )
    nothing = () if found else ("nothing personal was found",)
    return StepReport(notes=(looked, *nothing), protections=found)


def _shown(protections: Sequence[Protection], evidence: Sequence[Evidence]) -> Iterator[Protection]:
    """Each with how what was found looks; of what is declared, how its cells do."""
    seen = {each.column: each for each in evidence}
    for each in protections:
        found = seen.get(each.column)
        entity = None if each.reasons == DECLARED else each.entity
        yield replace(each, looks=found.looks(entity) if found else ())


def _within(
    rules: TableRules, evidence: Sequence[Evidence], classes: Sequence[ColumnClass]
) -> Iterator[Protection]:
    """What stands within some sampled values of columns that are not personal as a whole."""
    plain = {each.column: each for each in classes if each.entity is None}
    for each in evidence:
        if each.column not in plain or not rules.is_looked_through(each.column):
            continue
        coverage = rules.sampled(each.column, plain[each.column])
        for entity, cells in sorted(each.cells.items(), key=lambda pair: (-pair[1], pair[0])):
            done = coverage.protection_of(entity)
            if done is not None and cells:
                reasons = (f"{entity} in {cells} of {each.sampled} sampled values",)
                share, looks = cells / each.sampled, each.looks(entity)
                yield replace(
                    done, reasons=reasons, within=True, cells=cells, share=share, looks=looks
                )


def _not_there(dataset: DatasetName) -> UnknownDataset:
    error = UnknownDataset(str(dataset))
    error.hint = f"{dataset} was not written yet. Say «run pipeline medallion» first."
    return error
