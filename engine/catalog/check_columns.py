"""The columns that a check names, also in SQL where it is plain whose they are."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.catalog.load_rules import HISTORY_COLUMNS
from engine.catalog.model import DatasetName, Model, Project, Table
from engine.sodacl.model import (
    AnomalyCheck,
    FailedRowsCheck,
    FreshnessCheck,
    GroupByCheck,
    MetricCheck,
    ReferenceCheck,
    Rule,
)
from engine.sodacl.written_sql import columns_in, outputs, plain_query


@dataclass(frozen=True, slots=True)
class Named:
    """A column that a check needs."""

    name: str
    setting: str | None = None
    """The setting that names it; None where the first line does."""


def columns_of(dataset: Table | Model) -> Sequence[str] | None:
    """The columns of silver or gold; None where those of a model can't be told for sure."""
    if isinstance(dataset, Model):
        return outputs(dataset.sql)
    history = HISTORY_COLUMNS if dataset.load.history else ()
    return (*(column.name for column in dataset.columns), *history)


def known_columns(project: Project, dataset: str) -> Sequence[str] | None:
    """The same by name; None also for what is not declared."""
    for table in project.tables:
        if str(table.silver) == dataset:
            return columns_of(table)
    for model in project.models:
        if str(model.gold) == dataset:
            return columns_of(model)
    return None


def columns_named(rule: Rule, of: DatasetName) -> Iterator[Named]:
    """The columns of its own dataset that a check names."""
    match rule:
        case MetricCheck(measure) | AnomalyCheck(measure):
            yield from map(Named, measure.columns)
            yield from _in_expression("filter", measure.filter)
            yield from _in_expression(f"{measure.metric} expression", measure.expression)
            yield from _in_query(f"{measure.metric} query", measure.query, of)
        case FreshnessCheck(column, _, where):
            yield Named(column)
            yield from _in_expression("filter", where)
        case ReferenceCheck(columns):
            yield from map(Named, columns)
            yield from _in_expression("filter", rule.filter)
        case FailedRowsCheck(condition, query):
            yield from _in_expression("fail condition", condition)
            yield from _in_query("fail query", query, of)
        case GroupByCheck(query):
            yield from _in_query("query", query, of)
        case _:
            return


def _in_expression(setting: str, sql: str | None) -> Iterator[Named]:
    yield from (Named(name, setting) for name in dict.fromkeys(columns_in(sql or "NULL")))


def _in_query(setting: str, sql: str | None, of: DatasetName) -> Iterator[Named]:
    query = plain_query(sql) if sql else None
    if query is not None and query.table == of.table and query.layer in {"", of.layer}:
        yield from (Named(name, setting) for name in dict.fromkeys(query.columns))


def not_there(named: Iterator[Named], known: Collection[str], of: DatasetName) -> Iterator[Named]:
    """Those that are no columns; in SQL what begins with _, and the table itself, may be known."""
    for each in named:
        is_own = each.setting is not None and (each.name.startswith("_") or each.name == of.table)
        if each.name not in known and not is_own:
            yield each


def not_given(rule: GroupByCheck) -> Mapping[Named, Sequence[str]]:
    """What a `group by` needs and its query does not give, with what it does."""
    given = outputs(rule.query)
    if given is None:
        return {}
    needed = [Named(name, "fields") for name in rule.fields]
    rules = (form.rule for form in rule.checks)
    needed += [
        Named(each.measure.metric, "checks") for each in rules if isinstance(each, MetricCheck)
    ]
    return {each: given for each in needed if each.name not in given}
