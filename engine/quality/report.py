"""What past verdicts tell of datasets: how their checks stand, what changed, the score by day."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Protocol

from engine.catalog.model import Check, DatasetName, Layer
from engine.quality.model import Outcome
from engine.quality.score import Graded, Score, score, together
from engine.sodacl.mistakes import Mistake
from engine.sodacl.model import FailedRowsCheck, Form, MetricCheck, ReferenceCheck, Severity
from engine.sodacl.parse import parsed

Named = tuple[DatasetName, str]
"""A check by its dataset and its text."""

Outcomes = Mapping[Named, Outcome]

USUAL_DAYS = 7
MOST_DAYS = 60
MOST_TURNS = 20_000


@dataclass(frozen=True, slots=True)
class Subject:
    """The checks declared for a dataset, and how many datasets are made from it."""

    checks: tuple[Check, ...]
    dependents: int = 0


Declared = Mapping[DatasetName, Subject]


@dataclass(frozen=True, slots=True)
class PastVerdict:
    """What one check said at one time."""

    dataset: DatasetName
    check: str
    outcome: Outcome
    value: str | None
    reason: str
    at: datetime
    run_id: str
    held_back: bool = False
    """Whether it was said of a next version, which was not published."""

    @property
    def of(self) -> Named:
        """The check that said it."""
        return self.dataset, self.check

    @property
    def holds(self) -> bool:
        """Whether the check passed or only warned."""
        return self.outcome in _HOLDING


_HOLDING = {Outcome.PASSED, Outcome.WARNED}


class VerdictHistory(Protocol):
    """Where verdicts of the past are kept; both raise DatabaseError."""

    async def latest(self, checks: Sequence[Named], before: datetime) -> tuple[PastVerdict, ...]:
        """The newest verdict of each check before a moment; a check without any is left out."""
        ...

    async def turns(
        self, datasets: Sequence[DatasetName], since: datetime | None, before: datetime
    ) -> tuple[PastVerdict, ...]:
        """Each verdict unlike the one before it, and each check's first, in the order of time.

        Where there are more than MOST_TURNS, the newest ones.
        """
        ...


@dataclass(frozen=True, slots=True)
class Past:
    """What was read: each check's newest verdict, how each stood at first, each turn since then."""

    latest: tuple[PastVerdict, ...] = ()
    first: tuple[PastVerdict, ...] = ()
    turns: tuple[PastVerdict, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """The time that a report is about, and the days of its trend with as many before them."""

    since: datetime
    until: datetime
    days: tuple[date, ...]
    zone: tzinfo
    over: bool = False
    """Whether it ends before the present."""

    @property
    def half(self) -> int:
        """How many of the days lie before those that the trend is about."""
        return len(self.days) // 2

    @property
    def begin(self) -> datetime:
        """When the first of all these days begins."""
        return datetime.combine(self.days[0], time(0), self.zone)

    @property
    def ends(self) -> tuple[datetime, ...]:
        """When each of the days ends; the last one with the report."""
        nights = (datetime.combine(day + _DAY, time(0), self.zone) for day in self.days)
        return tuple(min(night, self.until) for night in nights)


_DAY = timedelta(days=1)


def span_of(since: datetime | None, until: datetime | None, now: datetime, zone: tzinfo) -> Span:
    """The time that is meant: without a beginning the usual days; nothing of the future."""
    last = max(min(until or now, now), _EARLIEST).astimezone(zone)
    usual = datetime.combine(_last_day(last) - (USUAL_DAYS - 1) * _DAY, time(0), zone)
    first = max(min(since or usual, last), _EARLIEST).astimezone(zone)
    return Span(first, last, _days(first, last), zone, over=last < now)


_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Before there was anything to report on."""


def _last_day(until: datetime) -> date:
    """The day of the last moment: midnight belongs to the day that it ends."""
    return (until - timedelta(microseconds=1)).date()


def _days(since: datetime, until: datetime) -> tuple[date, ...]:
    """At least the usual days; of a long time every second day, every third, and so on."""
    last = _last_day(until)
    length = max((last - since.date()).days + 1, USUAL_DAYS)
    stride = -(-length // MOST_DAYS)
    count = -(-length // stride)
    return tuple(last - step * stride * _DAY for step in reversed(range(2 * count)))


@dataclass(frozen=True, slots=True)
class Standing:
    """A declared check with what it said last, and since when it says so."""

    check: Check
    verdict: PastVerdict | None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """Checks that stand otherwise than when the report begins."""

    failing: tuple[Check, ...] = ()
    warning: tuple[Check, ...] = ()
    recovered: tuple[Check, ...] = ()
    unknown: tuple[Check, ...] = ()
    """No longer evaluated."""
    never: tuple[Check, ...] = ()
    """Declared, and not evaluated a single time."""


@dataclass(frozen=True, slots=True)
class DatasetReport:
    """How one dataset stands, and how it stood when the report begins."""

    dataset: DatasetName
    standings: tuple[Standing, ...]
    changes: Changes
    score: int | None
    score_before: int | None

    @property
    def checked_at(self) -> datetime | None:
        """When one of its checks was evaluated last."""
        return max((each.at for each in self.verdicts), default=None)

    @property
    def verdicts(self) -> tuple[PastVerdict, ...]:
        """What its checks said last."""
        return tuple(each.verdict for each in self.standings if each.verdict is not None)

    @property
    def worst(self) -> Outcome:
        """The outcome that matters most; a check without a verdict counts as not evaluated."""
        outcomes = {
            each.verdict.outcome if each.verdict else Outcome.NOT_EVALUATED
            for each in self.standings
        }
        return max(outcomes, key=_badness)

    def count(self, outcome: Outcome) -> int:
        """How many of its checks ended so."""
        return sum(each.outcome is outcome for each in self.verdicts)


_badness = (Outcome.PASSED, Outcome.WARNED, Outcome.NOT_EVALUATED, Outcome.FAILED).index


@dataclass(frozen=True, slots=True)
class Trend:
    """The score at the end of each day, and of as many days before them."""

    days: tuple[date, ...]
    now: tuple[int | None, ...]
    before: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """How all datasets with checks stand together; a layer without any has no score."""

    datasets: tuple[DatasetReport, ...]
    score: int | None
    layers: Mapping[Layer, int]
    trend: Trend


def overview(declared: Declared, past: Past, span: Span) -> Overview:
    """How each dataset stands, and all of them, by the last verdict of each check."""
    now = {each.of: each.outcome for each in past.latest}
    layers = {layer: together(_scores(declared, now, layer)) for layer in Layer}
    return Overview(
        dataset_reports(declared, past, span),
        together(_scores(declared, now)),
        {layer: points for layer, points in layers.items() if points is not None},
        trend(declared, past, span),
    )


def _scores(
    declared: Declared, outcomes: Outcomes, layer: Layer | None = None
) -> Iterator[Score | None]:
    for dataset, subject in declared.items():
        if layer in (None, dataset.layer):
            yield _score(dataset, subject, outcomes)


def _score(dataset: DatasetName, subject: Subject, outcomes: Outcomes) -> Score | None:
    """The score over the checks that had a verdict; those that never had one are told apart."""
    graded = [
        Graded(outcomes[dataset, check.text], _severity(check))
        for check in subject.checks
        if (dataset, check.text) in outcomes
    ]
    return score(graded, subject.dependents)


def _severity(check: Check) -> Severity:
    form = form_of(check)
    return form.severity if form else Severity.BLOCK


def form_of(check: Check) -> Form | None:
    """What a check says; None where it can't be read."""
    try:
        return parsed(check.text)
    except Mistake:
        return None


def dataset_reports(declared: Declared, past: Past, span: Span) -> tuple[DatasetReport, ...]:
    """How each dataset with checks stands, in the order given."""
    (before,) = _states(past, (span.since,))
    latest = {each.of: each for each in past.latest}
    began = _began(past)
    return tuple(
        _dataset_report(dataset, subject, (latest, before, began))
        for dataset, subject in declared.items()
    )


def _dataset_report(
    dataset: DatasetName,
    subject: Subject,
    known: tuple[Mapping[Named, PastVerdict], Outcomes, Mapping[Named, datetime]],
) -> DatasetReport:
    latest, before, began = known
    named = {(dataset, check.text): check for check in subject.checks}
    now = {of: latest[of].outcome for of in named if of in latest}
    return DatasetReport(
        dataset,
        tuple(Standing(check, latest.get(of), began.get(of)) for of, check in named.items()),
        _changes(named, now, before),
        together([_score(dataset, subject, now)]),
        together([_score(dataset, subject, before)]),
    )


def _changes(named: Mapping[Named, Check], now: Outcomes, before: Outcomes) -> Changes:
    turned = [of for of in now if before.get(of) is not now[of]]
    better = {of for of in turned if of in before and _badness(now[of]) < _badness(before[of])}
    return Changes(
        failing=tuple(named[of] for of in turned if now[of] is Outcome.FAILED),
        warning=tuple(named[of] for of in turned if now[of] is Outcome.WARNED and of not in better),
        recovered=tuple(named[of] for of in turned if of in better and now[of] in _HOLDING),
        unknown=tuple(named[of] for of in turned if now[of] is Outcome.NOT_EVALUATED),
        never=tuple(check for of, check in named.items() if of not in now),
    )


def trend(declared: Declared, past: Past, span: Span) -> Trend:
    """The score over all these checks at the end of each day."""
    scores = tuple(together(_scores(declared, state)) for state in _states(past, span.ends))
    return Trend(span.days[span.half :], scores[span.half :], scores[: span.half])


def _states(past: Past, moments: Sequence[datetime]) -> Iterator[Outcomes]:
    """How the checks stood just before each moment; nothing where turns before it are left out."""
    state = {each.of: each.outcome for each in past.first}
    times = [each.at for each in past.turns]
    known_from = times[0] if len(times) >= MOST_TURNS else None
    done = 0
    for moment in moments:
        reached = bisect_left(times, moment)
        state |= {each.of: each.outcome for each in past.turns[done:reached]}
        done = max(done, reached)
        yield {} if known_from and moment < known_from else dict(state)


def _began(past: Past) -> Mapping[Named, datetime]:
    """Since when each check ends as it does; the earliest that is known."""
    began: dict[Named, datetime] = {}
    state: dict[Named, Outcome] = {}
    for each in (*past.first, *past.turns):
        if state.get(each.of) is not each.outcome:
            state[each.of], began[each.of] = each.outcome, each.at
    return began


def failed_rows(standing: Standing) -> int | None:
    """How many rows a check found wanting last, where it is one that counts rows."""
    said = standing.verdict
    if said is None or said.outcome not in (Outcome.FAILED, Outcome.WARNED):
        return None
    count = _WHOLE.fullmatch(said.value or "")
    return int(count[1]) if count and _counts_rows(form_of(standing.check)) else None


_WHOLE = re.compile(r"([0-9]{1,18})(?:\.0*)?")


def _counts_rows(form: Form | None) -> bool:
    match form:
        case Form(rule=FailedRowsCheck() | ReferenceCheck()):
            return True
        case Form(rule=MetricCheck(measure=measure, change=None)):
            return measure.metric in ("missing_count", "invalid_count")
        case _:
            return False
