"""The canonical sentence of each command: written for buttons, read back without any doubt."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import date, datetime, tzinfo
from itertools import islice
from types import MappingProxyType

from engine.commands import (
    HIDDEN,
    AcceptChecks,
    AcceptFinding,
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
    ErasePerson,
    ExpectValues,
    ExplainRun,
    FindPerson,
    Help,
    ListPipelines,
    ListQuarantine,
    ListRuns,
    ListSchedules,
    PauseSchedule,
    PrivacyReport,
    QualityReport,
    RejectFinding,
    ReleaseQuarantine,
    ResumeSchedule,
    RetryRun,
    RevealValue,
    RunPipeline,
    RunStatus,
    ScanPrivacy,
    SchedulePipeline,
    SetPrivacyRule,
    SuggestChecks,
    WhoAmI,
)
from skills.language.filling import Slots, build
from skills.language.places import listed, quoted
from skills.language.slot_values import DAY, FLAGS, Context
from skills.language.vocabulary import Vocabulary

Form = tuple[str, ...]
_ALL_THE_REST = "{when}"
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
        RevealValue: (("reveal {sealed}",),),
        CheckAnonymity: (("check k-anonymity of {dataset} for {columns}", "[with k {k}]"),),
        Audit: (("audit", "[since {since}]"),),
        Help: (("help {topic}",), ("help",)),
        WhoAmI: (("who am i",),),
    }
)
"""Segments in their order; one in brackets is left out when its slot is empty."""

_WORD = re.compile(r'(?:"(?:[^"]|"")*"|[^\s"]|")+?(?=\s|$)')
_SLOT = re.compile(r"\{(\w+)\}")
_MOST_WORDS = 40


def sentence(command: Command) -> str:
    """The sentence that says exactly this command; one about a person leaves out who it is."""
    filled = ((each, getattr(command, each.name)) for each in fields(command))
    values = {each.name: value for each, value in filled if value != each.default}
    given = {name: _written(name, value) for name, value in values.items()}
    form = next(form for form in FORMS[type(command)] if _fits(form, frozenset(given)))
    segments = (_segment(segment, given) for segment in form)
    return " ".join(segment for segment in segments if segment)


_OWN_WRITING: Mapping[str, Callable[[object], str]] = MappingProxyType(
    {
        "identifier": lambda _: HIDDEN,
        "column": lambda value: quoted(str(value)),
        "columns": lambda value: listed(value if isinstance(value, tuple) else ()),
        "to": lambda value: quoted(str(value)),
    }
)


def _written(slot: str, value: object) -> str:
    if slot in _OWN_WRITING:
        return _OWN_WRITING[slot](value)
    if slot in FLAGS:
        return FLAGS[slot]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value - DAY if slot == "end" and isinstance(value, date) else value)


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
    for command, forms in FORMS.items():
        for form in forms:
            slots = _read(form, words, context)
            if slots is not None:
                yield build(command, slots)


def _read(form: Form, words: list[str], context: Context) -> Slots | None:
    slots, at = Slots(), 0
    for segment in form:
        pieces = segment.strip("[]").split()
        length = len(words) - at if segment == _ALL_THE_REST else len(pieces)
        ahead = words[at : at + length]
        given = [" ".join(ahead)] if segment == _ALL_THE_REST else ahead
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
