"""The rules for a privacy policy: what it names exists, and what it asks for can be done."""

from collections.abc import Collection, Iterator

from engine.catalog.entities import ENTITIES
from engine.catalog.generalisation import misfit
from engine.catalog.mistakes import Finding, meant
from engine.catalog.model import ColumnType, Layer, Project, Table
from engine.catalog.pattern_rules import allowed_mistakes, pattern_mistakes
from engine.catalog.policy import (
    PRIVACY_FILE,
    ColumnRule,
    Operator,
    PrivacyPolicy,
    Rule,
    Scope,
)
from engine.errors import Mistake

_COLLIDING = (Operator.REDACT, Operator.MASK, Operator.GENERALISE)
"""What makes the same of different values, so that a key would be one no more."""


def policy_mistakes(project: Project, unread: Collection[str]) -> Iterator[Finding]:
    """Every mistake in the policy of a project, wherever it was written."""
    policy = project.privacy
    yield from pattern_mistakes(policy.patterns)
    yield from allowed_mistakes(policy.allowed)
    yield from _misspelt(policy)
    for rule in policy.rules:
        yield from _of_rule(rule, project, unread)
    for table, column in policy.columns:
        yield from _of_column(project, table, column, unread)
    for known in project.tables:
        yield from _of_table(project, known)


def _of_table(project: Project, table: Table) -> Iterator[Finding]:
    ruled = [name for of, name in project.privacy.columns if of == table.name]
    for name in dict.fromkeys((*(each.name for each in table.columns), *ruled)):
        yield from _of_operator(table, name, project.decided(table.name, name))
    for name in table.key:
        yield from _of_key(project, table, name)


def at(rule: Rule) -> tuple[str, tuple[int | str, ...]]:
    """The file of a rule, and the keys that lead to it there."""
    file = rule.place.file if rule.place else PRIVACY_FILE
    if file == "atlas.yaml":
        return file, ("privacy", "operators", rule.entity) if rule.entity else (
            "privacy",
            "default",
        )
    if rule.table and rule.column:
        within = file.startswith("tables/")
        return file, ("columns", rule.column, "privacy") if within else _column_path(rule)
    scope = ("tables", rule.table) if rule.table else ("layers", rule.layer) if rule.layer else ()
    last = ("entities", rule.entity) if rule.entity else ("default",)
    return file, tuple(part for part in (*scope, *last) if part)


def _column_path(rule: Rule) -> tuple[int | str, ...]:
    return ("columns", rule.table or "", rule.column or "")


def _misspelt(policy: PrivacyPolicy) -> Iterator[Finding]:
    """Entities that nothing is, and whose name is nearly that of one: a project may add others."""
    own = {each.entity for each in policy.patterns}
    own |= {each.entity for each in policy.columns.values() if each.entity}
    for rule in policy.rules:
        if rule.entity is None or rule.entity in ENTITIES or rule.entity in own:
            continue
        near = meant(rule.entity, [*sorted(ENTITIES | own)], like=80)
        if near:
            file, path = at(rule)
            yield file, f"nothing is a {rule.entity!r}{near}", path


def _of_rule(rule: Rule, project: Project, unread: Collection[str]) -> Iterator[Finding]:
    names = [each.name for each in project.tables]
    if rule.table is not None and rule.table not in {*names, *unread}:
        problem = f"there is no table {rule.table!r}{meant(rule.table, names)}"
        yield PRIVACY_FILE, problem, ("tables", rule.table)
    yield from _of_way(rule, ColumnType.TEXT, rule.entity)


def _of_way(rule: Rule, column_type: ColumnType, entity: str | None) -> Iterator[Finding]:
    """Whether `to` says how far to generalise, and in a way that fits what is generalised."""
    file, path = at(rule)
    if rule.operator is not Operator.GENERALISE:
        if rule.to is not None:
            yield file, f"`to` is for generalise; {rule.operator} goes all the way", path
        return
    if rule.is_default or (entity is None and rule.column is None):
        problem = "generalise is for columns and entities: what fits one does not fit all"
        yield file, problem, path
    elif wrong := misfit(rule.to, column_type, entity):
        yield file, f"{entity or rule.column} {wrong}", path


def _of_column(
    project: Project, table: str, column: str, unread: Collection[str]
) -> Iterator[Finding]:
    """Whether there is such a column, and a sense in what was decided about it."""
    known = project.table(table)
    if known is None:
        names = [each.name for each in project.tables]
        if table not in unread:
            yield (
                PRIVACY_FILE,
                f"there is no table {table!r}{meant(table, names)}",
                ("columns", table),
            )
        return
    decided, path = project.decided(table, column), ("columns", table, column)
    if known.column(column) is None and not decided.undeclared:
        near = meant(column, [each.name for each in known.columns])
        problem = f"{table} declares no column {column!r}"
        yield PRIVACY_FILE, f"{problem}{near or '; `undeclared: true` lets it come so'}", path
        return
    for entity in sorted({*decided.holds, decided.entity or ""} & {*decided.not_personal}):
        yield PRIVACY_FILE, f"{column} holds {entity} and does not: say one of both", path


def _of_operator(table: Table, name: str, decided: ColumnRule) -> Iterator[Finding]:
    """Whether what is to be done to a column can be done to what it is."""
    declared = table.column(name)
    column_type = declared.type if declared else ColumnType.TEXT
    rule = decided.rule(Scope(Layer.SILVER, table.name, name))
    if rule is None:
        if decided.to is not None:
            problem = "`to` needs an operator: generalise"
            yield PRIVACY_FILE, problem, ("columns", table.name, name)
        return
    yield from _of_way(rule, column_type, decided.entity)
    if rule.operator is Operator.MASK and column_type is not ColumnType.TEXT:
        file, path = at(rule)
        yield file, f"mask works on text; {name} is {column_type}: use hash or redact", path


def _of_key(project: Project, table: Table, name: str) -> Iterator[Finding]:
    """Whether the key would be the same for different rows."""
    decided = project.decided(table.name, name)
    if decided.operator is None and decided.entity is None:
        return
    holds = project.privacy.deciding(Scope(Layer.SILVER, table.name, name), decided, decided.entity)
    if holds.operator in _COLLIDING:
        file, path = at(holds)
        yield file, f"{name} is a key: {holds.operator} makes keys collide, use hash", path


def overruled(project: Project) -> Iterator[Mistake]:
    """Column rules that do nothing, as a stricter one holds; it keeps nothing from running."""
    for (table, column), decided in project.privacy.columns.items():
        scope = Scope(Layer.SILVER, table, column)
        own = decided.rule(scope)
        if own is None or own.operator is Operator.KEEP:
            continue
        holds = project.privacy.deciding(scope, decided, decided.entity)
        if holds.stricter_than(own) and own.place is not None:
            problem = f"{own.way} does nothing here: {holds} is stricter"
            yield Mistake(own.place.file, own.place.line, problem)
