"""Fill a command with the slots of a sentence; several where the sentence leaves a choice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice, product
from types import MappingProxyType

from engine.commands import (
    AcceptChecks,
    AcceptFinding,
    Acknowledge,
    Assign,
    Audit,
    Backfill,
    BackfillStatus,
    CancelRun,
    CheckAnonymity,
    CheckQuality,
    Command,
    ConfirmErasure,
    DeleteQuarantine,
    DeleteSchedule,
    DescribePipeline,
    DigestNow,
    ExpectValues,
    ExplainRoute,
    ExplainRun,
    Help,
    ListErasures,
    ListIncidents,
    ListPipelines,
    ListQuarantine,
    ListRuns,
    ListSchedules,
    ListSubscriptions,
    ListUndelivered,
    Mute,
    PauseSchedule,
    PrivacyReport,
    QualityReport,
    RejectFinding,
    ReleaseQuarantine,
    Resolve,
    ResumeSchedule,
    RetryRun,
    RevealValue,
    RunPipeline,
    RunStatus,
    ScanPrivacy,
    ScheduleDigest,
    SchedulePipeline,
    SetPrivacyRule,
    ShowImpact,
    ShowIncident,
    ShowLineage,
    Snooze,
    Subscribe,
    SuggestChecks,
    Unmute,
    Unsubscribe,
    WhoAmI,
    WithdrawErasure,
)
from engine.commands.lineage import Direction, Mishap
from engine.recurrence import Recurrence
from engine.topics import ANYTHING, Topic
from skills.language.items import Item, Kind
from skills.language.matching import ACCEPTS, REQUIRES, Match
from skills.language.spans import Days
from skills.language.vocabulary import LAYERS, Vocabulary

MOST_OFFERS = 20
USUAL_LAYERS: Mapping[type[Command], str] = MappingProxyType(
    {
        CheckQuality: "silver",
        QualityReport: "silver",
        ListQuarantine: "silver",
        ExpectValues: "silver",
        ReleaseQuarantine: "silver",
        DeleteQuarantine: "silver",
        SuggestChecks: "silver",
        AcceptChecks: "silver",
        ScanPrivacy: "bronze",
        PrivacyReport: "silver",
    }
)
"""The layer that a table without one means."""


@dataclass(frozen=True, slots=True)
class Slots:
    """One value for each slot that any command has."""

    run_id: str | None = None
    pipeline: str | None = None
    table: str | None = None
    dataset: str | None = None
    status: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    topic: str | None = None
    schedule: str | None = None
    when: Recurrence | None = None
    full_refresh: bool = False
    dry_run: bool = False
    from_step: str | None = None
    accept_drift: bool = False
    start: date = date.min
    end: date = date.min
    at_once: int = 1
    rule: str | None = None
    older_than: int | None = None
    confirmed: bool = False
    checks: tuple[str, ...] = ()
    column: str = ""
    operator: str = ""
    to: str | None = None
    entity: str | None = None
    erasure: str = ""
    sealed: str = ""
    columns: tuple[str, ...] = ()
    k: int = 5
    direction: Direction = Direction.BOTH
    mishap: Mishap = Mishap.BREAKS
    incident: str | None = None
    subject: str | None = None
    ending: datetime | None = None
    standing: str | None = None
    person: str = "me"
    owner: str | None = None
    reason: str = ""
    channel: str | None = None
    alerts: Topic = ANYTHING
    period: int | None = None
    quiet: bool = False
    every: bool = False
    limit: int | None = None


_BUILD: Mapping[type[Command], Callable[[Slots], Command]] = MappingProxyType(
    {
        RunPipeline: lambda slots: RunPipeline(
            slots.pipeline or "", slots.table, slots.full_refresh, slots.dry_run
        ),
        RunStatus: lambda slots: RunStatus(slots.run_id, slots.pipeline, slots.table),
        ListRuns: lambda slots: ListRuns(
            slots.status, slots.pipeline, slots.table, slots.since, slots.until, slots.limit
        ),
        ExplainRun: lambda slots: ExplainRun(slots.run_id, slots.pipeline, slots.table),
        CancelRun: lambda slots: CancelRun(slots.run_id, slots.pipeline, slots.table),
        RetryRun: lambda slots: RetryRun(
            slots.run_id, slots.pipeline, slots.table, slots.from_step, slots.accept_drift
        ),
        Backfill: lambda slots: Backfill(
            slots.start, slots.end, slots.table, slots.pipeline, slots.at_once
        ),
        BackfillStatus: lambda slots: BackfillStatus(slots.pipeline, slots.table),
        ListSchedules: lambda slots: ListSchedules(slots.schedule, slots.pipeline, slots.table),
        PauseSchedule: lambda slots: PauseSchedule(slots.schedule, slots.pipeline, slots.table),
        ResumeSchedule: lambda slots: ResumeSchedule(slots.schedule, slots.pipeline, slots.table),
        DeleteSchedule: lambda slots: DeleteSchedule(slots.schedule, slots.pipeline, slots.table),
        ListPipelines: lambda _: ListPipelines(),
        DescribePipeline: lambda slots: DescribePipeline(slots.pipeline or ""),
        CheckQuality: lambda slots: CheckQuality(slots.dataset or ""),
        QualityReport: lambda slots: QualityReport(slots.dataset, slots.since, slots.until),
        ListQuarantine: lambda slots: ListQuarantine(slots.dataset or "", slots.rule),
        ExpectValues: lambda slots: ExpectValues(slots.dataset or ""),
        ReleaseQuarantine: lambda slots: ReleaseQuarantine(slots.dataset or "", slots.rule),
        DeleteQuarantine: lambda slots: DeleteQuarantine(
            slots.dataset or "", slots.rule, slots.older_than, slots.confirmed
        ),
        SuggestChecks: lambda slots: SuggestChecks(slots.dataset or ""),
        AcceptChecks: lambda slots: AcceptChecks(slots.dataset or "", slots.checks),
        ScanPrivacy: lambda slots: ScanPrivacy(slots.dataset or ""),
        PrivacyReport: lambda slots: PrivacyReport(slots.dataset),
        SetPrivacyRule: lambda slots: SetPrivacyRule(
            slots.dataset or "", slots.column, slots.operator, slots.to
        ),
        AcceptFinding: lambda slots: AcceptFinding(slots.dataset or "", slots.column, slots.entity),
        RejectFinding: lambda slots: RejectFinding(slots.dataset or "", slots.column, slots.entity),
        ConfirmErasure: lambda slots: ConfirmErasure(slots.erasure),
        ListErasures: lambda _: ListErasures(),
        WithdrawErasure: lambda slots: WithdrawErasure(slots.erasure),
        RevealValue: lambda slots: RevealValue(slots.sealed),
        CheckAnonymity: lambda slots: CheckAnonymity(slots.dataset or "", slots.columns, slots.k),
        Audit: lambda slots: Audit(slots.since),
        ShowLineage: lambda slots: ShowLineage(
            slots.dataset or "", slots.column or None, slots.direction
        ),
        ShowImpact: lambda slots: ShowImpact(
            slots.dataset or "", slots.column or None, slots.mishap
        ),
        ListIncidents: lambda slots: ListIncidents(slots.standing, slots.subject, slots.owner),
        ShowIncident: lambda slots: ShowIncident(slots.incident, slots.subject),
        Acknowledge: lambda slots: Acknowledge(slots.incident, slots.subject, slots.every),
        Snooze: lambda slots: Snooze(slots.incident, slots.subject, slots.ending, slots.every),
        Assign: lambda slots: Assign(slots.incident, slots.subject, slots.person),
        Resolve: lambda slots: Resolve(slots.incident, slots.subject, slots.every),
        Unmute: lambda slots: Unmute(slots.subject or ""),
        Subscribe: lambda slots: Subscribe(slots.channel, slots.alerts),
        Unsubscribe: lambda slots: Unsubscribe(slots.channel, slots.alerts),
        ListSubscriptions: lambda slots: ListSubscriptions(slots.channel),
        ExplainRoute: lambda slots: ExplainRoute(slots.channel, slots.incident),
        DigestNow: lambda slots: DigestNow(slots.channel, slots.since),
        ListUndelivered: lambda _: ListUndelivered(),
        Help: lambda slots: Help(slots.topic),
        WhoAmI: lambda _: WhoAmI(),
    }
)


def build(command: type[Command], slots: Slots) -> Command:
    """The command with its own ones of these slots."""
    if command is SchedulePipeline and slots.when is not None:
        return SchedulePipeline(slots.pipeline or "", slots.when, slots.table)
    if command is ScheduleDigest and slots.when is not None:
        return ScheduleDigest(slots.when, slots.channel, slots.period, slots.quiet)
    if command is Mute and slots.ending is not None:
        return Mute(slots.subject or "", slots.ending, slots.reason)
    return _BUILD[command](slots)


def commands_of(match: Match, vocabulary: Vocabulary) -> tuple[Command, ...]:
    """Every command that the match may mean; exactly one when it leaves no choice."""
    pipelines = _pipelines(match, vocabulary)
    if match.command in USUAL_LAYERS:
        since, until = _times(match)
        named = (dataset or None for dataset in _datasets(match, vocabulary))
        filled = (Slots(dataset=dataset, since=since, until=until) for dataset in named)
    else:
        filled = (
            Slots(run_id, pipeline, table, None, status, *_times(match), _topic(match), schedule)
            for run_id, pipeline, table, status, schedule in product(
                _values(match, Kind.RUN),
                pipelines,
                _tables(match, vocabulary),
                _values(match, Kind.STATUS),
                _values(match, Kind.SCHEDULE),
            )
        )
    detailed = (_with_manners(match, slots) for slots in filled)
    built = (build(match.command, slots) for slots in islice(detailed, MOST_OFFERS))
    return tuple(dict.fromkeys(built))


def _with_manners(match: Match, slots: Slots) -> Slots:
    """The slots with how it is to be done, and for which days."""
    kinds = {item.kind.value for item in match.slots} | match.phrase.manners
    days = days_of(match)
    return replace(
        slots,
        full_refresh=Kind.FULL in kinds,
        dry_run=Kind.DRY in kinds,
        accept_drift=Kind.ACCEPT in kinds,
        from_step=_values(match, Kind.STEP)[0],
        limit=int(_values(match, Kind.LIMIT)[0] or 0) or None,
        at_once=int(_values(match, Kind.AT_ONCE)[0] or 1),
        rule=_values(match, Kind.RULE)[0] or _unknown_rule(match),
        older_than=int(_values(match, Kind.AGE)[0] or 0) or None,
        checks=tuple((_values(match, Kind.CHECKS)[0] or "").split()),
        start=days.first if days else date.min,
        end=days.last + timedelta(days=1) if days else date.min,
    )


def _unknown_rule(match: Match) -> str | None:
    """What rows are to be shown for, where no column is called so: better none than all of them."""
    if match.command is not ListQuarantine or is_missing(match):
        return None
    after = match.slots[0].end if match.slots else 0
    unknown = (item for item in match.left if item.kind is Kind.UNKNOWN and item.start > after)
    return next((item.value.casefold() for item in unknown), None)


def days_of(match: Match) -> Days | None:
    """The one stretch of days that the sentence names, if it names one."""
    times = tuple(item for item in match.slots if item.kind is Kind.TIME)
    return times[0].days if len(times) == 1 else None


def _values(match: Match, kind: Kind) -> tuple[str | None, ...]:
    items = (item for item in match.slots if item.kind is kind)
    found = tuple(dict.fromkeys(value for item in items for value in _meanings(item)))
    return found or (None,)


def _meanings(item: Item) -> tuple[str, ...]:
    return tuple(name.value for name in item.near) or (item.value,)


def _pipelines(match: Match, vocabulary: Vocabulary) -> tuple[str | None, ...]:
    found = _values(match, Kind.PIPELINE)
    if found != (None,) or REQUIRES.get(match.command) is not Kind.PIPELINE:
        return found
    if is_missing(match):
        return _in_layer(match, vocabulary.pipelines)
    return (unknown_name(match),)


def _in_layer(match: Match, pipelines: tuple[str, ...]) -> tuple[str, ...]:
    """The pipelines that end in a layer that was named, or all."""
    layers = tuple(item.value for item in match.left if item.kind is Kind.LAYER)
    ending = tuple(name for name in pipelines if layers and name.casefold().endswith(layers))
    return ending or pipelines


def _tables(match: Match, vocabulary: Vocabulary) -> tuple[str | None, ...]:
    found = _values(match, Kind.TABLE)
    if match.command is Backfill and is_missing(match):
        return vocabulary.tables or (None,)
    has_pipeline = any(item.kind is Kind.PIPELINE for item in match.slots)
    is_table = has_pipeline or REQUIRES.get(match.command) is not Kind.PIPELINE
    if found == (None,) and is_table and Kind.TABLE in ACCEPTS[match.command]:
        return (unknown_name(match),)
    return found


def _datasets(match: Match, vocabulary: Vocabulary) -> tuple[str, ...]:
    usual = USUAL_LAYERS[match.command]
    if is_missing(match):
        return vocabulary.datasets_in(usual)
    tables = tuple(item for item in match.slots if item.kind is Kind.TABLE)
    if not tables:
        return (unknown_name(match) or "",)
    named = tuple(name for item in tables for name in _datasets_named(item, vocabulary, usual))
    return tuple(dict.fromkeys(named))


def _datasets_named(item: Item, vocabulary: Vocabulary, usual: str) -> tuple[str, ...]:
    found = tuple(
        vocabulary.dataset(value, layer, usual) for value, layer in _layered_meanings(item)
    )
    exist = tuple(dataset for dataset in found if dataset is not None)
    return exist or vocabulary.datasets_of(item.value) or (f"{item.layer or usual}.{item.value}",)


def _layered_meanings(item: Item) -> tuple[tuple[str, str | None], ...]:
    meanings = tuple((name.value, name.layer or item.layer) for name in item.near)
    return meanings or ((item.value, item.layer),)


def _times(match: Match) -> tuple[datetime | None, datetime | None]:
    periods = tuple(item.period for item in match.slots if item.period is not None)
    since = next((period.since for period in periods if period.since), None)
    until = next((period.until for period in periods if period.until), None)
    return since, until


def _topic(match: Match) -> str | None:
    after = match.cue[-1].end if match.cue else 0
    meaningful = (item for item in match.left if item.start >= after and item.value != "with")
    words = (item.value for item in meaningful if item.kind is not Kind.TIME)
    return next((word.casefold() for word in words if word not in LAYERS), None)


def unknown_name(match: Match) -> str | None:
    """The name as typed that nobody knows, where the match takes one."""
    return next((item.value for item in match.slots if item.kind is Kind.UNKNOWN), None)


def is_missing(match: Match) -> bool:
    """Whether the command can't do without a name that the sentence does not give."""
    if match.command is Backfill:
        return all(item.kind in (Kind.TIME, Kind.AT_ONCE) for item in match.slots)
    required = REQUIRES.get(match.command)
    return required is not None and all(
        item.kind not in (required, Kind.UNKNOWN) for item in match.slots
    )
