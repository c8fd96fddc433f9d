"""The rules for checks: SodaCL without a mistake, about columns and datasets that there are."""

from collections.abc import Collection, Iterator, Sequence

from engine.catalog.load_rules import HISTORY_COLUMNS
from engine.catalog.mistakes import Finding, meant
from engine.catalog.model import Check, DatasetName, Project, Table
from engine.errors import Mistake
from engine.sodacl.lint import warnings_in
from engine.sodacl.model import (
    AnomalyCheck,
    FreshnessCheck,
    MetricCheck,
    ReferenceCheck,
    Rule,
)
from engine.sodacl.parse import read


def check_mistakes(checks: Sequence[Check], file: str) -> Iterator[Finding]:
    """Every mistake that SodaCL sees in these checks."""
    for index, check in enumerate(checks):
        for mistake in read(check.text).mistakes:
            yield file, mistake.message, ("checks", index, *mistake.path)


def column_mistakes(table: Table, file: str) -> Iterator[Finding]:
    """Checks of columns that the table does not declare."""
    known = [column.name for column in table.columns]
    if table.load.history:
        known += HISTORY_COLUMNS
    for index, check, rule in _rules(table.checks):
        for name in _columns(rule):
            if name not in known:
                problem = f"the check «{check.title}» needs {name!r}, which is no declared column"
                yield file, problem + meant(name, known), ("checks", index)


def reference_mistakes(
    checks: Sequence[Check], of: DatasetName, file: str, project: Project, unread: Collection[str]
) -> Iterator[Finding]:
    """Checks against datasets that do not exist; one without a layer is in the check's own."""
    known = [str(name) for name in project.datasets()]
    for index, check, rule in _rules(checks):
        if not isinstance(rule, ReferenceCheck) or rule.other.rpartition(".")[2] in unread:
            continue
        other = rule.other if "." in rule.other else f"{of.layer}.{rule.other}"
        if other not in known:
            problem = f"the check «{check.title}» needs {other}, which does not exist"
            yield file, problem + meant(other, known), ("checks", index)


def unwise(project: Project) -> Iterator[Mistake]:
    """What the checks of a project may say and should not; it keeps nothing from running."""
    for table in project.tables:
        yield from _unwise(table.checks, f"tables/{table.name}.yaml")
    for model in project.models:
        yield from _unwise(model.checks, f"models/{model.name}.yaml")


def _unwise(checks: Sequence[Check], file: str) -> Iterator[Mistake]:
    for check in checks:
        for warning in warnings_in(check.text):
            line = None if check.line is None else check.line + warning.line - 1
            yield Mistake(file, line, f"«{check.title}»: {warning.message}")


def _rules(checks: Sequence[Check]) -> Iterator[tuple[int, Check, Rule]]:
    for index, check in enumerate(checks):
        form = read(check.text).form
        if form is not None:
            yield index, check, form.rule


def _columns(rule: Rule) -> tuple[str, ...]:
    """The columns that a check names; what stands in SQL is not looked at."""
    match rule:
        case MetricCheck(measure) | AnomalyCheck(measure):
            return measure.columns
        case FreshnessCheck(column):
            return (column,)
        case ReferenceCheck(columns):
            return columns
        case _:
            return ()
