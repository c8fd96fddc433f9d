"""Any check as a value, and how it is written: the other way round from the parser."""

import json
import re
from collections.abc import Mapping

from hypothesis import strategies as st

from engine.sodacl.model import (
    Aggregation,
    AnomalyCheck,
    Change,
    Comparator,
    Comparison,
    Condition,
    FailedRowsCheck,
    Form,
    FreshnessCheck,
    GroupByCheck,
    Measure,
    MetricCheck,
    Range,
    ReferenceCheck,
    Rule,
    SchemaCheck,
    SchemaRule,
    Severity,
    Thresholds,
    Values,
)
from engine.sodacl.vocabulary import FORMATS, METRICS, TYPES, Takes

Settings = dict[str, object]

_SIGNS = st.characters(categories=("L", "N", "P", "S"), include_characters=" ")
texts = st.text(_SIGNS, min_size=1, max_size=12).map(str.strip).filter(lambda each: each != "")
sqls = (
    texts.map(lambda each: each.replace("'", "''"))
    .map(lambda each: f"n > 0 AND '{each}' <> ''")
    .filter(lambda each: "${" not in each)
)
texts = texts.filter(lambda each: "${" not in each)
regexes = texts.map(re.escape)
plain = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
columns = plain | texts
numbers = st.integers(-(10**9), 10**9).map(lambda each: each / 100)


def _range(one: float, other: float, low: bool, high: bool, negated: bool) -> Range:
    return Range(min(one, other), max(one, other), low, high, negated)


conditions: st.SearchStrategy[Condition] = st.builds(
    Comparison, st.sampled_from(Comparator), numbers
) | st.builds(_range, numbers, numbers, st.booleans(), st.booleans(), st.booleans())
zones = st.builds(Thresholds, st.none(), conditions, st.none() | conditions)
thresholds = st.builds(Thresholds, conditions) | zones


def _ages(*comparators: Comparator) -> st.SearchStrategy[Comparison]:
    seconds = st.integers(1, 10**7).map(float)
    return st.builds(Comparison, st.sampled_from(comparators), seconds)


_old = _ages(Comparator.MORE, Comparator.AT_LEAST)
ages = st.builds(Thresholds, _ages(Comparator.LESS, Comparator.AT_MOST)) | st.builds(
    Thresholds, st.none(), _old, st.none() | _old
)

_lists = st.lists(texts, min_size=1, max_size=3).map(tuple) | st.lists(
    st.integers() | numbers, min_size=1, max_size=3
).map(tuple)
values = st.builds(
    Values,
    missing_values=st.just(()) | _lists,
    missing_regex=st.none() | regexes,
    valid_values=_lists,
    invalid_values=st.just(()) | _lists,
    valid_format=st.none() | st.sampled_from(FORMATS),
    invalid_regex=st.none() | regexes,
    valid_min=st.none() | numbers,
    valid_max_length=st.none() | st.integers(0, 99),
)


@st.composite
def measures(draw: st.DrawFn) -> Measure:
    metric = draw(st.sampled_from([*METRICS, "spread"]))
    if metric == "spread":
        query = draw(st.booleans())
        of = draw(sqls)
        return Measure(metric, expression=None if query else of, query=of if query else None)
    where = draw(st.none() | sqls)
    takes = METRICS[metric]
    if takes is Takes.NOTHING:
        return Measure(metric, filter=where)
    count = draw(st.integers(1, 3)) if takes is Takes.COLUMNS else 1
    names = tuple(draw(st.lists(columns, min_size=count, max_size=count)))
    share = draw(st.integers(0, 100)) / 100 if takes is Takes.COLUMN_AND_SHARE else None
    return Measure(metric, names, share, draw(values), where)


_changes = st.builds(
    Change,
    percent=st.booleans(),
    aggregation=st.sampled_from(Aggregation),
    last=st.integers(1, 30),
) | st.builds(Change, percent=st.booleans(), same_day_last_week=st.booleans())
metric_checks = st.builds(MetricCheck, measures(), thresholds, st.none() | _changes)


@st.composite
def _references(draw: st.DrawFn) -> ReferenceCheck:
    count = draw(st.integers(1, 3))
    names = st.lists(columns, min_size=count, max_size=count).map(tuple)
    other = draw(st.sampled_from(["customers", "gold.customers"]))
    return ReferenceCheck(
        draw(names), other, draw(names), draw(st.booleans()), draw(st.none() | sqls)
    )


_CHANGES = ("column add", "column delete", "column type change", "column index change")
_schema_rules = st.builds(
    SchemaRule,
    missing=st.lists(texts, min_size=1, max_size=2).map(tuple),
    forbidden=st.lists(texts, max_size=2).map(tuple),
    types=st.dictionaries(texts, st.sampled_from(TYPES), max_size=2),
    indexes=st.dictionaries(texts, st.integers(0, 9), max_size=2),
    changes=st.lists(st.sampled_from(_CHANGES), max_size=2).map(tuple),
) | st.just(SchemaRule(any_change=True))
_grouped = st.builds(
    Form,
    st.builds(MetricCheck, st.builds(Measure, columns), thresholds),
    name=st.none() | texts,
)
grouping = st.builds(
    GroupByCheck,
    sqls,
    st.lists(plain, min_size=1, max_size=2).map(tuple),
    st.lists(_grouped, min_size=1, max_size=2).map(tuple),
    st.none() | st.integers(1, 99),
)
rules: st.SearchStrategy[Rule] = st.one_of(
    metric_checks,
    st.builds(AnomalyCheck, measures()),
    st.builds(FreshnessCheck, columns, ages, st.none() | sqls),
    st.builds(SchemaCheck, _schema_rules, st.none() | _schema_rules),
    _references(),
    st.builds(FailedRowsCheck, sqls, st.none(), zones | st.just(Thresholds())),
    st.builds(FailedRowsCheck, st.none(), sqls),
    grouping,
)
forms = st.builds(
    Form,
    rules,
    name=st.none() | texts,
    attributes=st.dictionaries(plain, texts, max_size=2).filter(
        lambda each: "severity" not in each
    ),
    severity=st.sampled_from([Severity.BLOCK, Severity.WARN]),
    open_when_unknown=st.booleans(),
)


