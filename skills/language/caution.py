"""Decide what speaks against doing at once what a sentence seems to say."""

from collections.abc import Iterator
from itertools import takewhile

from engine.commands import (
    Audit,
    Backfill,
    CancelRun,
    CheckQuality,
    Command,
    DescribePipeline,
    RetryRun,
    RunPipeline,
    RunStatus,
    ScanPrivacy,
)
from skills.language.filling import days_of, is_missing, unknown_name
from skills.language.items import Item, Kind
from skills.language.lexicon import (
    CONDITIONAL,
    CONNECTIVES,
    EXCLUDING,
    JOINING,
    QUESTIONING,
    REFUSALS,
    UNFINISHED,
)
from skills.language.matching import Match
from skills.language.offering import look_instead, which_name
from skills.language.one_by_one import (
    NO_EXCEPTIONS,
    left_out,
    means_all_schedules,
    not_at_once,
    one_table_each,
    schedules_meant,
)
from skills.language.said import Said

_STATES = {CancelRun: ("queued", "running"), RetryRun: ("failed", "cancelled")}
"""What a run may be called that is to be stopped, or taken up again."""

_SWAPPED = "The last day comes before the first. Did you mean it the other way round?"
_ONE_EACH = (Kind.STEP, Kind.AT_ONCE, Kind.TIME, Kind.RULE, Kind.AGE, Kind.CHECKS)


def reasons_against(said: Said, match: Match, commands: tuple[Command, ...]) -> tuple[str, ...]:
    """Why a sentence may not start what it seems to say; none when it clearly says it."""
    if _is_refused(match):
        return ("Nothing was done: that reads as a request not to.",)
    left = _unexplained(match, commands)
    if _is_question(said, match, left):
        return ("That is a question, so nothing was done.",)
    if means_all_schedules(match):
        return (not_at_once(match),)
    clause = left_out(said, match)
    left = tuple(item for item in left if item not in clause)
    reasons = [
        *([NO_EXCEPTIONS] if clause else []),
        *_about_names(said, match, commands),
        *misspellings(said, match),
    ]
    if left:
        reasons.append(f"Not understood: {said.typed_together(left)}.")
    if said.meaningful[-1].value in UNFINISHED:
        reasons.append(f"The sentence ends with «{said.typed(said.meaningful[-1])}».")
    if not reasons and _is_noun(said, match):
        reasons.append("Is that a request to run it?")
    return (*reasons, *_about_details(match))


def _about_details(match: Match) -> Iterator[str]:
    """What is still to be said about a run that is meant, or about days."""
    if _is_bare(match):
        yield "Which run?"
    kinds = [item.kind for item in match.slots]
    if any(kinds.count(kind) > 1 for kind in _ONE_EACH):
        yield "One at a time, please."
    elif match.command is Backfill and not ((days := days_of(match)) and days.sure):
        yield _SWAPPED if days and days.swapped else "Are these the days?"


def offers_without(said: Said, match: Match, commands: tuple[Command, ...]) -> tuple[Command, ...]:
    """What to offer instead of starting at once."""
    if _is_refused(match):
        return look_instead(said)
    runs = tuple(RunStatus(run_id) for run_id in said.values(Kind.RUN))
    if is_missing(match) and runs:
        return runs
    if means_all_schedules(match):
        return schedules_meant(commands)
    if clause := left_out(said, match):
        commands = one_table_each(said, clause, commands)
    if match.command is CancelRun and not match.slots:
        return (*commands, *look_instead(said))
    if match.command is RunPipeline and _has_unknown_pipeline(match):
        commands = tuple(RunPipeline(name) for name in said.vocabulary.pipelines) or commands
    if _is_question(said, match, _unexplained(match, commands)):
        named = said.values(Kind.PIPELINE)
        return (*(DescribePipeline(name) for name in named), *runs, *commands)
    return (*runs, *commands)


def misspellings(said: Said, match: Match) -> Iterator[str]:
    """What was nearly a name or a word of a command, and what it is taken for."""
    for item in match.cue:
        if item.respelled:
            yield f"Not understood: {said.typed(item)}. Did you mean {item.value}?"
    for item in match.slots:
        if item.near:
            names = " or ".join(_full(name.value, name.layer) for name in item.near)
            yield f"There is no {item.kind} {said.typed(item)}. Did you mean {names}?"
        elif item.layer and said.vocabulary.dataset(item.value, item.layer, "") is None:
            names = " or ".join(said.vocabulary.datasets_of(item.value)) or item.value
            yield f"There is no dataset {item.layer}.{item.value}. Did you mean {names}?"


def _full(name: str, layer: str | None) -> str:
    return f"{layer}.{name}" if layer else name


def _about_names(said: Said, match: Match, commands: tuple[Command, ...]) -> Iterator[str]:
    if is_missing(match):
        yield which_name(match)
    elif len(commands) > 1 and not any(misspellings(said, match)):
        yield "One at a time, please."


def _is_refused(match: Match) -> bool:
    return any(item.kind is Kind.WORD and item.value in REFUSALS for item in _wanted(match.left))


def _wanted(left: tuple[Item, ...]) -> Iterator[Item]:
    """What is left of an order itself, without its exclusions and conditions."""
    return takewhile(lambda item: item.value not in EXCLUDING | CONDITIONAL, left)


def _unexplained(match: Match, commands: tuple[Command, ...]) -> tuple[Item, ...]:
    several = JOINING | {item.value for item in match.cue} if len(commands) > 1 else frozenset()
    fine = CONNECTIVES | several
    states = _STATES.get(match.command, ())
    return tuple(
        item
        for item in match.left
        if not (item.kind is Kind.WORD and item.value in fine)
        and not (item.kind is Kind.STATUS and item.value in states)
    )


def _is_question(said: Said, match: Match, left: tuple[Item, ...]) -> bool:
    """Whether an order is only asked about; a check, a scan or a dry run answers a question."""
    kinds = {item.kind for item in match.slots}
    is_dry = Kind.DRY in kinds or Kind.DRY in match.phrase.manners
    if is_dry or match.command in (Audit, CheckQuality, ScanPrivacy):
        return False
    return said.is_question or any(item.value in QUESTIONING for item in _wanted(left))


def _is_noun(said: Said, match: Match) -> bool:
    """Whether «run» is no order, as in «the medallion run» and «start of medallion»."""
    if match.command is not RunPipeline or match.phrase.manners:
        return False
    head = match.cue or tuple(item for item in match.slots if item.kind in (Kind.FULL, Kind.DRY))
    names = (Kind.PIPELINE, Kind.UNKNOWN)
    named = min((item.start for item in match.slots if item.kind in names), default=0)
    after = said.meaningful[said.meaningful.index(head[-1]) + 1 :]
    is_part = len(match.cue) == 1 and bool(after) and after[0].value == "of"
    return is_part or named < head[0].start


def _is_bare(match: Match) -> bool:
    """Whether it is left open which run is meant; «cancel» means the only one that is not done."""
    said = {item.value for item in match.cue}
    if match.slots or match.command not in _STATES:
        return False
    return said.isdisjoint({"cancel", "run"} if match.command is CancelRun else {"last", "latest"})


def _has_unknown_pipeline(match: Match) -> bool:
    is_named = any(item.kind is Kind.PIPELINE for item in match.slots)
    return not is_named and unknown_name(match) is not None
