"""The rules for checks: SodaCL without a mistake, about columns and datasets that there are."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.catalog.check_columns import (
    columns_named,
    columns_of,
    known_columns,
    not_given,
    not_there,
)
from engine.catalog.check_types import unfit
from engine.catalog.mistakes import Finding, meant
from engine.catalog.model import Check, DatasetName, Model, Project, Table
from engine.catalog.policy_rules import overruled
from engine.errors import Mistake
from engine.sodacl.lint import warnings_in
from engine.sodacl.mistakes import Path
from engine.sodacl.model import GroupByCheck, ReferenceCheck, Rule
from engine.sodacl.parse import read


def check_mistakes(checks: Sequence[Check], file: str) -> Iterator[Finding]:
    """Every mistake that SodaCL sees in these checks."""
    for index, check in enumerate(checks):
        for mistake in read(check.text).mistakes:
            yield file, mistake.message, ("checks", index, *mistake.path)


def column_mistakes(dataset: Table | Model, file: str) -> Iterator[Finding]:
    """Checks of columns that there are not, or that have not the type for it."""
    of = dataset.silver if isinstance(dataset, Table) else dataset.gold
    known = columns_of(dataset)
    declared = "declared column" if isinstance(dataset, Table) else f"column of {of}"
    for checked in _checked(dataset.checks):
        if known is not None:
            for each in not_there(columns_named(checked.rule, of), known, of):
                problem = f"needs {each.name!r}, which is no {declared}{meant(each.name, [*known])}"
                yield checked.mistake(file, problem, each.setting)
        if isinstance(checked.rule, GroupByCheck):
            yield from _not_given(checked, checked.rule, file)
        if isinstance(dataset, Table):
            yield from _unfit(checked, dataset, file)


def _not_given(checked: "_Checked", rule: GroupByCheck, file: str) -> Iterator[Finding]:
    for each, given in not_given(rule).items():
        problem = f"needs {each.name!r}, which its query does not give{meant(each.name, [*given])}"
        yield checked.mistake(file, problem, each.setting)


def _unfit(checked: "_Checked", table: Table, file: str) -> Iterator[Finding]:
    named = columns_named(checked.rule, table.silver)
    for name in (each.name for each in named if each.setting is None):
        column = table.column(name)
        for setting, problem in unfit(checked.rule, column) if column else ():
            yield checked.mistake(file, f"can't be measured: {problem}", setting)


def reference_mistakes(
    checks: Sequence[Check], of: DatasetName, file: str, project: Project, unread: Collection[str]
) -> Iterator[Finding]:
    """Checks against datasets that do not exist; one without a layer is in the check's own."""
    known = [str(name) for name in project.datasets()]
    for checked in _checked(checks):
        rule = checked.rule
        if not isinstance(rule, ReferenceCheck) or rule.other.rpartition(".")[2] in unread:
            continue
        other = rule.other if "." in rule.other else f"{of.layer}.{rule.other}"
        if other not in known:
            yield checked.mistake(file, f"needs {other}, which does not exist{meant(other, known)}")
            continue
        there = known_columns(project, other)
        for name in rule.other_columns:
            if there is not None and name not in there:
                problem = f"needs {name!r}, which is no column of {other}{meant(name, [*there])}"
                yield checked.mistake(file, problem)


def unwise(project: Project) -> Iterator[Mistake]:
    """What a project may say and should not; it keeps nothing from running."""
    yield from overruled(project)
    for table in project.tables:
        yield from _unwise(table.checks, f"tables/{table.name}.yaml")
    for model in project.models:
        yield from _unwise(model.checks, f"models/{model.name}.yaml")


def _unwise(checks: Sequence[Check], file: str) -> Iterator[Mistake]:
    for check in checks:
        for warning in warnings_in(check.text):
            line = None if check.line is None else check.line + warning.line - 1
            yield Mistake(file, line, f"«{check.title}»: {warning.message}")


@dataclass(frozen=True, slots=True)
class _Checked:
    """A check that is written well, and where it is."""

    index: int
    check: Check
    rule: Rule
    places: Mapping[str, tuple[int, Path]]

    def mistake(self, file: str, problem: str, setting: str | None = None) -> Finding:
        """What is wrong with it, at the setting that says so."""
        _, path = self.places.get(setting or "", (1, ()))
        return file, f"the check «{self.check.title}» {problem}", ("checks", self.index, *path)


def _checked(checks: Sequence[Check]) -> Iterator[_Checked]:
    for index, check in enumerate(checks):
        reading = read(check.text)
        if reading.form is not None:
            yield _Checked(index, check, reading.form.rule, reading.places)
