"""Find the phrase that explains a sentence best, and what it leaves unexplained."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from engine.commands import (
    AcceptChecks,
    Audit,
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
    PrivacyReport,
    QualityReport,
    ReleaseQuarantine,
    ResumeSchedule,
    RetryRun,
    RunPipeline,
    RunStatus,
    ScanPrivacy,
    SuggestChecks,
    WhoAmI,
)
from engine.people import Role
from skills.language.items import Item, Kind
from skills.language.lexicon import CONNECTIVES, PLAIN, PRONOUNS, ROWS
from skills.language.phrases import PHRASES, Phrase

_OF_SCHEDULES = frozenset({Kind.SCHEDULE, Kind.PIPELINE, Kind.TABLE})
ACCEPTS: Mapping[type[Command], frozenset[Kind]] = MappingProxyType(
    {
        RunPipeline: frozenset({Kind.PIPELINE, Kind.TABLE, Kind.FULL, Kind.DRY}),
        RunStatus: frozenset({Kind.RUN, Kind.PIPELINE, Kind.TABLE}),
        ListRuns: frozenset({Kind.STATUS, Kind.PIPELINE, Kind.TABLE, Kind.TIME, Kind.LIMIT}),
        ExplainRun: frozenset({Kind.RUN, Kind.PIPELINE, Kind.TABLE}),
        CancelRun: frozenset({Kind.RUN, Kind.PIPELINE, Kind.TABLE}),
        RetryRun: frozenset({Kind.RUN, Kind.PIPELINE, Kind.TABLE, Kind.STEP, Kind.ACCEPT}),
        Backfill: frozenset({Kind.PIPELINE, Kind.TABLE, Kind.TIME, Kind.AT_ONCE}),
        BackfillStatus: frozenset({Kind.PIPELINE, Kind.TABLE}),
        ListSchedules: _OF_SCHEDULES,
        PauseSchedule: _OF_SCHEDULES,
        ResumeSchedule: _OF_SCHEDULES,
        DeleteSchedule: _OF_SCHEDULES,
        ListPipelines: frozenset(),
        DescribePipeline: frozenset({Kind.PIPELINE}),
        CheckQuality: frozenset({Kind.TABLE}),
        QualityReport: frozenset({Kind.TABLE, Kind.TIME}),
        ListQuarantine: frozenset({Kind.TABLE, Kind.RULE}),
        ExpectValues: frozenset({Kind.TABLE}),
        ReleaseQuarantine: frozenset({Kind.TABLE, Kind.RULE}),
        DeleteQuarantine: frozenset({Kind.TABLE, Kind.RULE, Kind.AGE}),
        SuggestChecks: frozenset({Kind.TABLE}),
        AcceptChecks: frozenset({Kind.TABLE, Kind.CHECKS}),
        ScanPrivacy: frozenset({Kind.TABLE}),
        PrivacyReport: frozenset({Kind.TABLE}),
        Audit: frozenset({Kind.TIME}),
        Help: frozenset(),
        WhoAmI: frozenset(),
    }
)
REQUIRES: Mapping[type[Command], Kind] = MappingProxyType(
    {
        RunPipeline: Kind.PIPELINE,
        DescribePipeline: Kind.PIPELINE,
        CheckQuality: Kind.TABLE,
        ListQuarantine: Kind.TABLE,
        ExpectValues: Kind.TABLE,
        ReleaseQuarantine: Kind.TABLE,
        DeleteQuarantine: Kind.TABLE,
        SuggestChecks: Kind.TABLE,
        AcceptChecks: Kind.TABLE,
        ScanPrivacy: Kind.TABLE,
    }
)
_NAMES = frozenset({Kind.PIPELINE, Kind.TABLE, Kind.RUN, Kind.SCHEDULE})
_NAMED_BY = frozenset({"for", "on", "of", "over", "table", "about", "dataset"})
_SOFT = PLAIN | PRONOUNS | ROWS | CONNECTIVES
_SLOTS = frozenset(Kind) - {Kind.WORD, Kind.NOISE, Kind.ASKING, Kind.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found in a sentence: its words, the slots that it takes, and all that is left."""

    phrase: Phrase
    cue: tuple[Item, ...]
    slots: tuple[Item, ...]
    left: tuple[Item, ...]

    @property
    def command(self) -> type[Command]:
        """The command that the phrase says."""
        return self.phrase.command

    @property
    def score(self) -> int:
        """How much of the sentence the phrase explains."""
        required = REQUIRES.get(self.command)
        has_required = any(item.kind in (required, Kind.UNKNOWN) for item in self.slots)
        explained = sum(map(_weight, self.cue)) + 3 * len(self.slots) + 6 * len(self.phrase.needs)
        return explained + (6 if required and has_required else 0) - self._unexplained

    @property
    def _unexplained(self) -> int:
        """What speaks against the phrase; a condition belongs to an order, not to a question."""
        is_condition = any(item.value == "if" for item in self.left)
        past = 20 if is_condition and self.command.needs is Role.VIEWER else 0
        return past + sum(map(_cost, self.left))


def best_match(items: tuple[Item, ...]) -> Match | None:
    """The phrase that explains most; a mistyped run id is one where an id may stand."""
    plain = _best_match(items)
    if not any(item.like_run_id for item in items) or _is_about_a_name(plain, items):
        return plain
    found = _best_match(_with_run_ids(items))
    return found if found and Kind.RUN in ACCEPTS[found.command] else plain


