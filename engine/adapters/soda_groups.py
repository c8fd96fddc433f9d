"""A `group by` check on its way to Soda, and its groups on their way back.

Soda evaluates only what has a name, passes what has no group or no value, and mistakes groups of
one name for each other. It gets names of ours, and here it is seen to that silence never passes.
"""

import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.adapters.postgres.check_binding import bound
from engine.adapters.postgres.names import ident
from engine.catalog.model import Layer, Model, Project
from engine.quality.examples import MASKED, MISSING
from engine.quality.judge import shown
from engine.quality.model import Measured, Outcome
from engine.sodacl.model import Comparison, Condition, GroupByCheck, MetricCheck, Thresholds
from engine.sodacl.parse import read
from engine.sodacl.written_sql import plain_outputs, plain_query

Tellable = Mapping[str, Collection[str]]
"""By dataset, the columns of which a value may be shown."""

_LONGEST = 40
"""Characters of a group's value that are shown."""

_MOST = 3
"""Groups that are named."""


@dataclass(frozen=True, slots=True)
class Groups:
    """What the groups of a check are called, and what is measured of each."""

    fields: tuple[str, ...]
    metrics: tuple[str, ...]
    tellable: frozenset[str] = frozenset()
    """The fields of which a value may be shown."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A check as Soda gets it."""

    text: str
    groups: Groups | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What Soda said of one number of one group."""

    outcome: Outcome | None
    value: object


def handed(text: str, layer: Layer, tellable: Tellable, table: str = "") -> Handed:
    """The check, in words of ours where it is a `group by`, of the table that is to be judged.

    Raises Unanswerable where its query can't be made to read a staged one.
    """
    form = read(text).form
    if form is None or not isinstance(form.rule, GroupByCheck):
        return Handed(text)
    rule = form.rule
    checks = [each.rule for each in form.rule.checks if isinstance(each.rule, MetricCheck)]
    metrics = tuple(each.measure.metric for each in checks)
    groups = Groups(rule.fields, metrics, _told(rule, layer, tellable))
    limits = [each.thresholds for each in checks]
    reading = bound(form, (str(layer), table)).rule
    query = reading.query if isinstance(reading, GroupByCheck) else rule.query
    settings = _settings(replace(rule, query=query), metrics, limits)
    return Handed(f"group by: {json.dumps(settings)}", groups)


def _settings(
    rule: GroupByCheck, metrics: Sequence[str], limits: Sequence[Thresholds]
) -> dict[str, object]:
    """Names of ours for each field and number: Soda takes no quotes, and no name twice."""
    fields = [f"f{place}" for place in range(len(rule.fields))]
    numbers = [f"m{place}" for place in range(len(metrics))]
    named = zip((*rule.fields, *metrics), (*fields, *numbers), strict=True)
    selected = ", ".join(f"{ident(theirs)} AS {ours}" for theirs, ours in named)
    checks = [_check(name, each) for name, each in zip(numbers, limits, strict=True)]
    limit = {} if rule.limit is None else {"group_limit": rule.limit}
    query = f"SELECT {selected} FROM ({rule.query}\n) AS grouped"  # noqa: S608  # the check's own
    return {"query": query, "fields": fields, "checks": checks, **limit}


def _check(name: str, limits: Thresholds) -> dict[str, dict[str, str]]:
    if limits.holds is not None:
        return {f"{name} {_condition(limits.holds)}": {"name": name}}
    levels = {"warn": limits.warn, "fail": limits.fail}
    written = {key: f"when {_condition(each)}" for key, each in levels.items() if each}
    return {name: {"name": name, **written}}


def _condition(condition: Condition) -> str:
    if isinstance(condition, Comparison):
        return f"{condition.comparator} {_number(condition.number)}"
    opened = "[" if condition.low_included else "("
    closed = "]" if condition.high_included else ")"
    limits = f"{opened}{_number(condition.low)} and {_number(condition.high)}{closed}"
    return f"{'not ' if condition.negated else ''}between {limits}"


def _number(number: float) -> str:
    """A number without an exponent, which SodaCL does not have."""
    return f"{Decimal(repr(number)):f}"


def _told(rule: GroupByCheck, layer: Layer, tellable: Tellable) -> frozenset[str]:
    """The fields that are columns as they are, and nothing personal."""
    query = plain_query(rule.query)
    if query is None:
        return frozenset()
    columns = tellable.get(f"{query.layer or layer}.{query.table}", ())
    given = plain_outputs(rule.query)
    return frozenset(field for field in rule.fields if given.get(field) in columns)


def tellable_columns(project: Project) -> Tellable:
    """Those of silver that are declared to be kept, and of gold what is nothing but one of them."""
    silver = {str(table.silver): frozenset(table.tellable) for table in project.tables}
    return silver | {str(model.gold): _of_model(model, silver) for model in project.models}


def _of_model(model: Model, silver: Mapping[str, frozenset[str]]) -> frozenset[str]:
    if len(model.upstream) != 1:
        return frozenset()
    columns = silver.get(str(model.upstream[0]), frozenset())
    return frozenset(name for name, of in plain_outputs(model.sql).items() if of in columns)


def measured(
    index: int, groups: Groups, rows: Sequence[Sequence[object]], judged: Sequence[Judged]
) -> Measured:
    """How the check ended: as its worst group; `judged` has each number of each row, in order."""
    keys = [tuple(row[: len(groups.fields)]) for row in rows]
    if not rows:
        return _unknown(index, "its query gives no group")
    if len(set(map(repr, keys))) < len(keys):
        return _unknown(index, "some groups have the same fields: name all that it groups by")
    if len(judged) != len(rows) * len(groups.metrics):
        return _unknown(index, "not every group was evaluated")
    endings = list(_endings(groups, keys, judged))
    for outcome in (Outcome.FAILED, Outcome.NOT_EVALUATED, Outcome.WARNED):
        found = [each for each, ended in endings if ended is outcome]
        if found:
            value = found[0] if len(found) == 1 else f"{found[0]} (and {len(found) - 1:,} more)"
            return Measured(index, outcome, value, _named(found))
    count = len(rows)
    return Measured(index, Outcome.PASSED, f"{count:,} group{'' if count == 1 else 's'}")


def _unknown(index: int, reason: str) -> Measured:
    return Measured(index, Outcome.NOT_EVALUATED, reason=reason)


def _endings(
    groups: Groups, keys: Sequence[tuple[object, ...]], judged: Sequence[Judged]
) -> Iterator[tuple[str, Outcome]]:
    """Each number of each group in words, and how it ended."""
    for place, each in enumerate(judged):
        group, metric = divmod(place, len(groups.metrics))
        named = _label(groups, keys[group])
        name = groups.metrics[metric]
        number = _as_number(each.value)
        if each.outcome is None or number is None or math.isnan(number):
            why = "has no value" if each.value is None else "is no number"
            yield f"{named}: {name} {why}", Outcome.NOT_EVALUATED
        else:
            yield f"{named}: {name} is {shown(number)}", each.outcome


def _named(found: Sequence[str]) -> str:
    names = "; ".join(f"group {each}" for each in found[:_MOST])
    return names if len(found) <= _MOST else f"{names}; and {len(found) - _MOST:,} more"


def _label(groups: Groups, key: Sequence[object]) -> str:
    cells = zip(groups.fields, key, strict=True)
    return ", ".join(
        f"{field} = {_cell(value, told=field in groups.tellable)}" for field, value in cells
    )


def _cell(value: object, *, told: bool) -> str:
    if value is None:
        return MISSING
    return str(value)[:_LONGEST] if told else MASKED


def _as_number(value: object) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return float(value) if isinstance(value, Decimal) else value
