"""Which checks a dataset could have: each holds now, has its evidence, and is not declared yet."""

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import islice

from engine.cards import counted
from engine.catalog.model import Check, DatasetName, Layer, Operator, Project
from engine.quality.profile import ColumnProfile, Family, Key, Profile, Shown
from engine.sodacl.model import (
    Form,
    FreshnessCheck,
    MetricCheck,
    ReferenceCheck,
    SchemaCheck,
)
from engine.sodacl.parse import read

ENOUGH_ROWS = 30
"""From fewer rows nothing is concluded about their values."""

MANY_ROWS = 1_000

RECENT = timedelta(days=7)
"""A column whose newest value is older says nothing of how often data comes."""

LARGE_TOTAL = 100
"""Smaller sums are equal by chance."""

_LETTERS = "bcdfghjkmnpqrstvwxz"
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_ -]*(?<! )")
_NO_TEXT = frozenset({"true", "false", "yes", "no", "on", "off", "null", "none", "y", "n"})

Subject = tuple[str, ...]
"""What a check is about: two checks with the same one are not both needed."""


class Confidence(StrEnum):
    """How sure it is that the check is meant to hold tomorrow too."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A check in SodaCL, and why it may be wanted."""

    dataset: DatasetName
    text: str
    evidence: str
    confidence: Confidence
    subjects: tuple[Subject, ...]

    @property
    def id(self) -> str:
        """What people call it; another text has another one."""
        return check_id(self.dataset, self.text)

    @property
    def check(self) -> Check:
        """It as a check that somebody wrote."""
        return Check(self.text)


@dataclass(frozen=True, slots=True)
class Written:
    """The file that checks were added to, and the line of each."""

    file: str
    lines: tuple[int, ...]


def check_id(dataset: DatasetName, text: str) -> str:
    """A letter and four digits, which no word and no number looks like."""
    digest = hashlib.sha256(f"{dataset}\n{text}".encode()).digest()
    number = int.from_bytes(digest[:8], "big")
    return f"{_LETTERS[number % len(_LETTERS)]}{number // len(_LETTERS) % 10_000:04}"


def subject_of(text: str) -> Subject:
    """What a check is about; nothing where it can't be read or is about no one thing."""
    form = read(text).form
    return _subject(form) if form is not None else ()


def _subject(form: Form) -> Subject:
    match form.rule:
        case MetricCheck(measure, change=None):
            about = _SAME.get(measure.metric, measure.metric)
            return (about, *sorted(measure.columns))
        case FreshnessCheck():
            return ("freshness",)
        case SchemaCheck():
            return ("schema",)
        case ReferenceCheck(columns):
            return ("reference", *columns)
        case _:
            return ()


_SAME = {
    f"{about}_{how}": about
    for about in ("missing", "invalid", "valid", "duplicate")
    for how in ("count", "percent")
} | {"valid_count": "invalid"}


def suggested(
    project: Project, profile: Profile, declared: Sequence[Check]
) -> tuple[Suggestion, ...]:
    """What is worth checking, the most useful first."""
    known = {subject_of(check.text) for check in declared}
    seen = _Seen(project, profile)
    found: dict[str, Suggestion] = {}
    for rule, most in _RULES[profile.dataset.layer] if profile.rows else ():
        for each in islice(_unknown(rule(seen), known), most):
            found.setdefault(each.id, each)
    return tuple(found.values())


def _unknown(suggestions: Iterable[Suggestion], known: set[Subject]) -> Iterator[Suggestion]:
    """Those about what no check is about yet; each makes the next ones about it needless."""
    for each in suggestions:
        if known.isdisjoint(each.subjects):
            known.add(each.subjects[0])
            yield each


@dataclass(frozen=True, slots=True)
class _Seen:
    """A profile with what the project says of it."""

    project: Project
    profile: Profile

    @property
    def rows(self) -> str:
        return counted(self.profile.rows, "row")

    @property
    def columns(self) -> Iterator[ColumnProfile]:
        """The columns whose names need no quotes."""
        return (each for each in self.profile.columns if _NAME.fullmatch(each.name))

    @property
    def shown(self) -> Iterator[tuple[ColumnProfile, Shown]]:
        """The open columns of many rows, which are not always the same."""
        for each in self.columns:
            varies = each.distinct is None or each.distinct > 1
            if each.shown is not None and varies and self.profile.rows >= ENOUGH_ROWS:
                yield each, each.shown

    @property
    def key(self) -> Key | None:
        """The fewest columns that tell all rows apart."""
        keys = [each for each in self.profile.keys if self.profile.is_unique(each)]
        plain = (key for key in keys if all(map(_NAME.fullmatch, key.columns)))
        return next(plain, None)

    def sure(self, rows: int = MANY_ROWS) -> Confidence:
        """How much so many rows say."""
        return Confidence.HIGH if self.profile.rows >= rows else Confidence.MEDIUM

    def suggest(
        self, text: str, evidence: str, confidence: Confidence, *covered: Subject
    ) -> Suggestion:
        """A check that none of the covered subjects makes needless."""
        subjects = (subject_of(text), *covered)
        return Suggestion(self.profile.dataset, text, evidence, confidence, subjects)


