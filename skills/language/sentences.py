"""The canonical sentence of each command: written for buttons, read back without any doubt."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta, tzinfo
from types import MappingProxyType

from engine.commands import (
    AcceptChecks,
    Backfill,
    BackfillStatus,
    CancelRun,
    CheckQuality,
    Command,
    DeleteQuarantine,
    DeleteSchedule,
    DescribePipeline,
    ExpectValues,
    ExplainRun,
    Help,
    ListPipelines,
    ListQuarantine,
    ListRuns,
    ListSchedules,
    PauseSchedule,
    QualityReport,
    ReleaseQuarantine,
    ResumeSchedule,
    RetryRun,
    RunPipeline,
    RunStatus,
    ScanPrivacy,
    SchedulePipeline,
    SuggestChecks,
    WhoAmI,
)
from engine.recurrence import Recurrence
from engine.runs.model import StepKind
from engine.schedules.model import number_of
from skills.language.check_ids import check_ids
from skills.language.filling import Slots, build
from skills.language.lexicon import ASKING, FILLERS
from skills.language.run_ids import run_id
from skills.language.scheduling import recurrence_of
from skills.language.vocabulary import Vocabulary

Form = tuple[str, ...]
Value = str | int | date | datetime | Recurrence | tuple[str, ...]
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
        Help: (("help {topic}",), ("help",)),
        WhoAmI: (("who am i",),),
    }
)
"""Segments in their order; one in brackets is left out when its slot is empty."""

_FLAGS = {
    "full_refresh": "refresh",
    "dry_run": "run",
    "accept_drift": "change",
    "confirmed": "sure",
}
"""The word that stands where a slot is that can only be set."""

_DAY = timedelta(days=1)
"""A backfill ends before its `end`; people name the last day that is in it."""

_STATUSES = ("queued", "running", "succeeded", "failed", "cancelled")
_STEPS = tuple(kind.value for kind in StepKind if kind is not StepKind.SCAN)
_NOISE = frozenset(word for phrase in (*FILLERS, *ASKING) for word in phrase)


def sentence(command: Command) -> str:
    """The sentence that says exactly this command."""
    filled = ((each, getattr(command, each.name)) for each in fields(command))
    values = {each.name: value for each, value in filled if value != each.default}
    given = {name: _written(name, value) for name, value in values.items()}
    form = next(form for form in FORMS[type(command)] if _fits(form, frozenset(given)))
    segments = (_segment(segment, given) for segment in form)
    return " ".join(segment for segment in segments if segment)


def _written(slot: str, value: object) -> str:
    if slot in _FLAGS:
        return _FLAGS[slot]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value - _DAY if slot == "end" and isinstance(value, date) else value)


def _fits(form: Form, given: frozenset[str]) -> bool:
    needed = {_slot(segment) for segment in form if not segment.startswith("[")} - {None}
    named = {_slot(segment) for segment in form}
    return needed <= given <= named


def _slot(segment: str) -> str | None:
    return segment.partition("{")[2].partition("}")[0] or None


def _segment(segment: str, given: Mapping[str, str]) -> str:
    slot = _slot(segment)
    if slot is None:
        return segment
    return segment.strip("[]").replace(f"{{{slot}}}", given[slot]) if slot in given else ""


@dataclass(frozen=True, slots=True)
class _Context:
    vocabulary: Vocabulary
    zone: tzinfo

    def value(self, slot: str, word: str) -> Value | None:
        """What a word means in a slot, None when it can't stand there."""
        if slot == "when":
            return recurrence_of(word, self.zone)
        if slot in ("since", "until"):
            return self._moment(word)
        if slot in _FLAGS:
            return word.casefold() == _FLAGS[slot] or None
        reader = _SLOT_READERS.get(slot)
        return reader(word) if reader else _spelled(word, self._names(slot))

    def _names(self, slot: str) -> tuple[str, ...]:
        if slot == "table":
            return self.vocabulary.short_names()
        named = {
            "pipeline": self.vocabulary.pipelines,
            "dataset": self.vocabulary.datasets,
            "from_step": _STEPS,
        }
        return named.get(slot, _STATUSES)

    def _moment(self, word: str) -> datetime | None:
        try:
            found = datetime.fromisoformat(word)
            return found.astimezone(self.zone) if found.tzinfo else found.replace(tzinfo=self.zone)
        except (ValueError, OverflowError):
            return None


def _schedule(word: str) -> str | None:
    number = number_of(word)
    return None if number is None else f"SCH-{number}"


def _topic(word: str) -> str | None:
    topic = word.casefold()
    return topic if topic.isalpha() and topic not in _NOISE else None


def _day(word: str) -> date | None:
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


def _day_after(word: str) -> date | None:
    found = _day(word)
    return found + _DAY if found and found < date.max else None


def _number(word: str, most_digits: int = 2) -> int | None:
    is_small = word.isascii() and word.isdigit() and len(word) <= most_digits
    return int(word) or None if is_small else None


def _days_old(word: str) -> int | None:
    return _number(word, 4)


def _rule(word: str) -> str | None:
    name = word.casefold()
    return name if name.isidentifier() else None


_SLOT_READERS: Mapping[str, Callable[[str], Value | None]] = MappingProxyType(
    {
        "schedule": _schedule,
        "run_id": run_id,
        "topic": _topic,
        "start": _day,
        "end": _day_after,
        "at_once": _number,
        "checks": check_ids,
        "rule": _rule,
        "older_than": _days_old,
    }
)


def _spelled(word: str, names: tuple[str, ...]) -> str | None:
    if word in names:
        return word
    alike = tuple(name for name in names if name.casefold() == word.casefold())
    return alike[0] if len(alike) == 1 else None


def read_sentence(text: str, vocabulary: Vocabulary, zone: tzinfo) -> Command | None:
    """The command whose canonical sentence this is, if it is one."""
    words = text.split(maxsplit=20)
    found = _readings(words, _Context(vocabulary, zone))
    return next(found, None)


def _readings(words: list[str], context: _Context) -> Iterator[Command]:
    for command, forms in FORMS.items():
        for form in forms:
            slots = _read(form, words, context)
            if slots is not None:
                yield build(command, slots)


def _read(form: Form, words: list[str], context: _Context) -> Slots | None:
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
    pieces: list[str], words: list[str], slots: Slots, context: _Context
) -> Slots | None:
    if len(words) < len(pieces):
        return None
    for piece, word in zip(pieces, words, strict=True):
        slot = _slot(piece)
        if slot is None and word.casefold() != piece:
            return None
        if slot is not None:
            value = context.value(slot, word)
            if value is None:
                return None
            slots = replace(slots, **{slot: value})  # type: ignore[arg-type]  # by slot name
    return slots
