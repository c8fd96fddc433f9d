"""What to offer when a sentence names things but says no command, or says one without a name."""

from engine.commands import (
    Backfill,
    CheckQuality,
    Command,
    DescribePipeline,
    ListRuns,
    RunPipeline,
    RunStatus,
)
from skills.language.items import Item, Kind
from skills.language.lexicon import CONNECTIVES, NAME_VERBS, REFUSALS
from skills.language.matching import REQUIRES, Match
from skills.language.readings import Guess, Reading, Understood
from skills.language.said import Said
from skills.language.times import Period
from skills.language.words import folded

_OF_RUNS = frozenset({Kind.STATUS, Kind.TIME})


def bare_names(said: Said) -> Reading | None:
    """The reading of a sentence that has slots but no words of a command."""
    slots = tuple(item for item in said.meaningful if item.kind not in (Kind.WORD, Kind.UNKNOWN))
    strange = sum(item.kind is Kind.UNKNOWN for item in said.meaningful)
    if not slots or strange > 2 * len(slots):
        return None
    if any(item.value in REFUSALS for item in said.meaningful):
        return Guess(look_instead(said), "Not understood, so nothing was done.")
    if not strange and (plain := _plain(said, slots)):
        return Understood(plain)
    left = said.typed_together(said.unexplained)
    about = f"What about {said.typed_together(slots)}?"
    return Guess(_about(said), f"Not understood: {left}." if left else about)


def look_instead(said: Said) -> tuple[Command, ...]:
    """Read-only commands about what a sentence names."""
    runs, pipelines = said.values(Kind.RUN), said.values(Kind.PIPELINE)
    table = next(iter(said.values(Kind.TABLE)), None)
    if runs:
        return tuple(RunStatus(run_id) for run_id in runs)
    if pipelines:
        name = pipelines[0]
        return RunStatus(pipeline=name, table=table), DescribePipeline(name)
    if table:
        return RunStatus(table=table), ListRuns(table=table)
    return (ListRuns(status="running"), RunStatus())


def which_name(match: Match) -> str:
    """The question for the name that a command needs."""
    required = Kind.TABLE if match.command is Backfill else REQUIRES.get(match.command)
    if required is None or any(item.kind is required for item in match.slots):
        return "Which one?"
    return "Which pipeline?" if required is Kind.PIPELINE else "Which table?"


def _plain(said: Said, slots: tuple[Item, ...]) -> Command | None:
    """The one thing that bare slots can mean: a run to look at, runs to list, «ingest orders»."""
    kinds = tuple(slot.kind for slot in slots)
    words = {item.value for item in said.meaningful if item.kind is Kind.WORD}
    if kinds == (Kind.RUN,):
        return RunStatus(slots[0].value)
    if kinds == (Kind.PIPELINE, Kind.TABLE) and words <= CONNECTIVES and _is_order(said, slots):
        return RunPipeline(slots[0].value, slots[1].value)
    return _runs(slots) if set(kinds) <= _OF_RUNS or Kind.STATUS in kinds else None


def _runs(slots: tuple[Item, ...]) -> Command | None:
    """The runs that a status, a time and names stand for: «customers failing?»."""
    by_kind = {slot.kind: slot for slot in slots}
    if len(by_kind) < len(slots) or by_kind.keys() & {Kind.RUN, Kind.LAYER}:
        return None
    named = {kind: slot.value for kind, slot in by_kind.items()}
    time = by_kind.get(Kind.TIME)
    period = time.period if time and time.period else Period()
    return ListRuns(
        named.get(Kind.STATUS),
        named.get(Kind.PIPELINE),
        named.get(Kind.TABLE),
        period.since,
        period.until,
    )


def _is_order(said: Said, slots: tuple[Item, ...]) -> bool:
    """Whether the sentence orders by a pipeline's name alone, as «ingest orders» does."""
    is_exact = not any(slot.near for slot in slots) and said.meaningful[0] is slots[0]
    return is_exact and not said.is_question and folded(slots[0].value)[0] in NAME_VERBS


def _about(said: Said) -> tuple[Command, ...]:
    pipelines, tables = said.values(Kind.PIPELINE), said.values(Kind.TABLE)
    if pipelines and not said.values(Kind.RUN):
        table = tables[0] if tables else None
        orders = () if _only_looks(said) else pipelines[:3]
        return (*look_instead(said), *(RunPipeline(name, table) for name in orders))
    if tables:
        dataset = said.vocabulary.dataset(tables[0], None, "silver") or tables[0]
        maker = dict(said.vocabulary.makers).get(dataset)
        runs = (RunPipeline(maker, tables[0]),) if maker and not _only_looks(said) else ()
        return (*look_instead(said), CheckQuality(dataset), *runs)
    return look_instead(said)


def _only_looks(said: Said) -> bool:
    """Whether somebody wants to know, so that nothing that changes data is offered."""
    return not _LOOKING.isdisjoint(folded(said.text)[:1])


_LOOKING = frozenset("show list tell give see view display print how what which who".split())  # noqa: SIM905  # reads better