def _rows(seen: _Seen) -> Iterator[Suggestion]:
    yield seen.suggest("row_count > 0", f"it has {seen.rows}", Confidence.HIGH)


def _schema(seen: _Seen) -> Iterator[Suggestion]:
    table = seen.project.source_table(seen.profile.dataset)
    names = [column.name for column in table.columns]
    if all(seen.profile.column(name) for name in names):
        text = f"schema:\n  fail:\n    when required column missing: {_listed(names)}"
        evidence = f"{counted(len(names), 'declared column')}: all of them are there"
        yield seen.suggest(text, evidence, Confidence.HIGH)


def _freshness(seen: _Seen) -> Iterator[Suggestion]:
    for each in sorted(seen.columns, key=lambda column: column.name != _watermark(seen)):
        age = each.shown.age if each.shown else None
        if each.family is Family.TIME and age is not None and timedelta(0) <= age <= RECENT:
            days = max(1, math.ceil(2 * age / timedelta(days=1)))
            evidence = f"its newest value is {_aged(age)} old"
            is_mark = each.name == _watermark(seen)
            confidence = Confidence.HIGH if is_mark else Confidence.MEDIUM
            yield seen.suggest(f"freshness({each.name}) < {days}d", evidence, confidence)


def _watermark(seen: _Seen) -> str | None:
    """The column that says when a row came or changed."""
    table = seen.project.table(seen.profile.dataset.table)
    is_silver = seen.profile.dataset.layer is Layer.SILVER
    return table.watermark if table and is_silver else None


def _aged(age: timedelta) -> str:
    hours = round(age / timedelta(hours=1))
    if not hours:
        return "less than an hour"
    return counted(hours, "hour") if age < timedelta(days=2) else counted(age.days, "day")


def _key(seen: _Seen) -> Iterator[Suggestion]:
    key = seen.key
    if key is None or seen.profile.rows == 1:
        return
    is_silver = seen.profile.dataset.layer is Layer.SILVER
    confidence = Confidence.HIGH if is_silver or len(key.columns) == 1 else Confidence.MEDIUM
    named = ", ".join(key.columns)
    evidence = f"each of {seen.rows} has its own {named}"
    yield seen.suggest(f"duplicate_count({named}) = 0", evidence, confidence)
    for name in key.columns:
        column = seen.profile.column(name)
        if column and column.nulls == 0:
            evidence = f"{seen.rows} are told apart by it, and none lacks it"
            yield seen.suggest(f"missing_count({name}) = 0", evidence, confidence)


def _references(seen: _Seen) -> Iterator[Suggestion]:
    names = {each.name: each for each in seen.columns}
    for each in seen.profile.inclusions:
        column = names.get(each.reference.column)
        present = seen.profile.rows - column.nulls if column else 0
        if column is None or each.unmatched or not present or column.distinct == 1:
            continue
        other = f"{each.reference.other} ({each.reference.other_column})"
        text = f"values in ({column.name}) must exist in {other}"
        evidence = f"all of {counted(present, 'value')} are in {each.reference.other}"
        yield seen.suggest(text, evidence, seen.sure(ENOUGH_ROWS))


def _choices(seen: _Seen) -> Iterator[Suggestion]:
    for column, shown in seen.shown:
        if shown.values and all(map(str.isprintable, shown.values)):
            evidence = f"{seen.rows} hold only {counted(len(shown.values), 'different value')}"
            yield _valid(seen, column, "values", _listed(sorted(shown.values)), evidence)


def _formats(seen: _Seen) -> Iterator[Suggestion]:
    for column, shown in seen.shown:
        for name in shown.formats[:1]:
            evidence = f"all of {counted(_present(seen, column), 'value')} have this format"
            yield _valid(seen, column, "format", name, evidence)


def _patterns(seen: _Seen) -> Iterator[Suggestion]:
    for column, shown in seen.shown:
        if shown.pattern is not None:
            evidence = f"all of {counted(_present(seen, column), 'value')} have this shape"
            made = _valid(seen, column, "regex", shown.pattern, evidence)
            yield Suggestion(made.dataset, made.text, evidence, Confidence.LOW, made.subjects)


def _valid(seen: _Seen, column: ColumnProfile, how: str, what: str, evidence: str) -> Suggestion:
    text = f"invalid_count({column.name}) = 0:\n  valid {how}: {what}"
    return seen.suggest(text, evidence, seen.sure())


def _present(seen: _Seen, column: ColumnProfile) -> int:
    return seen.profile.rows - column.nulls


def _complete(seen: _Seen) -> Iterator[Suggestion]:
    """Columns that lack nothing; refining puts rows without a required one aside anyway."""
    table = seen.project.table(seen.profile.dataset.table)
    is_silver = seen.profile.dataset.layer is Layer.SILVER
    for each in seen.columns if seen.profile.rows >= ENOUGH_ROWS else ():
        declared = table.column(each.name) if table and is_silver else None
        is_hidden = declared is not None and declared.operator is Operator.REDACT
        if each.nulls == 0 and not is_hidden and not (declared and declared.required):
            evidence = f"none of {seen.rows} lacks it"
            yield seen.suggest(f"missing_count({each.name}) = 0", evidence, Confidence.MEDIUM)


