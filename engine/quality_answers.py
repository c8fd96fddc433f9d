"""Answers about quality out of the last verdicts: how one dataset stands, or all of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from types import MappingProxyType

from engine.alerts.quality_steps import first_steps, next_steps, suggestion
from engine.alerts.wording import owner_fact
from engine.cards import (
    Button,
    ButtonStyle,
    Card,
    CardKind,
    CardTable,
    Chart,
    ChartKind,
    Fact,
    Series,
    Severity,
    counted,
)
from engine.catalog.model import Check, DatasetName, Layer, Project
from engine.clock import Clock
from engine.quality.model import Outcome
from engine.quality.past import Named, VerdictHistory, newest
from engine.quality.report import (
    Changes,
    DatasetReport,
    Declared,
    Hold,
    Overview,
    Past,
    Standing,
    Trend,
    dataset_reports,
    declared_in,
    failed_rows,
    named_checks,
    overview,
    subject_of,
    trend,
)
from engine.quality.span import Span, day_told, span_of
from engine.quality.wording import measured, title

SHOWN_DATASETS = 20
SHOWN_CHANGES = 5
_BUTTONS = 4


class QualityReports:
    """What people hear when they ask how good data is; no check is run for it."""

    def __init__(
        self,
        project: Project,
        history: VerdictHistory,
        clock: Clock,
        zone: tzinfo,
    ) -> None:
        self._project = project
        self._history = history
        self._clock = clock
        self._zone = zone

    async def of(
        self, dataset: DatasetName | None, since: datetime | None, until: datetime | None
    ) -> Card:
        """The report on a dataset of the project, or on all of them; raises DatabaseError."""
        span = span_of(since, until, self._clock.now(), self._zone)
        if dataset is not None:
            return await self._one(dataset, span)
        declared = declared_in(self._project)
        if not declared:
            return nothing_declared(self._project)
        past = await self._course(declared, span)
        return all_card(self._project, overview(declared, past, span), span)

    async def _one(self, dataset: DatasetName, span: Span) -> Card:
        declared = {dataset: subject_of(self._project, dataset)}
        if not declared[dataset].checks:
            return without_checks(self._project, dataset)
        past = await self._turns(dataset, named_checks(declared), span)
        (report,) = dataset_reports(declared, past, span)
        if not report.verdicts:
            return never_checked(self._project, report)
        return dataset_card(self._project, report, trend(declared, past, span), span)

    async def _turns(self, dataset: DatasetName, checks: Sequence[Named], span: Span) -> Past:
        """What the checks of one dataset said, of both of its versions."""
        return Past(
            latest=await self._history.latest(checks, span.until),
            turns=await self._history.turns(dataset, span.until),
            published=await self._history.published(checks, span.until),
            publications=await self._history.publications((dataset,), span.until),
        )

    async def _course(self, declared: Declared, span: Span) -> Past:
        """How the checks of all datasets stood at the moments that their card shows."""
        history, checks = self._history, named_checks(declared)
        course = await history.course(checks, (span.since, *span.ends))
        latest = newest(course)
        unclear = [each.of for each in latest if each.outcome is Outcome.NOT_EVALUATED]
        return Past(
            latest=latest,
            course=course,
            evaluated=await history.evaluated(unclear, span.until),
            publications=await history.publications(tuple(declared), span.until),
        )


def dataset_card(project: Project, report: DatasetReport, days: Trend, span: Span) -> Card:
    """How the checks of one dataset stand, since when, and what changed.

    Where a newer version is held back it tells of that one, and of what is published instead.
    """
    return Card(
        kind=CardKind.REPLY,
        severity=_severity([report]),
        title=f"{report.dataset}: {_standing(report)}",
        text="\n".join((*_held_back([report], span), *_changed([report], span))),
        facts=(
            Fact("Score", _compared(report.score, report.score_before, span)),
            *_published(report, span),
            Fact("Checks", _counts(report)),
            *_failed_rows(report),
            *_last_checked([report], span),
            *owner_fact(project, report.dataset),
        ),
        table=_checks_table(report, span),
        chart=_chart(days),
        buttons=tuple(next_steps(project, report)),
    )


def all_card(project: Project, found: Overview, span: Span) -> Card:
    """How all datasets with checks stand, the worst first."""
    ranked = found.worst_first
    without = _without_checks(project, ranked)
    return Card(
        kind=CardKind.REPLY,
        severity=_severity(ranked),
        title=f"Quality {span.told}: {_scored(found.score)}",
        text="\n".join((*_held_back(found.datasets, span), *_changed(found.datasets, span))),
        facts=(
            *(Fact(layer.capitalize(), _scored(score)) for layer, score in found.layers.items()),
            *_last_checked(ranked, span),
            *_left_out(ranked),
            *((Fact("Without checks", without),) if without else ()),
        ),
        table=_datasets_table(project, ranked, span),
        chart=_chart(found.trend),
        buttons=tuple(
            Button(str(each.dataset), f"how good is {each.dataset}") for each in ranked[:_BUTTONS]
        ),
    )


def without_checks(project: Project, dataset: DatasetName) -> Card:
    """That nothing is known of a dataset, since nobody declared what must hold of it."""
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.WARNING,
        title=f"{dataset} has no checks",
        text="Nobody declared what must hold of it, so nobody knows how good it is.",
        facts=tuple(owner_fact(project, dataset)),
        buttons=(suggestion(dataset, ButtonStyle.PRIMARY),),
    )


def never_checked(project: Project, report: DatasetReport) -> Card:
    """That the checks of a dataset were not evaluated in the time that is meant, nor before."""
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.WARNING,
        title=f"{report.dataset} was not checked yet",
        text=_none_evaluated([report]),
        facts=tuple(owner_fact(project, report.dataset)),
        table=CardTable(("Check",), tuple((title(each.check),) for each in report.standings)),
        buttons=tuple(first_steps(project, report)),
    )


def nothing_declared(project: Project) -> Card:
    """That there is not a single check."""
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.WARNING,
        title=f"No dataset of {project.name} has checks",
        text="Nobody declared what must hold, so nobody knows how good the data is.",
        buttons=tuple(suggestion(each.silver) for each in project.tables[:_BUTTONS]),
    )


def _severity(reports: Sequence[DatasetReport]) -> Severity:
    return max((_SEVERITIES[each.worst] for each in reports), key=list(Severity).index)


_SEVERITIES: Mapping[Outcome, Severity] = MappingProxyType(
    {
        Outcome.PASSED: Severity.SUCCESS,
        Outcome.WARNED: Severity.WARNING,
        Outcome.NOT_EVALUATED: Severity.WARNING,
        Outcome.FAILED: Severity.CRITICAL,
    }
)


def _standing(report: DatasetReport) -> str:
    """The score of the newest version, and whether that is the one that people read."""
    told = _scored(report.score)
    if report.awaits_publication:
        return f"{told}, not published yet"
    if report.hold is None:
        return told
    published = "the published version was not checked yet"
    if report.published_score is not None:
        published = f"{_scored(report.published_score)} published"
    return f"{told} held back, {published}"


def _scored(score: int | None) -> str:
    return "not checked yet" if score is None else f"{score} of 100"


def _compared(score: int | None, before: int | None, span: Span) -> str:
    if before is None:
        return _scored(score)
    return f"{_scored(score)} ({before} on {span.moment(span.since)})"


def _counts(report: DatasetReport) -> str:
    told = [f"{count} {each}" for each in Outcome if (count := report.count(each))]
    never = len(report.changes.never)
    if never:
        told.append(f"{never} never evaluated")
    return ", ".join((*told, "held back") if report.hold else told)


def _failed_rows(report: DatasetReport) -> Iterator[Fact]:
    """What the checks that count rows found; a row that fails two of them is in both."""
    found = [rows for each in report.standings if (rows := failed_rows(each)) is not None]
    if found:
        yield Fact("Failed rows", f"{sum(found):,} in {counted(len(found), 'check')}")


def _published(report: DatasetReport, span: Span) -> Iterator[Fact]:
    """What people read, where that is not what the report is about."""
    if report.awaits_publication:
        yield Fact("Published", "not yet")
    elif report.publication is not None and report.hold is not None:
        of = f"{span.moment(report.publication.at)} (run {report.publication.run_id})"
        yield Fact("Published", f"{_scored(report.published_score)}, the version of {of}")


def _last_checked(reports: Sequence[DatasetReport], span: Span) -> Iterator[Fact]:
    newest = max(
        (each for report in reports for each in (*report.verdicts, *report.published.values())),
        key=lambda each: each.at,
        default=None,
    )
    if newest is not None:
        yield Fact("Last checked", f"{span.moment(newest.at)} (run {newest.run_id})")


def _held_back(reports: Sequence[DatasetReport], span: Span) -> Iterator[str]:
    """Which newer versions are not published, since when, and why."""
    several = len(reports) > 1
    for each in reports:
        if each.hold is not None:
            of = f" of {each.dataset}" if several else ""
            yield _hold_told(each.hold, each.dataset, of, span)
        if each.hold is not None and not several:
            yield "The version before it stays." if each.publication else _NOTHING_YET


_NOTHING_YET = "Nothing of it was published before."


def _hold_told(hold: Hold, dataset: DatasetName, of: str, span: Span) -> str:
    when = span.moment(hold.at)
    if not hold.checks:
        return f"Run {hold.run_id} checked a newer version{of} on {when} and did not publish it."
    why = _listed([(dataset, each) for each in hold.checks], several=False)
    return f"Run {hold.run_id} held a newer version{of} back on {when}: {why}."


def _none_evaluated(reports: Sequence[DatasetReport]) -> str:
    count = sum(len(each.standings) for each in reports)
    return f"{counted(count, 'check')} declared, none evaluated."


def _changed(reports: Sequence[DatasetReport], span: Span) -> Iterator[str]:
    if not any(each.verdicts for each in reports):
        yield _none_evaluated(reports)
        return
    told = False
    for what, choose in _CHANGES:
        found = [(each.dataset, check) for each in reports for check in choose(each.changes)]
        if found:
            told = True
            yield f"{what}: {_listed(found, several=len(reports) > 1)}."
    if told:
        return
    if all(each.score_before is None for each in reports):
        yield f"There is nothing from before {span.moment(span.since)} to compare with."
    else:
        yield f"Nothing changed {span.told}."


_CHANGES: tuple[tuple[str, Callable[[Changes], tuple[Check, ...]]], ...] = (
    ("Newly failing", lambda changes: changes.failing),
    ("Newly warning", lambda changes: changes.warning),
    ("No longer evaluated", lambda changes: changes.unknown),
    ("Not evaluated", lambda changes: changes.unclear),
    ("Recovered", lambda changes: changes.recovered),
    ("Never evaluated", lambda changes: changes.never),
)


def _listed(found: Sequence[tuple[DatasetName, Check]], *, several: bool) -> str:
    names = [f"{dataset} {title(check)}" if several else title(check) for dataset, check in found]
    more = len(names) - SHOWN_CHANGES
    return "; ".join(names[:SHOWN_CHANGES]) + (f"; and {more:,} more" if more > 0 else "")


def _checks_table(report: DatasetReport, span: Span) -> CardTable:
    worst_first = sorted(report.standings, key=lambda each: -each.outcome.badness)
    columns = ("Check", "Verdict", "Measured", span.zoned("Since"))
    rows = tuple(_check_row(each, span) for each in worst_first)
    if report.hold is None or report.publication is None:
        return CardTable(columns, rows)
    both = zip(rows, worst_first, strict=True)
    return CardTable(
        (*columns, "Published version"),
        tuple((*row, _of_published(report, each)) for row, each in both),
    )


def _of_published(report: DatasetReport, standing: Standing) -> str:
    said = report.published.get(standing.check.text)
    return "never evaluated" if said is None else str(said.outcome)


def _check_row(standing: Standing, span: Span) -> tuple[str, ...]:
    said, since = standing.verdict, standing.since
    if said is None:
        return title(standing.check), "never evaluated", "", ""
    began = "" if since is None else span.in_a_cell(since)
    told = measured(said.outcome, said.value, said.reason, standing.check)
    return title(standing.check), str(said.outcome), told, began


def _datasets_table(project: Project, reports: Sequence[DatasetReport], span: Span) -> CardTable:
    checked = span.zoned("Last checked")
    columns = ("Dataset", "Score", f"On {day_told(span.since)}", "Checks", checked, "Owner")
    rows = tuple(_dataset_row(project, each, span) for each in reports[:SHOWN_DATASETS])
    if any(each.score_before is not None for each in reports):
        return CardTable(columns, rows)
    return CardTable((*columns[:2], *columns[3:]), tuple((*row[:2], *row[3:]) for row in rows))


def _left_out(reports: Sequence[DatasetReport]) -> Iterator[Fact]:
    if len(reports) > SHOWN_DATASETS:
        yield Fact("Shown", f"the {SHOWN_DATASETS} worst of {len(reports):,} datasets")


def _dataset_row(project: Project, report: DatasetReport, span: Span) -> tuple[str, ...]:
    owner = next((fact.value for fact in owner_fact(project, report.dataset)), "")
    return (
        str(report.dataset),
        *("–" if each is None else str(each) for each in (report.score, report.score_before)),
        _counts(report),
        "never" if report.checked_at is None else span.in_a_cell(report.checked_at),
        owner,
    )


def _without_checks(project: Project, reports: Sequence[DatasetReport]) -> str:
    """Names of datasets that could have checks and have none; bronze is as it came."""
    checked = {each.dataset for each in reports}
    names = [str(each) for each in project.datasets() if each not in checked]
    return ", ".join(name for name in names if not name.startswith(f"{Layer.BRONZE}."))


def _chart(days: Trend) -> Chart | None:
    """The score of the last days against as many before; a single point is no line."""
    if sum(score is not None for score in days.now) < _SHORTEST_LINE:
        return None
    length = (days.days[-1] - days.days[0]).days + 1
    lines = [Series(f"These {length} days", days.now)]
    if any(score is not None for score in days.before):
        lines.append(Series(f"The {length} days before", days.before))
    labels = tuple(day_told(each) for each in days.days)
    return Chart(ChartKind.LINE, "Score by day", labels, tuple(lines))


_SHORTEST_LINE = 2
