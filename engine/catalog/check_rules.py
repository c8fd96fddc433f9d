"""The rules for checks: SodaCL without a mistake, about columns and datasets that there are."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.catalog.check_columns import (
    columns_named,
    columns_of,
    known_columns,
    not_given,
    not_there,
)
from engine.catalog.check_types import unfit
from engine.catalog.mistakes import Finding, meant
from engine.catalog.model import (
    Check,
    ColumnType,
    DatasetName,
    Model,
    Operator,
    Project,
    Table,
)
from engine.catalog.pattern_rules import one_sided
from engine.catalog.policy_rules import overruled
from engine.errors import Mistake
from engine.sodacl.lint import warnings_in
from engine.sodacl.mistakes import Path
from engine.sodacl.model import GroupByCheck, MetricCheck, ReferenceCheck, Rule, Severity
from engine.sodacl.parse import read
from engine.sodacl.rebinding import Binding, Unbindable, rebound

_OF_BRONZE = "bronze_checks"


def check_mistakes(checks: Sequence[Check], file: str, key: str = "checks") -> Iterator[Finding]:
    """Every mistake that SodaCL sees in these checks, which stand under that key."""
    for index, check in enumerate(checks):
        for mistake in read(check.text).mistakes:
            path = check.path or (key, index)
            yield check.file or file, mistake.message, (*path, *mistake.path)


def bronze_mistakes(
    table: Table, file: str, project: Project, unread: Collection[str]
) -> Iterator[Finding]:
    """The same of raw rows: all of their values are text, and none of them is put aside.

    A delivery may bring columns that nobody declared, so none is missed here.
    """
    yield from check_mistakes(table.bronze_checks, file, _OF_BRONZE)
    checks = table.bronze_checks
    yield from reference_mistakes(checks, table.bronze, file, project, unread, _OF_BRONZE)
    for checked in _checked(checks, _OF_BRONZE):
        form = read(checked.check.text).form
        if form is not None and form.severity is Severity.QUARANTINE:
            problem = "can't quarantine rows of bronze, which keeps all: declare it under `checks`"
            yield checked.mistake(file, problem)
        for name in _of_first_line(checked.rule, table.bronze):
            column = table.column(name)
            raw = replace(column, type=ColumnType.TEXT) if column else None
            for setting, _ in unfit(checked.rule, raw) if raw else ():
                problem = f"can't be measured: in bronze {name} is text as it came"
                yield checked.mistake(file, f"{problem}; declare it under `checks`", setting)


def _of_first_line(rule: Rule, of: DatasetName) -> Iterator[str]:
    return (each.name for each in columns_named(rule, of) if each.setting is None)


def column_mistakes(dataset: Table | Model, file: str) -> Iterator[Finding]:
    """Checks of columns that there are not, or that have not the type for it."""
    of = dataset.silver if isinstance(dataset, Table) else dataset.gold
    known = columns_of(dataset)
    declared = "declared column" if isinstance(dataset, Table) else f"column of {of}"
    for checked in _checked(dataset.checks):
        if known is not None:
            for each in not_there(columns_named(checked.rule, of), known, of):
                what = f"column of {of}" if checked.check.file else declared
                problem = f"needs {each.name!r}, which is no {what}{meant(each.name, [*known])}"
                yield checked.mistake(file, problem, each.setting)
        if isinstance(checked.rule, GroupByCheck):
            yield from _not_given(checked, checked.rule, file)
        if isinstance(dataset, Table):
            yield from _unfit(checked, dataset, file)
            yield from _beyond_the_gate(checked, dataset, file)


def _beyond_the_gate(checked: "_Checked", table: Table, file: str) -> Iterator[Finding]:
    """Rows would be judged by what came, and the gate sees what protection made of it."""
    form, rule = read(checked.check.text).form, checked.rule
    if form is None or form.severity is not Severity.QUARANTINE:
        return
    if not isinstance(rule, MetricCheck) or not rule.measure.values.validate:
        return
    for column in map(table.column, rule.measure.columns):
        if column is not None and column.operator not in {None, Operator.KEEP}:
            problem = (
                f"can't quarantine rows by the form of {column.name}, of which silver holds "
                f"no values ({column.operator}), so that the gate would hold back the good ones; "
                "declare it under `bronze_checks`"
            )
            yield checked.mistake(file, problem)


def _not_given(checked: "_Checked", rule: GroupByCheck, file: str) -> Iterator[Finding]:
    for each, given in not_given(rule).items():
        problem = f"needs {each.name!r}, which its query does not give{meant(each.name, [*given])}"
        yield checked.mistake(file, problem, each.setting)


def _unfit(checked: "_Checked", table: Table, file: str) -> Iterator[Finding]:
    for name in _of_first_line(checked.rule, table.silver):
        column = table.column(name)
        for setting, problem in unfit(checked.rule, column) if column else ():
            yield checked.mistake(file, f"can't be measured: {problem}", setting)


def reference_mistakes(
    checks: Sequence[Check],
    of: DatasetName,
    file: str,
    project: Project,
    unread: Collection[str],
    key: str = "checks",
) -> Iterator[Finding]:
    """Checks against datasets that do not exist; one without a layer is in the check's own."""
    known = [str(name) for name in project.datasets()]
    for checked in _checked(checks, key):
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
    yield from one_sided(project.privacy.allowed)
    yield from dict.fromkeys(_of_checks(project))


def _of_checks(project: Project) -> Iterator[Mistake]:
    for table in project.tables:
        file = f"tables/{table.name}.yaml"
        yield from _unwise(table.bronze_checks, file)
        yield from _unwise(table.checks, file, table.silver)
    for model in project.models:
        yield from _unwise(model.checks, f"models/{model.name}.yaml", model.gold)


def _unwise(
    checks: Sequence[Check], file: str, staged: DatasetName | None = None
) -> Iterator[Mistake]:
    """Also SQL that could not be judged of a version that a run staged; bronze is never staged."""
    for check in checks:
        why = _unbindable(check, staged) if staged else None
        if why is not None:
            yield Mistake(check.file or file, check.line, f"«{check.title}»: {why}")
        for warning in warnings_in(check.text):
            line = None if check.line is None else check.line + warning.line - 1
            yield Mistake(check.file or file, line, f"«{check.title}»: {warning.message}")


def _unbindable(check: Check, of: DatasetName) -> str | None:
    form = read(check.text).form
    try:
        if form is not None:
            rebound(form.rule, Binding(of.layer, of.table, f"{of.table}__"))
    except Unbindable as why:
        return str(why)
    return None


@dataclass(frozen=True, slots=True)
class _Checked:
    """A check that is written well, and where it is."""

    key: str
    index: int
    check: Check
    rule: Rule
    places: Mapping[str, tuple[int, Path]]

    def mistake(self, file: str, problem: str, setting: str | None = None) -> Finding:
        """What is wrong with it, at the setting that says so."""
        _, path = self.places.get(setting or "", (1, ()))
        place = self.check.path or (self.key, self.index)
        return self.check.file or file, f"the check «{self.check.title}» {problem}", (*place, *path)


def _checked(checks: Sequence[Check], key: str = "checks") -> Iterator[_Checked]:
    for index, check in enumerate(checks):
        reading = read(check.text)
        if reading.form is not None:
            yield _Checked(key, index, check, reading.form.rule, reading.places)