def text_of(form: Form) -> str:
    """The check as YAML; JSON is YAML."""
    line, settings = _item(form)
    if not settings and not any(sign in line for sign in "#:\"'"):
        return line
    return f"{json.dumps(line, ensure_ascii=False)}:\n  " + json.dumps(settings, ensure_ascii=False)


def _item(form: Form) -> tuple[str, Settings]:
    line, settings = _rule(form.rule)
    own = dict(form.attributes)
    if form.severity is not Severity.BLOCK:
        own["severity"] = str(form.severity)
    if form.open_when_unknown:
        own["on unknown"] = "pass"
    return line, settings | _set(name=form.name, attributes=own)


def _rule(rule: Rule) -> tuple[str, Settings]:
    match rule:
        case MetricCheck(measure, limits, change):
            line, settings = _measure(measure)
            before = "" if change is None else f"change {_change(change)}for "
            return before + line + _holds(limits), settings | _zones(limits)
        case AnomalyCheck(measure):
            line, settings = _measure(measure)
            return f"anomaly detection for {line}", settings
        case FreshnessCheck(column, limits, where):
            line = f"freshness({_name(column)}){_holds(limits, 's')}"
            return line, _set(filter=where) | _zones(limits, "s")
        case SchemaCheck() | ReferenceCheck():
            return _structure(rule)
        case FailedRowsCheck() | GroupByCheck():
            return _queries(rule)


def _structure(rule: SchemaCheck | ReferenceCheck) -> tuple[str, Settings]:
    if isinstance(rule, SchemaCheck):
        levels = {"warn": rule.warn, "fail": rule.fail}
        return "schema", {key: _schema(each) for key, each in levels.items() if each}
    must = "must not" if rule.negated else "must"
    others = _names(rule.other_columns)
    line = f"values in ({_names(rule.columns)}) {must} exist in {rule.other} ({others})"
    return line, _set(filter=rule.filter)


def _queries(rule: FailedRowsCheck | GroupByCheck) -> tuple[str, Settings]:
    if isinstance(rule, FailedRowsCheck):
        given = _set(fail_condition=rule.condition, fail_query=rule.query)
        return "failed rows", given | _zones(rule.thresholds)
    checks = [dict([_item(each)]) for each in rule.checks]
    limit = {} if rule.limit is None else {"group_limit": rule.limit}
    return "group by", _set(query=rule.query, fields=rule.fields, checks=checks) | limit


def _measure(measure: Measure) -> tuple[str, Settings]:
    values = {name: getattr(measure.values, name) for name in Values.__dataclass_fields__}
    settings = _set(**values, filter=measure.filter)
    for kind in ("expression", "query"):
        settings |= _set(**{f"{measure.metric} {kind}": getattr(measure, kind)})
    share = "" if measure.percentile is None else f", {measure.percentile:.2f}"
    metric = measure.metric if measure.metric in METRICS else _name(measure.metric)
    arguments = f"({_names(measure.columns)}{share})" if measure.columns else ""
    return metric + arguments, settings


def _change(change: Change) -> str:
    of = f"{change.aggregation} last {change.last} " if change.aggregation else ""
    week = "same day last week " if change.same_day_last_week else ""
    return of + week + ("percent " if change.percent else "")


def _schema(rule: SchemaRule) -> Settings:
    changes = "any" if rule.any_change else rule.changes
    keys = {
        "when required column missing": rule.missing,
        "when forbidden column present": rule.forbidden,
        "when wrong column type": rule.types,
        "when wrong column index": rule.indexes,
        "when schema changes": changes,
    }
    return {key: value for key, value in keys.items() if value}


def _holds(limits: Thresholds, unit: str = "") -> str:
    return "" if limits.holds is None else f" {_condition(limits.holds, unit)}"


def _zones(limits: Thresholds, unit: str = "") -> Settings:
    both = {"warn": limits.warn, "fail": limits.fail}
    return {key: f"when {_condition(each, unit)}" for key, each in both.items() if each}


def _condition(condition: Condition, unit: str) -> str:
    if isinstance(condition, Comparison):
        number = f"{condition.number:.0f}s" if unit else f"{condition.number:.2f}"
        return f"{condition.comparator} {number}"
    opened = "[" if condition.low_included else "("
    closed = "]" if condition.high_included else ")"
    between = "not between" if condition.negated else "between"
    return f"{between} {opened}{condition.low:.2f} and {condition.high:.2f}{closed}"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(map(_name, names))


def _name(name: str) -> str:
    if name.isascii() and name.isidentifier() and name == name.lower():
        return name
    return '"' + name.replace('"', '""') + '"'


def _set(**settings: object) -> Settings:
    """What is set, under the keys that SodaCL has for it."""
    given: Mapping[str, object] = settings
    return {key.replace("_", " "): each for key, each in given.items() if each not in _NOTHING}


_NOTHING: tuple[object, ...] = (None, (), {})
