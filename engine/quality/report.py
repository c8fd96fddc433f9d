"""What past verdicts tell of datasets: how their checks stand, what changed, the score by day."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from engine.catalog.model import Check, DatasetName, Layer, Project
from engine.quality.model import Outcome
from engine.quality.past import HOLDING, MOST_TURNS, Named, PastVerdict, Publication
from engine.quality.score import Graded, Score, score, together
from engine.quality.span import Span
from engine.quality.wording import lacks_history
from engine.sodacl.mistakes import Mistake
from engine.sodacl.model import FailedRowsCheck, Form, MetricCheck, ReferenceCheck, Severity
from engine.sodacl.parse import parsed

Outcomes = Mapping[Named, Outcome]


@dataclass(frozen=True, slots=True)
class Subject:
    """The checks declared for a dataset, and how many datasets are made from it."""

    checks: tuple[Check, ...]
    dependents: int = 0


Declared = Mapping[DatasetName, Subject]


def subject_of(project: Project, dataset: DatasetName) -> Subject:
    """What a project says of a dataset."""
    return Subject(project.checks_of(dataset), len(project.downstream_of(dataset)))


def declared_in(project: Project) -> Declared:
    """The datasets of a project that have checks."""
    subjects = ((each, subject_of(project, each)) for each in project.datasets())
    return {dataset: subject for dataset, subject in subjects if subject.checks}


def named_checks(declared: Declared) -> tuple[Named, ...]:
    """The checks of these datasets by their names."""
    return tuple((name, check.text) for name, each in declared.items() for check in each.checks)


@dataclass(frozen=True, slots=True)
class Past:
    """What was read of each check: its newest verdict, and how it stood before that.

    Each turn of it or, which is less, its course: how it stood at some moments, and whether it was
    ever evaluated. Beside that what was said of the published tables, and when these were
    published.
    """

    latest: tuple[PastVerdict, ...] = ()
    turns: tuple[PastVerdict, ...] = ()
    course: tuple[PastVerdict, ...] = ()
    evaluated: Collection[Named] = frozenset()
    published: tuple[PastVerdict, ...] = ()
    publications: tuple[Publication, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """A declared check with what it said last, and since when it says so."""

    check: Check
    verdict: PastVerdict | None
    since: datetime | None = None

    @property
    def outcome(self) -> Outcome:
        """How it ended last; without a verdict it is not evaluated."""
        return self.verdict.outcome if self.verdict else Outcome.NOT_EVALUATED


@dataclass(frozen=True, slots=True)
class Changes:
    """Checks that stand otherwise than when the report begins."""

    failing: tuple[Check, ...] = ()
    warning: tuple[Check, ...] = ()
    recovered: tuple[Check, ...] = ()
    unknown: tuple[Check, ...] = ()
    """No longer evaluated."""
    unclear: tuple[Check, ...] = ()
    """Looked at since then, and not evaluated a single time."""
    never: tuple[Check, ...] = ()
    """Declared, and not looked at a single time."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A newer version that was not published: which run made it, when, and what kept it back."""

    run_id: str
    at: datetime
    checks: tuple[Check, ...] = ()
    """Empty where it was not for a check."""


@dataclass(frozen=True, slots=True)
class DatasetReport:
    """How one dataset stands, and how it stood when the report begins."""

    dataset: DatasetName
    standings: tuple[Standing, ...]
    changes: Changes
    score: int | None
    score_before: int | None
    hold: Hold | None = None
    publication: Publication | None = None
    """None where nothing of it was published yet."""
    published: Mapping[str, PastVerdict] = field(default_factory=dict)
    """What each check said last of the published version."""
    published_score: int | None = None

    @property
    def checked_at(self) -> datetime | None:
        """When one of its checks was evaluated last."""
        return max((each.at for each in self.verdicts), default=None)

    @property
    def awaits_publication(self) -> bool:
        """Whether nobody can read it yet; raw rows are there as soon as they came."""
        return self.publication is None and self.dataset.layer is not Layer.BRONZE

    @property
    def verdicts(self) -> tuple[PastVerdict, ...]:
        """What its checks said last."""
        return tuple(each.verdict for each in self.standings if each.verdict is not None)

    @property
    def worst(self) -> Outcome:
        """The outcome that matters most."""
        return max((each.outcome for each in self.standings), key=lambda each: each.badness)

    def count(self, outcome: Outcome) -> int:
        """How many of its checks ended so."""
        return sum(each.outcome is outcome for each in self.verdicts)


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

    @property
    def worst_first(self) -> tuple[DatasetReport, ...]:
        """Its datasets: what fails is worse than what nobody knows, that is worse than fine."""
        return tuple(
            sorted(self.datasets, key=lambda each: _UNKNOWN if each.score is None else each.score)
        )


