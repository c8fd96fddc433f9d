"""A summary as a card that fits into every chat."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo

from engine.cards import (
    Button,
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
from engine.digests.model import OpenOf, Period, PipelineTally, Quality, Summary, Tally
from engine.quality.report import Trend
from engine.quality.span import day_told

SHOWN_PIPELINES = 10
SHOWN_NAMES = 5
"""Of what is listed in a line, so many are named."""

_HOUR = 3600.0
_MINUTE = 60.0
_SHORTEST_LINE = 2


def digest_card(summary: Summary, title: str = "") -> Card:
    """What happened; where nothing did, that is said in a line."""
    return Card(
        kind=CardKind.DIGEST,
        severity=_severity(summary),
        title=title or f"Digest {told(summary.period)}",
        text="\n".join(_lines(summary)),
        facts=tuple(_facts(summary)),
        table=_table(summary),
        chart=_chart(summary.quality.trend) if summary.quality else None,
        buttons=tuple(_buttons(summary)),
    )


def told(period: Period) -> str:
    """«of Mon 2 Mar 2026», «from Mon 23 Feb to Mon 2 Mar 2026», with times within a day."""
    since, until = (each.astimezone(period.zone) for each in (period.since, period.until))
    if period.length < timedelta(days=1):
        return f"from {day_told(since)} {since:%H:%M} to {_moment(until, period.zone)}"
    return f"from {day_told(since)} to {day_told(until)} {until:%Y}"


def _severity(summary: Summary) -> Severity:
    if any(each.critical for each in summary.open):
        return Severity.CRITICAL
    if summary.open or summary.now.failed or summary.personal:
        return Severity.WARNING
    return Severity.SUCCESS if summary.now.ended else Severity.INFO


def _lines(summary: Summary) -> Iterator[str]:
    if not summary.now.ended:
        since = _length(summary.period.length)
        before = ", nor in the time before" if not summary.before.ended else ""
        yield f"No run ended in {since}{before}."
    slowest = next((each for each in summary.slowest() if each.now.seconds), None)
    if slowest is not None and len(summary.slowest()) > 1:
        yield f"Slowest: {slowest.title} with {_seconds(slowest.now.seconds)}."
    improved = summary.most_improved()
    if improved is not None:
        gained = f"{_seconds(improved.now.seconds)} instead of {_seconds(improved.before.seconds)}"
        yield f"Most improved: {improved.title} takes {gained}."


def _facts(summary: Summary) -> Iterator[Fact]:
    if summary.now.ended or summary.before.ended:
        yield Fact("Runs", _runs(summary.now, summary.before))
    if summary.quality is not None and summary.quality.score is not None:
        yield Fact("Quality", _scored(summary.quality))
    yield Fact("Open incidents", _open(summary.open))
    if summary.personal:
        found = [f"{each.column} ({each.entity})" for each in summary.personal]
        yield Fact("New personal data", _some(found))
    if summary.ahead:
        zone = summary.period.zone
        ahead = [f"{each.what} {_moment(each.next_due, zone)}" for each in summary.ahead]
        yield Fact("Next", _some(ahead, "; "))


def _runs(now: Tally, before: Tally) -> str:
    return f"{_rated(now)} (before: {_rated(before)})"


def _rated(tally: Tally) -> str:
    """«120, 97 % succeeded»; what nobody judges has no rate."""
    if tally.rate is None:
        return f"{tally.ended:,}"
    # 99.6 % are not all: only all of them are 100 %
    percent = 100 if tally.rate == 1 else min(99, round(tally.rate * 100))
    return f"{tally.ended:,}, {percent} % succeeded"


def _scored(quality: Quality) -> str:
    score = f"{quality.score} of 100"
    if quality.before is None or quality.before == quality.score:
        return score if quality.before is None else f"{score}, as before"
    return f"{score} ({quality.before} before)"


def _open(owners: Sequence[OpenOf]) -> str:
    if not owners:
        return "none"
    ranked = sorted(owners, key=lambda each: (-each.critical, -each.open, each.owner))
    total = sum(each.open for each in owners)
    return f"{total:,}: {_some([_owned(each) for each in ranked], '; ')}"


def _owned(each: OpenOf) -> str:
    critical = f", {each.critical:,} critical" if each.critical else ""
    oldest = f", oldest {each.oldest}" if each.oldest else ""
    return f"{each.owner or 'without owner'} {each.open:,}{critical}{oldest}"


def _some(names: Sequence[str], between: str = ", ") -> str:
    more = len(names) - SHOWN_NAMES
    told_of = [*names[:SHOWN_NAMES], *([f"and {more:,} more"] if more > 0 else ())]
    return between.join(told_of)


def _table(summary: Summary) -> CardTable | None:
    ran = summary.slowest()
    if not ran:
        return None
    rows = tuple(_row(each) for each in ran[:SHOWN_PIPELINES])
    more = len(ran) - SHOWN_PIPELINES
    if more > 0:
        rest = counted(more + 1, "other pipeline")
        rows = (*rows[:-1], (f"and {rest}", "", "", "", ""))
    return CardTable(("Pipeline", "Runs", "Failed", "Takes", "Before"), rows)


def _row(each: PipelineTally) -> tuple[str, ...]:
    return (
        each.title,
        f"{each.now.ended:,}",
        f"{each.now.failed:,}",
        _seconds(each.now.seconds),
        _seconds(each.before.seconds),
    )


def _chart(days: Trend) -> Chart | None:
    """The score by day; a single point is no line."""
    if sum(score is not None for score in days.now) < _SHORTEST_LINE:
        return None
    labels = tuple(day_told(each) for each in days.days)
    return Chart(ChartKind.LINE, "Score by day", labels, (Series("Score", days.now),))


def _buttons(summary: Summary) -> Iterator[Button]:
    if summary.open:
        yield Button("Incidents", "list incidents")
    if summary.now.failed:
        yield Button("Failed runs", "list failed runs")
    yield Button("Quality", "quality report")
    yield Button("Schedules", "list schedules")


def _seconds(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    if seconds >= _HOUR:
        return f"{seconds / _HOUR:.1f} h"
    return f"{seconds / _MINUTE:.1f} min" if seconds >= 2 * _MINUTE else f"{seconds:.1f} s"


def _length(length: timedelta) -> str:
    days = round(length / timedelta(days=1))
    if days > 1:
        return f"these {days:,} days"
    return "this day" if length >= timedelta(hours=20) else "this time"


def _moment(moment: datetime, zone: tzinfo) -> str:
    there = moment.astimezone(zone)
    return f"{day_told(there)} {there:%H:%M %Z}"
