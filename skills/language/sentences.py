"""The canonical sentence of each command: written for buttons, read back without any doubt."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, tzinfo
from types import MappingProxyType

from engine.commands import (
    CheckQuality,
    Command,
    DescribePipeline,
    ExplainRun,
    Help,
    ListPipelines,
    ListQuarantine,
    ListRuns,
    RunPipeline,
    RunStatus,
    ScanPrivacy,
    WhoAmI,
)
from skills.language.filling import Slots, build
from skills.language.lexicon import ASKING, FILLERS
from skills.language.run_ids import run_id
from skills.language.vocabulary import Vocabulary

Form = tuple[str, ...]
FORMS: Mapping[type[Command], tuple[Form, ...]] = MappingProxyType(
    {
        RunPipeline: (("run pipeline {pipeline}", "[for {table}]"),),
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
        ListPipelines: (("list pipelines",),),
        DescribePipeline: (("describe pipeline {pipeline}",),),
        CheckQuality: (("check quality of {dataset}",),),
        ListQuarantine: (("show quarantined rows of {dataset}",),),
        ScanPrivacy: (("scan {dataset} for personal data",),),
        Help: (("help {topic}",), ("help",)),
        WhoAmI: (("who am i",),),
    }
)
"""Segments in their order; one in brackets is left out when its slot is empty."""

_STATUSES = ("queued", "running", "succeeded", "failed", "cancelled")
_NOISE = frozenset(word for phrase in (*FILLERS, *ASKING) for word in phrase)


def sentence(command: Command) -> str:
    """The sentence that says exactly this command."""
    values = {each.name: getattr(command, each.name) for each in fields(command)}
    given = {name: _written(value) for name, value in values.items() if value is not None}
    form = next(form for form in FORMS[type(command)] if _fits(form, frozenset(given)))
    segments = (_segment(segment, given) for segment in form)
    return " ".join(segment for segment in segments if segment)


def _written(value: str | datetime) -> str:
    return value.isoformat() if isinstance(value, datetime) else value


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

    def value(self, slot: str, word: str) -> str | datetime | None:
        """What a word means in a slot, None when it can't stand there."""
        if slot in ("since", "until"):
            return self._moment(word)
        if slot == "run_id":
            return run_id(word)
        if slot == "topic":
            topic = word.casefold()
            return topic if topic.isalpha() and topic not in _NOISE else None
        return _spelled(word, self._names(slot))

    def _names(self, slot: str) -> tuple[str, ...]:
        if slot == "table":
            return self.vocabulary.short_names()
        named = {"pipeline": self.vocabulary.pipelines, "dataset": self.vocabulary.datasets}
        return named.get(slot, _STATUSES)

    def _moment(self, word: str) -> datetime | None:
        try:
            found = datetime.fromisoformat(word)
            return found.astimezone(self.zone) if found.tzinfo else found.replace(tzinfo=self.zone)
        except (ValueError, OverflowError):
            return None


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
        read = _read_segment(pieces, words[at : at + len(pieces)], slots, context)
        if read is not None:
            slots, at = read, at + len(pieces)
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