_UNKNOWN = 99.5


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
    known = _Known(latest, before, _began(past), _ever_evaluated(past))
    return tuple(
        _with_publication(_dataset_report(dataset, subject, known), subject, past, span.until)
        for dataset, subject in declared.items()
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of every check, by its dataset and text."""

    latest: Mapping[Named, PastVerdict]
    before: Outcomes
    began: Mapping[Named, datetime]
    evaluated: Collection[Named]


def _dataset_report(dataset: DatasetName, subject: Subject, known: _Known) -> DatasetReport:
    latest, began = known.latest, known.began
    named = {(dataset, check.text): check for check in subject.checks}
    now = {of: latest[of].outcome for of in named if of in latest}
    return DatasetReport(
        dataset,
        tuple(Standing(check, latest.get(of), began.get(of)) for of, check in named.items()),
        _changes(named, now, known),
        together([_score(dataset, subject, now)]),
        together([_score(dataset, subject, known.before)]),
    )


def _with_publication(
    report: DatasetReport, subject: Subject, past: Past, until: datetime
) -> DatasetReport:
    """The report with what is published, and which newer version is not."""
    dataset = report.dataset
    publication = next((each for each in past.publications if each.dataset == dataset), None)
    published = {each.check: each for each in past.published if each.dataset == dataset}
    outcomes = {each.of: each.outcome for each in published.values()}
    return replace(
        report,
        hold=_hold(report, publication, until),
        publication=publication,
        published=published if publication else {},
        published_score=together([_score(dataset, subject, outcomes)]) if publication else None,
    )


def _hold(report: DatasetReport, publication: Publication | None, until: datetime) -> Hold | None:
    """The newest version that was held back, unless a later one was published."""
    held = [
        each
        for each in report.verdicts
        if each.version is not None
        and each.version.was_held_back(until)
        and (publication is None or publication.at < each.at)
    ]
    if not held:
        return None
    newest = max(held, key=lambda each: each.at)
    broken = {each.check for each in held if each.run_id == newest.run_id and _blocks(each)}
    checks = tuple(each.check for each in report.standings if each.check.text in broken)
    return Hold(newest.run_id, newest.at, checks)


def _blocks(said: PastVerdict) -> bool:
    """Whether a verdict keeps its dataset from being published, as the gate decides."""
    if said.outcome is not Outcome.NOT_EVALUATED:
        return not said.holds
    form = form_of(Check(said.check))
    gentle = form is not None and (form.open_when_unknown or form.severity is Severity.WARN)
    return not (gentle or lacks_history(said.reason))


def _changes(named: Mapping[Named, Check], now: Outcomes, known: _Known) -> Changes:
    before = known.before
    turned = [of for of in now if before.get(of) is not now[of]]
    better = {of for of in turned if of in before and now[of].badness < before[of].badness}
    unknown = [of for of in turned if now[of] is Outcome.NOT_EVALUATED]
    return Changes(
        failing=tuple(named[of] for of in turned if now[of] is Outcome.FAILED),
        warning=tuple(named[of] for of in turned if now[of] is Outcome.WARNED and of not in better),
        recovered=tuple(named[of] for of in turned if of in better and now[of] in HOLDING),
        unknown=tuple(named[of] for of in unknown if of in known.evaluated),
        unclear=tuple(named[of] for of in unknown if of not in known.evaluated),
        never=tuple(check for of, check in named.items() if of not in now),
    )


def trend(declared: Declared, past: Past, span: Span) -> Trend:
    """The score over all these checks at the end of each day."""
    scores = tuple(together(_scores(declared, state)) for state in _states(past, span.ends))
    return Trend(span.days[span.half :], scores[span.half :], scores[: span.half])


def _states(past: Past, moments: Sequence[datetime]) -> Iterator[Outcomes]:
    """How the checks stood just before each moment; nothing where turns before it are left out."""
    state: dict[Named, Outcome] = {}
    said = (*past.course, *past.turns)
    times = [each.at for each in said]
    known_from = times[0] if len(past.turns) >= MOST_TURNS else None
    done = 0
    for moment in moments:
        reached = bisect_left(times, moment)
        state |= {each.of: each.outcome for each in said[done:reached]}
        done = max(done, reached)
        yield {} if known_from and moment < known_from else dict(state)


def _ever_evaluated(past: Past) -> Collection[Named]:
    """The checks of which anything else was said than that they are not evaluated."""
    said = (*past.course, *past.turns)
    known = {each.of for each in said if each.outcome is not Outcome.NOT_EVALUATED}
    return known.union(past.evaluated)


def _began(past: Past) -> Mapping[Named, datetime]:
    """Since when each check ends as it does; the earliest that is known."""
    began: dict[Named, datetime] = {}
    state: dict[Named, Outcome] = {}
    for each in past.turns:
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
