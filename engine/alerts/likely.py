"""What is likely to be the cause of trouble: what changed since the last good run."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import dropwhile, islice, takewhile

from engine.alerts.incidents.model import Incident
from engine.cards import readable
from engine.catalog.model import DatasetName
from engine.quality.anomaly import expectation, judged_against
from engine.quality.history import Point
from engine.recurrence import listed
from engine.runs.model import WRITING, Run, Step, StepKind, StepStatus, WentBy

TOLD = 2
"""So many causes are told: the likeliest first."""

_NO_NEWS = "no new delivery"
_NAMED = 3


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a definition, as people call it."""

    name: str
    verb: str
    digest: Callable[[WentBy], str]


_PARTS = (
    _Part("declaration", "was", lambda each: each.declaration),
    _Part("checks", "were", lambda each: each.checks),
    _Part("privacy rules", "were", lambda each: each.privacy),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the time since a dataset was well."""

    dataset: DatasetName
    above: Collection[DatasetName]
    """All that it is made from."""
    run: Run
    """The one that shows the trouble."""
    before: Sequence[Run] = ()
    """The runs before it that work on the dataset, newest first."""
    incidents: Sequence[Incident] = ()
    """Those that are open about what is above."""
    zone: tzinfo = UTC

    @property
    def good(self) -> Sequence[Run]:
        """The runs before it that wrote the dataset, newest first."""
        return tuple(each for each in self.before if wrote(each, self.dataset))

    @property
    def since(self) -> Sequence[Run]:
        """The run and those before it, back to the last good one, newest first."""
        failed = takewhile(lambda each: not wrote(each, self.dataset), self.before)
        return self.run, *failed

    @property
    def until(self) -> Sequence[Run]:
        """The last good run and those before it, newest first."""
        return tuple(dropwhile(lambda each: not wrote(each, self.dataset), self.before))

    @property
    def last_good(self) -> str:
        """When it was well, such as `Mon 23 Nov 09:00`; of what never was nobody may ask."""
        there = went_well_at(self.good[0]).astimezone(self.zone)
        return f"{there:%a} {there.day} {there:%b %H:%M}"


def wrote(run: Run, dataset: DatasetName) -> bool:
    """Whether a run wrote a dataset, whatever became of the rest of the run."""
    return any(
        step.dataset == dataset and step.kind in WRITING and step.status is StepStatus.SUCCEEDED
        for step in run.steps
    )


def went_well_at(run: Run) -> datetime:
    """When a run was over, or was asked for as long as it is not."""
    return run.finished_at or run.requested_at


def likely_causes(facts: Facts) -> tuple[str, ...]:
    """The likeliest causes, a sentence each; a run that failed like the one before loses none."""
    if not facts.good:
        return ()
    causes = (
        *_upstream(facts),
        *_redefined(facts),
        *_news(facts),
        *_volume(facts),
        *_updated(facts),
    )
    return tuple(islice(causes, TOLD))


def _upstream(facts: Facts) -> Iterator[str]:
    """Trouble above that is not as severe, and so an incident of its own."""
    found = [each for each in facts.incidents if each.cause.dataset in facts.above]
    if found:
        first = min(found, key=lambda each: each.number)
        yield f"Likely from above: {first.id}, {first.cause.card.title}."


def _redefined(facts: Facts) -> Iterator[str]:
    """What somebody changed of how the dataset, or what is above it, is made and judged."""
    worked = {step.dataset for run in facts.since for step in run.steps}
    datasets = (facts.dataset, *sorted(worked.intersection(facts.above)))
    changed = [
        (part, dataset)
        for dataset in datasets
        for part in _PARTS
        if _differs(facts, _noted(part, dataset))
    ]
    if changed:
        named = [f"the {part.name} of {dataset}" for part, dataset in changed[:_NAMED]]
        more = [f"{len(changed) - _NAMED} more"] if len(changed) > _NAMED else []
        what, verb = listed((*named, *more)), changed[0][0].verb if len(changed) == 1 else "were"
        yield f"T{what[1:]} {verb} changed since the last good run on {facts.last_good}."


def _noted(part: _Part, dataset: DatasetName) -> Callable[[Step], str]:
    return lambda step: part.digest(step.report.went_by) if step.dataset == dataset else ""


def _updated(facts: Facts) -> Iterator[str]:
    """Another version of Atlas may work in another way."""

    def version(step: Step) -> str:
        return step.report.went_by.version

    if _differs(facts, version):
        now, then = _newest(facts.since, version), _newest(facts.until, version)
        span = f"from {then} to {now} since the last good run on {facts.last_good}"
        yield f"Atlas was updated {span}."


def _differs(facts: Facts, noted: Callable[[Step], str]) -> bool:
    """Whether what steps noted is another one now than when it was well; both must be known."""
    now, then = _newest(facts.since, noted), _newest(facts.until, noted)
    return bool(now and then) and now != then


def _newest(runs: Iterable[Run], noted: Callable[[Step], str]) -> str:
    found = (noted(step) for run in runs for step in reversed(run.steps))
    return next(filter(None, found), "")


def _news(facts: Facts) -> Iterator[str]:
    """What the runs noted as new of deliveries on the way to the dataset."""
    told = dict.fromkeys(
        f"{step.dataset}: {note}"
        for run in facts.since
        for step in _deliveries(run, facts)
        for note in step.report.notes
        if note != _NO_NEWS
    )
    if told:
        more = f"; and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
        yield f"New since the last good run: {'; '.join(list(told)[:_NAMED])}{more}."


def _volume(facts: Facts) -> Iterator[str]:
    """A delivery with far more or fewer rows than those that went well make likely."""
    for run in facts.since:
        for step in _deliveries(run, facts):
            rows, usual = step.report.counts.loaded, _usual(facts.good, step.dataset)
            at = run.started_at or run.requested_at
            ordinary = expectation(usual, at) if rows else None
            if rows and ordinary and judged_against(ordinary, rows):
                span = f"{readable(round(ordinary.low))} to {readable(round(ordinary.high))}"
                yield f"{step.dataset} got {readable(rows)} rows; {span} are usual."
                return


def _usual(good: Sequence[Run], dataset: DatasetName) -> list[Point]:
    return [
        Point(step.report.counts.loaded, run.started_at or run.requested_at, run.id, accepted=True)
        for run in good
        for step in run.steps
        if step.dataset == dataset and step.kind is StepKind.INGEST and step.report.counts.loaded
    ]


def _deliveries(run: Run, facts: Facts) -> Iterator[Step]:
    for step in run.steps:
        if step.kind is StepKind.INGEST and step.dataset in {facts.dataset, *facts.above}:
            yield step
