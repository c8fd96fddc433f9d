"""The canonical sentence of each command: written for buttons, read back without any doubt."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import tzinfo
from itertools import islice
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
    ErasePerson,
    ExpectValues,
    ExplainRoute,
    ExplainRun,
    FindPerson,
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
from skills.language.filling import Slots, build
from skills.language.people import people_sentence
from skills.language.slot_values import Context
from skills.language.vocabulary import Vocabulary
from skills.language.writing import written

Form = tuple[str, ...]

_ALL_THE_REST = frozenset({"{when}", "{alerts}"})
_CALLED: Mapping[tuple[type[Command], str], str] = MappingProxyType(
    {
        (ListIncidents, "status"): "standing",
        **{(command, "until"): "ending" for command in (Mute, Snooze)},
        **{(command, "topic"): "alerts" for command in (Subscribe, Unsubscribe)},
        **{
            (command, "dataset"): "subject"
            for command in (
                *(ListIncidents, ShowIncident, Acknowledge, Snooze, Assign, Resolve),
                *(Mute, Unmute),
            )
        },
    }
)
"""What a field is called in a form where its own name is that of another kind of value."""

_OF_SUBJECT = "[of {subject}]"
_OF_INCIDENT = ("[{incident}]", _OF_SUBJECT)


def _of_one_or_all(verb: str) -> tuple[Form, ...]:
    every = (f"{verb} {{every}} incidents", _OF_SUBJECT)
    return (f"{verb} {{incident}}",), every, (f"{verb} the incident", *_OF_INCIDENT)


_RETRIED = ("[from step {from_step}]", "[and accept the {accept_drift}]")
_OF_SCHEDULES = ("[for schedule {schedule}]", "[of pipeline {pipeline}]", "[for table {table}]")
FORMS: Mapping[type[Command], tuple[Form, ...]] = MappingProxyType(
    {
        RunPipeline: (
            (
                "run pipeline {pipeline}",
                "[for {table}]",
                "[with full {full_refresh}]",
                "[as a dry {dry_run}]",
            ),
        ),
        RunStatus: (
            ("status {run_id}",),
            ("status", "[of run {run_id}]", "[of pipeline {pipeline}]", "[for table {table}]"),
        ),
        ListRuns: (
            (
                "list",
                "[{limit}]",
                "[{status}]",
                "runs",
                "[of pipeline {pipeline}]",
                "[for table {table}]",
                "[since {since}]",
                "[until {until}]",
            ),
        ),
        ExplainRun: (
            ("explain run {run_id}",),
            (
                "explain the last failure",
                "[of run {run_id}]",
                "[of pipeline {pipeline}]",
                "[for table {table}]",
            ),
        ),
        CancelRun: (
            ("cancel {run_id}",),
            ("cancel",),
            ("cancel the run", "[{run_id}]", "[of pipeline {pipeline}]", "[for table {table}]"),
        ),
        RetryRun: (
            ("retry {run_id}", *_RETRIED),
            (
                "retry the latest run",
                "[{run_id}]",
                "[of pipeline {pipeline}]",
                "[for table {table}]",
                *_RETRIED,
            ),
        ),
        Backfill: (
            (
                "backfill",
                "[pipeline {pipeline}]",
                "[for table {table}]",
                "from {start}",
                "to {end}",
                "[{at_once} at a time]",
            ),
        ),
        BackfillStatus: (
            ("status of the backfill", "[of pipeline {pipeline}]", "[for table {table}]"),
        ),
        SchedulePipeline: (("run pipeline {pipeline}", "[for {table}]", "{when}"),),
        ListSchedules: (
            ("show schedule {schedule}",),
            ("list schedules", *_OF_SCHEDULES),
        ),
        PauseSchedule: (("pause schedule {schedule}",), ("pause the schedule", *_OF_SCHEDULES)),
        ResumeSchedule: (("resume schedule {schedule}",), ("resume the schedule", *_OF_SCHEDULES)),
        DeleteSchedule: (("delete schedule {schedule}",), ("delete the schedule", *_OF_SCHEDULES)),
        ListPipelines: (("list pipelines",),),
        DescribePipeline: (("describe pipeline {pipeline}",),),
        CheckQuality: (("check quality of {dataset}",),),
        QualityReport: (
            ("how good is {dataset}",),
            ("quality report", "[of {dataset}]", "[since {since}]", "[until {until}]"),
        ),
        ListQuarantine: (("show quarantined rows of {dataset}", "[for {rule}]"),),
        ExpectValues: (("the values of {dataset} were expected",),),
        ReleaseQuarantine: (("release quarantined rows of {dataset}", "[for {rule}]"),),
        DeleteQuarantine: (
            (
                "delete quarantined rows of {dataset}",
                "[for {rule}]",
                "[older than {older_than} days]",
                "[and i am {confirmed}]",
            ),
        ),
        SuggestChecks: (("suggest checks for {dataset}",),),
        AcceptChecks: (
            (
                "accept check {checks}",
                "for {dataset}",
            ),
            ("accept all suggestions", "for {dataset}"),
        ),
        ScanPrivacy: (("scan {dataset} for personal data",),),
        PrivacyReport: (("privacy report", "[of {dataset}]"),),
        SetPrivacyRule: (("{operator} {column} in {dataset}", "[to {to}]"),),
        AcceptFinding: (
            ("accept {entity} in {column} of {dataset}",),
            ("{column} in {dataset} is personal data",),
        ),
        RejectFinding: (
            ("{column} in {dataset} is not {entity}",),
            ("{column} in {dataset} is not personal data",),
        ),
        FindPerson: (("find everything about {identifier}",),),
        ErasePerson: (("erase {identifier}",),),
        ConfirmErasure: (("confirm erasure {erasure}",),),
        ListErasures: (("list erasures",),),
        WithdrawErasure: (("withdraw erasure {erasure}",),),
        RevealValue: (("reveal {sealed}",),),
        CheckAnonymity: (("check k-anonymity of {dataset} for {columns}", "[with k {k}]"),),
        Audit: (("audit", "[since {since}]"),),
        ShowLineage: (
            ("show lineage of column {column} in {dataset}",),
            ("show lineage of {dataset}",),
            ("show {direction} of column {column} in {dataset}",),
            ("show {direction} of {dataset}",),
        ),
        ShowImpact: (
            ("impact of {dataset}",),
            ("impact of column {column} in {dataset}",),
            ("what breaks if {dataset} is {mishap}",),
            ("what breaks if column {column} in {dataset} is {mishap}",),
        ),
        ListIncidents: (
            ("list", "[{standing}]", "incidents", "[of {subject}]", "[owned by {owner}]"),
        ),
        ShowIncident: (("show {incident}",), ("show the incident", *_OF_INCIDENT)),
        Acknowledge: _of_one_or_all("acknowledge"),
        Snooze: (
            ("snooze {incident} until {ending}",),
            ("snooze {incident} until green",),
            ("snooze {every} incidents", _OF_SUBJECT, "until {ending}"),
            ("snooze {every} incidents", _OF_SUBJECT, "until green"),
            ("snooze the incident", *_OF_INCIDENT, "until {ending}"),
            ("snooze the incident", *_OF_INCIDENT, "until green"),
        ),
        Assign: (
            ("assign {incident} to {person}",),
            ("assign {incident} to me",),
            ("assign the incident", *_OF_INCIDENT, "to {person}"),
            ("assign the incident", *_OF_INCIDENT, "to me"),
        ),
        Resolve: _of_one_or_all("resolve"),
        Mute: (("mute {subject} until {ending}", "[because {reason}]"),),
        Unmute: (("unmute {subject}",),),
        Subscribe: (
            ("subscribe {channel} to", "{alerts}"),
            ("subscribe {channel} to all alerts",),
            ("subscribe me to", "{alerts}"),
            ("subscribe me to all alerts",),
        ),
        Unsubscribe: (
            ("unsubscribe {channel} from", "{alerts}"),
            ("unsubscribe {channel}",),
            ("unsubscribe me from", "{alerts}"),
            ("unsubscribe me",),
        ),
        ListSubscriptions: (("what is {channel} subscribed to",), ("list subscriptions",)),
        ExplainRoute: (
            ("why did {incident} go to {channel}",),
            ("why did this go to {channel}",),
            ("who was told of {incident}",),
            ("why did this go here",),
        ),
        DigestNow: (("digest now", "[for {channel}]", "[since {since}]"),),
        ScheduleDigest: (
            (
                "send a digest",
                "[to {channel}]",
                "[of the last {period} days]",
                "[only with {quiet}]",
                "{when}",
            ),
        ),
        ListUndelivered: (("what could not be delivered",),),
        Help: (("help {topic}",), ("help",)),
        WhoAmI: (("who am i",),),
    }
)
"""Segments in their order; one in brackets is left out when its slot is empty."""

_OPENINGS = tuple(
    (None if form[0][0] in "[{" else form[0].split()[0], command, form)
    for command, forms in FORMS.items()
    for form in forms
)
"""Each form with the word that it begins with; None where it begins with a slot."""

_WORD = re.compile(r'\d{4}-\d\d-\d\d \d\d:\d\d(?=\s|$)|(?:"(?:[^"]|"")*"|[^\s"]|")+?(?=\s|$)')
_SLOT = re.compile(r"\{(\w+)\}")
_MOST_WORDS = 40


def sentence(command: Command, zone: tzinfo | None = None) -> str:
    """The sentence that says exactly this command; one about a person leaves out who it is.

    Times are written by the clock of the zone, where that leaves no doubt.
    """
    own = people_sentence(command)
    if own is not None:
        return own
    filled = ((each, getattr(command, each.name)) for each in fields(command))
    given_values = ((each.name, value) for each, value in filled if value != each.default)
    values = {_CALLED.get((type(command), name), name): value for name, value in given_values}
    given = {name: written(name, value, zone) for name, value in values.items()}
    form = next(form for form in FORMS[type(command)] if _fits(form, frozenset(given)))
    segments = (_segment(segment, given) for segment in form)
    return " ".join(segment for segment in segments if segment)


def _fits(form: Form, given: frozenset[str]) -> bool:
    needed = {slot for segment in form if not segment.startswith("[") for slot in _slots(segment)}
    named = {slot for segment in form for slot in _slots(segment)}
    return needed <= given <= named


def _slots(segment: str) -> list[str]:
    return _SLOT.findall(segment)


def _segment(segment: str, given: Mapping[str, str]) -> str:
    if not given.keys() >= set(_slots(segment)):
        return ""
    return _SLOT.sub(lambda slot: given[slot[1]], segment.strip("[]"))


def read_sentence(text: str, vocabulary: Vocabulary, zone: tzinfo) -> Command | None:
    """The command whose canonical sentence this is, if it is one."""
    words = [found.group() for found in islice(_WORD.finditer(text), _MOST_WORDS + 1)]
    if len(words) > _MOST_WORDS:
        return None
    return next(_readings(words, Context(vocabulary, zone)), None)


def _readings(words: list[str], context: Context) -> Iterator[Command]:
    first = words[0].casefold() if words else ""
    for opening, command, form in _OPENINGS:
        slots = _read(form, words, context) if opening in (None, first) else None
        if slots is not None:
            yield build(command, slots)


def _read(form: Form, words: list[str], context: Context) -> Slots | None:
    slots, at = Slots(), 0
    for segment in form:
        pieces = segment.strip("[]").split()
        takes_all = segment in _ALL_THE_REST
        length = len(words) - at if takes_all else len(pieces)
        ahead = words[at : at + length]
        given = [" ".join(ahead)] if takes_all else ahead
        read = _read_segment(pieces, given, slots, context)
        if read is not None:
            slots, at = read, at + length
        elif not segment.startswith("["):
            return None
    return slots if at == len(words) else None


def _read_segment(
    pieces: list[str], words: list[str], slots: Slots, context: Context
) -> Slots | None:
    if len(words) < len(pieces):
        return None
    for piece, word in zip(pieces, words, strict=True):
        slot = next(iter(_slots(piece)), None)
        if slot is None and word.casefold() != piece:
            return None
        if slot is not None:
            value = context.value(slot, word)
            if value is None:
                return None
            slots = replace(slots, **{slot: value})  # type: ignore[arg-type]  # by slot name
    return slots