def _bounds(seen: _Seen) -> Iterator[Suggestion]:
    for column, shown in seen.shown:
        if shown.low is None or shown.high is None or _is_a_name(column):
            continue
        name, among = column.name, f"of {counted(_present(seen, column), 'value')}"
        if shown.low >= 0:
            sign = ">" if shown.low > 0 else ">="
            evidence = f"the lowest {among} is {_number(shown.low)}"
            yield seen.suggest(f"min({name}) {sign} 0", evidence, seen.sure(), ("invalid", name))
        most = _natural_end(name, shown.low, shown.high)
        if most is not None:
            evidence = f"the highest {among} is {_number(shown.high)}"
            text = f"max({name}) <= {most}"
            yield seen.suggest(text, evidence, Confidence.MEDIUM, ("invalid", name))


def _natural_end(name: str, low: Decimal, high: Decimal) -> int | None:
    """Where shares end: at one, or at a hundred percent."""
    if low < 0:
        return None
    if re.search(r"percent|pct", name) and 1 < high <= 100:  # noqa: PLR2004  # percent
        return 100
    return 1 if high <= 1 and (high % 1 or low % 1) else None


def _is_a_name(column: ColumnProfile) -> bool:
    """Whether its numbers only tell things apart."""
    return re.search(r"(^|_)(id|no|nr|number|key|code|year)$", column.name) is not None


def _averages(seen: _Seen) -> Iterator[Suggestion]:
    for column, shown in seen.shown:
        if shown.average is None or shown.average <= 0 or _is_a_name(column):
            continue
        low, high = _rounded(shown.average / 2, up=False), _rounded(shown.average * 2, up=True)
        text = f"avg({column.name}) between {low} and {high}"
        evidence = f"the average is {_number(shown.average)}; half to twice of it"
        yield seen.suggest(text, evidence, Confidence.LOW)


def _reconciled(seen: _Seen) -> Iterator[Suggestion]:
    """Sums that a gold model shares with what it is made from."""
    if seen.profile.rows == 1:
        return
    for column in seen.columns:
        total = column.shown.total if column.shown else None
        if total is None or abs(total) < LARGE_TOTAL:
            continue
        for dataset, expression, what in _same_totals(seen, column.name, total):
            metric = f"{column.name}_gap"
            gap = f"abs(sum({column.name}) - (SELECT {expression} FROM {dataset}))"  # noqa: S608  # the names are those of the catalog
            text = f"{metric} = 0:\n  {metric} expression: {gap}"
            evidence = f"its sum, {_number(total)}, is {what} of {dataset}"
            yield seen.suggest(text, evidence, seen.sure())
            break


def _same_totals(
    seen: _Seen, column: str, total: Decimal
) -> Iterator[tuple[DatasetName, str, str]]:
    for each in seen.profile.upstream:
        if each.rows == total:
            yield each.dataset, "count(*)", "the number of rows"
        names = sorted(each.sums, key=lambda name: (name != column, name))
        for name in filter(_NAME.fullmatch, names):
            if each.sums[name] == total:
                yield each.dataset, f"sum({name})", f"the sum of {name}"


Rule = Callable[[_Seen], Iterable[Suggestion]]

_RULES: dict[Layer, tuple[tuple[Rule, int], ...]] = {
    Layer.BRONZE: ((_rows, 1), (_schema, 1), (_freshness, 1)),
    Layer.SILVER: (
        (_rows, 1), (_key, 3), (_references, 3), (_choices, 3), (_formats, 2), (_bounds, 3),
        (_freshness, 1), (_complete, 3), (_patterns, 2),
    ),
    Layer.GOLD: (
        (_rows, 1), (_key, 3), (_reconciled, 2), (_bounds, 3), (_references, 2), (_averages, 2),
        (_choices, 2), (_complete, 3), (_freshness, 1),
    ),
}  # fmt: skip
"""What is looked for in each layer, the most useful first, and how much of it at most."""


def _listed(values: Iterable[str]) -> str:
    return f"[{', '.join(map(_yaml, values))}]"


def _yaml(value: str) -> str:
    """A text as YAML reads it as the same text; JSON's strings are YAML's."""
    is_plain = _PLAIN.fullmatch(value) and value.casefold() not in _NO_TEXT
    return value if is_plain else json.dumps(value, ensure_ascii=False)


def _number(value: Decimal) -> str:
    """Without digits that nobody reads: «12,000», «0.125»."""
    return f"{value:,.4f}".rstrip("0").rstrip(".") if abs(value) < MANY_ROWS else f"{value:,.0f}"


def _rounded(value: Decimal, *, up: bool) -> str:
    """To two digits that count, away from the middle."""
    unit = Decimal(10) ** (value.adjusted() - 1)
    steps = value / unit
    whole = math.ceil(steps) if up else math.floor(steps)
    return f"{(whole * unit).normalize():f}"
