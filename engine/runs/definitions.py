"""What the steps of a run go by: digests of what defines their dataset, and Atlas's version."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from engine.audit.entries import fingerprint
from engine.catalog.model import DatasetName, Layer, Project, Table
from engine.catalog.policy import ColumnRule, Word
from engine.errors import EngineError
from engine.privacy.ports import Policies
from engine.runs.model import Step, StepKind, WentBy

_PROTECTING = frozenset({StepKind.REFINE, StepKind.BUILD})


class Definitions:
    """Tells what a step goes by at this moment."""

    def __init__(self, policies: Policies, version: str) -> None:
        self._policies = policies
        self._version = version

    async def of(self, step: Step) -> WentBy:
        """Asked before its work; what can't be read is for the work itself to complain of."""
        with suppress(EngineError):
            return went_by(await self._policies.current(), step, self._version)
        return WentBy(self._version)


def went_by(project: Project, step: Step, version: str = "") -> WentBy:
    """The digests of what this sort of step goes by; raises UnknownDataset.

    What changes no row, such as a description, the order of checks or a line that moved, is not
    in them.
    """
    dataset = step.dataset
    if step.kind is StepKind.CHECK:
        texts = sorted(each.text for each in project.checks_of(dataset))
        return WentBy(version, checks=_digest(texts))
    if step.kind is StepKind.INGEST:
        return WentBy(version, declaration=_digest([project.source_table(dataset).source]))
    if step.kind in _PROTECTING:
        declared, privacy = _declared(project, dataset), _privacy(project, dataset)
        return WentBy(version, declaration=_digest(declared), privacy=_digest(privacy))
    return WentBy(version)


def _digest(parts: Iterable[object]) -> str:
    return fingerprint("\n".join(map(repr, parts)))


def _declared(project: Project, dataset: DatasetName) -> Iterable[object]:
    """What makes the rows: the SQL of a model, the columns of a table and how it is loaded."""
    if dataset.layer is Layer.GOLD:
        return (project.gold_model(dataset).sql,)
    return _of_table(project.source_table(dataset))


def _of_table(table: Table) -> Iterable[object]:
    # what is done to a column that is personal is a rule, whichever file says it
    columns = (replace(c, description="", operator=None, entity=None) for c in table.columns)
    return (table.key, table.watermark, table.load, *columns)


def _privacy(project: Project, dataset: DatasetName) -> Iterable[object]:
    """The rules that may say something about the dataset, without who said them and where."""
    policy = project.privacy
    rules = (
        repr(replace(each, place=None))
        for each in policy.rules
        if each.layer in {None, dataset.layer} and each.table in {None, dataset.table}
    )
    columns = (
        (column, _bare(rule))
        for (table, column), rule in sorted(policy.columns.items(), key=lambda each: each[0])
        if table == dataset.table
    )
    everywhere = (sorted(policy.operators.items()), policy.default, policy.languages)
    found = (policy.patterns, policy.allowed)
    return (*everywhere, *found, *sorted(rules), *columns, *_declared_personal(project, dataset))


def _declared_personal(project: Project, dataset: DatasetName) -> Iterable[object]:
    columns = () if dataset.layer is Layer.GOLD else project.source_table(dataset).columns
    return ((each.name, each.operator, each.entity) for each in columns)


def _bare(rule: ColumnRule) -> ColumnRule:
    return replace(rule, word=Word(), place=None, over=None)
