"""Decide what speaks against doing at once what a sentence seems to say."""

from collections.abc import Iterator
from itertools import takewhile

from engine.commands import Command, DescribePipeline, RunPipeline, RunStatus
from skills.language.filling import is_missing, unknown_name
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
from skills.language.said import Said


def reasons_against(said: Said, match: Match, commands: tuple[Command, ...]) -> tuple[str, ...]:
    """Why a sentence may not start what it seems to say; none when it clearly says it."""
    if _is_refused(match):
        return ("Nothing was started: that reads as a request not to.",)
    left = _unexplained(match, commands)
    if _is_question(said, match, left):
        return ("That is a question, so nothing was started.",)
    reasons = [*_about_names(said, match, commands), *misspellings(said, match)]
    if left:
        reasons.append(f"Not understood: {said.typed_together(left)}.")
    if said.meaningful[-1].value in UNFINISHED:
        reasons.append(f"The sentence ends with «{said.typed(said.meaningful[-1])}».")
    if not reasons and _is_noun(said, match):
        reasons.append("Is that a request to run it?")
    return tuple(reasons)


def offers_without(said: Said, match: Match, commands: tuple[Command, ...]) -> tuple[Command, ...]:
    """What to offer instead of starting at once."""
    if _is_refused(match):
        return look_instead(said)
    runs = tuple(RunStatus(run_id) for run_id in said.values(Kind.RUN))
    if is_missing(match) and runs:
        return runs
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
    return tuple(
        item for item in match.left if item.kind is not Kind.WORD or item.value not in fine
    )


def _is_question(said: Said, match: Match, left: tuple[Item, ...]) -> bool:
    if match.command is not RunPipeline:
        return False
    return said.is_question or any(item.value in QUESTIONING for item in _wanted(left))


def _is_noun(said: Said, match: Match) -> bool:
    """Whether «run» is no order, as in «the medallion run» and «start of medallion»."""
    names = (Kind.PIPELINE, Kind.UNKNOWN)
    named = min((item.start for item in match.slots if item.kind in names), default=0)
    after = said.meaningful[said.meaningful.index(match.cue[-1]) + 1 :]
    is_part = len(match.cue) == 1 and bool(after) and after[0].value == "of"
    return match.command is RunPipeline and (is_part or named < match.cue[0].start)


def _has_unknown_pipeline(match: Match) -> bool:
    is_named = any(item.kind is Kind.PIPELINE for item in match.slots)
    return not is_named and unknown_name(match) is not None