def _is_about_a_name(plain: Match | None, items: tuple[Item, ...]) -> bool:
    """Whether a word that nobody knows stands where only a table or a pipeline may."""
    if plain is None or plain.command not in REQUIRES:
        return False
    return plain.command is not RunPipeline or _is_order_to_run(items)


def _is_order_to_run(items: tuple[Item, ...]) -> bool:
    """Whether a sentence begins with «run», which a pipeline follows."""
    quiet = (Kind.NOISE, Kind.ASKING)
    return next((item.value for item in items if item.kind not in quiet), "") == "run"


def _with_run_ids(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The items with words like run ids as such, where nothing else is named."""
    if any(item.kind in _NAMES for item in items):
        return items
    return tuple(replace(item, kind=Kind.RUN) if item.like_run_id else item for item in items)


def _best_match(items: tuple[Item, ...]) -> Match | None:
    """The phrase that explains most, the earlier in the table among equals."""
    said = frozenset(item.value for item in items if item.kind is Kind.WORD)
    possible = (phrase for phrase in _begun_by(said) if all(cue & said for cue in phrase.cue))
    named = _with_unknown_pipelines(items)
    matches = (
        match
        for phrase in possible
        if (match := _match(phrase, named if _may_name_a_pipeline(phrase.command) else items))
    )
    return max(matches, key=lambda match: match.score, default=None)


def _by_first_word() -> Mapping[str, tuple[int, ...]]:
    """Where the phrases stand that a word may begin; those that need no word under none."""
    found: dict[str, list[int]] = {}
    for at, phrase in enumerate(PHRASES):
        for word in phrase.cue[0] if phrase.cue else {""}:
            found.setdefault(word, []).append(at)
    return MappingProxyType({word: tuple(places) for word, places in found.items()})


_BY_FIRST_WORD = _by_first_word()
"""There are too many phrases to try them all for each sentence."""


def _begun_by(said: frozenset[str]) -> Iterator[Phrase]:
    """The phrases whose first word was said, in the order of the table."""
    places = {at for word in (*said, "") for at in _BY_FIRST_WORD.get(word, ())}
    return (PHRASES[at] for at in sorted(places))


def _may_name_a_pipeline(command: type[Command]) -> bool:
    """Whether a question can do without a pipeline, and so must not lose one that nobody knows."""
    takes = Kind.PIPELINE in ACCEPTS[command] and command not in REQUIRES
    return takes and command.needs is Role.VIEWER


def _with_unknown_pipelines(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The items with what follows «pipeline» as one, also where there is none of that name."""
    before = (None, *items)
    return tuple(
        replace(item, kind=Kind.PIPELINE)
        if item.kind is Kind.UNKNOWN and last is not None and last.value == "pipeline"
        else item
        for last, item in zip(before, items, strict=False)
    )


def _match(phrase: Phrase, items: tuple[Item, ...]) -> Match | None:
    cue = _cue(phrase, items)
    if len(cue) < len(phrase.cue):
        return None
    slots = _slots(phrase, items)
    if not _has_needs(phrase, slots, items):
        return None
    used = {*map(id, cue), *map(id, slots)}
    quiet = (Kind.NOISE, Kind.ASKING)
    left = tuple(item for item in items if id(item) not in used and item.kind not in quiet)
    return Match(phrase, cue, slots, left)


def _has_needs(phrase: Phrase, slots: tuple[Item, ...], items: tuple[Item, ...]) -> bool:
    kinds = {item.kind.value for item in slots}
    if Kind.UNKNOWN in kinds:
        kinds.add("table")  # a name as good as any, where one is missing
    if any(item.kind is Kind.STATUS for item in items):
        kinds.add("status")
    return all(need & kinds for need in phrase.needs)


def _cue(phrase: Phrase, items: tuple[Item, ...]) -> tuple[Item, ...]:
    found: list[Item] = []
    for item in items:
        if len(found) == len(phrase.cue):
            break
        if item.kind is Kind.WORD and item.value in phrase.cue[len(found)]:
            found.append(item)
    return tuple(found)


def _slots(phrase: Phrase, items: tuple[Item, ...]) -> tuple[Item, ...]:
    accepted = ACCEPTS[phrase.command]
    slots = tuple(item for item in items if item.kind in accepted)
    named = _unknown_name(phrase, items, slots)
    return (*slots, named) if named else slots


def _unknown_name(phrase: Phrase, items: tuple[Item, ...], slots: tuple[Item, ...]) -> Item | None:
    """The one word that nobody knows, where a name is missing."""
    unknown = [at for at, item in enumerate(items) if item.kind is Kind.UNKNOWN]
    if len(unknown) != 1:
        return None
    at = unknown[0]
    wanted = REQUIRES.get(phrase.command)
    has_names = {item.kind for item in slots} & _NAMES
    is_named = at > 0 and items[at - 1].value in _NAMED_BY
    if wanted and all(item.kind is not wanted for item in slots):
        return items[at] if not (wanted is Kind.PIPELINE and has_names and is_named) else None
    takes_table = Kind.TABLE in ACCEPTS[phrase.command] and Kind.TABLE not in has_names
    return items[at] if takes_table and (is_named or (phrase.needs and not has_names)) else None


def _weight(item: Item) -> int:
    weight = 4 if item.value in PLAIN and item.value != "why" else 10
    return weight - 2 if item.respelled else weight


def _cost(item: Item) -> int:
    if item.kind in _SLOTS:
        return 4
    if item.kind is Kind.UNKNOWN:
        return 3
    return 1 if item.value in _SOFT else 2
