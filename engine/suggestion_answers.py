"""Answers about checks that a dataset could have: suggests them, and adds those accepted."""

from collections.abc import Iterator, Sequence

from engine.cards import Button, ButtonStyle, Card, CardKind, CardTable, Fact, Severity, counted
from engine.catalog.model import Check, DatasetName, Project
from engine.commands import AcceptChecks, SuggestChecks
from engine.errors import EngineError, UnknownDataset
from engine.quality.model import Outcome, settle
from engine.quality.ports import CheckFiles, Profiles, QualityEngine
from engine.quality.suggestions import Suggestion, Written, check_id, suggested

MOST_SHOWN = 8
_BUTTONS = 5

SuggestionCommand = SuggestChecks | AcceptChecks


class Suggestions:
    """What people hear when they ask what to check; nothing is added unasked.

    Each time the files and the table are looked at anew: an id stands for the text that was shown,
    or for nothing any more.
    """

    def __init__(self, profiles: Profiles, quality: QualityEngine, files: CheckFiles) -> None:
        self._profiles = profiles
        self._quality = quality
        self._files = files

    async def answer(self, command: SuggestionCommand) -> Card:
        """Carry it out; raises EngineError where it is refused."""
        project = await self._files.read()
        dataset = _dataset(project, command.dataset)
        found = await self._found(project, dataset)
        match command:
            case SuggestChecks():
                declared = len(project.checks_of(dataset))
                return suggestions_card(dataset, await self._holding(found, MOST_SHOWN), declared)
            case AcceptChecks(checks=()):
                return await self._all_accepted(dataset, found)
            case AcceptChecks(checks=ids):
                chosen = _chosen(found, ids, dataset, project.checks_of(dataset))
                return await self._accepted(dataset, chosen)

    async def _found(self, project: Project, dataset: DatasetName) -> tuple[Suggestion, ...]:
        profile = await self._profiles.of(project, dataset)
        return suggested(project, profile, project.checks_of(dataset))

    async def _holding(self, found: Sequence[Suggestion], most: int) -> tuple[Suggestion, ...]:
        """The first that pass now, as the gate itself would say."""
        if not found:
            return ()
        dataset, checks = found[0].dataset, [each.check for each in found]
        measured = await self._quality.measure(dataset.layer, dataset.table, checks)
        verdicts = settle(checks, measured)
        passing = (
            each
            for each, verdict in zip(found, verdicts, strict=True)
            if verdict.outcome is Outcome.PASSED
        )
        return tuple(passing)[:most]

    async def _all_accepted(self, dataset: DatasetName, found: Sequence[Suggestion]) -> Card:
        """Those that would be shown at this moment."""
        holding = await self._holding(found, MOST_SHOWN)
        if not holding:
            raise EngineError(f"There is nothing to suggest for {dataset}.", "Nothing was added.")
        return await self._added(dataset, holding)

    async def _accepted(self, dataset: DatasetName, chosen: Sequence[Suggestion]) -> Card:
        holding = await self._holding(chosen, len(chosen))
        fails = next((each for each in chosen if each not in holding), None)
        if fails is not None:
            message = f"{fails.id}, «{fails.check.title}», does not hold for {dataset} now."
            raise EngineError(message, _AGAIN.format(dataset))
        return await self._added(dataset, chosen)

    async def _added(self, dataset: DatasetName, chosen: Sequence[Suggestion]) -> Card:
        written = await self._files.add(dataset, [each.text for each in chosen])
        return accepted_card(dataset, chosen, written)


_AGAIN = "Nothing was added. Say «suggest checks for {}» for those that hold."


def _dataset(project: Project, name: str) -> DatasetName:
    for each in project.datasets():
        if str(each) == name:
            return each
    raise UnknownDataset(name)


def _chosen(
    found: Sequence[Suggestion], ids: Sequence[str], dataset: DatasetName, declared: Sequence[Check]
) -> tuple[Suggestion, ...]:
    """The suggestions with these ids; raises EngineError where one has none."""
    by_id = {each.id: each for each in found}
    for given in ids:
        if given not in by_id:
            raise _unknown(given, found, dataset, declared)
    return tuple(by_id[each] for each in dict.fromkeys(ids))


def _unknown(
    given: str, found: Sequence[Suggestion], dataset: DatasetName, declared: Sequence[Check]
) -> EngineError:
    if given.isdigit():
        return _numbered(int(given), found, dataset)
    if given in {check_id(dataset, check.text) for check in declared}:
        return EngineError(f"{given} is declared for {dataset} already.", "There is nothing to do.")
    message = f"There is no suggestion {given} for {dataset}, or it does not fit any more."
    return EngineError(message, _AGAIN.format(dataset))


def _numbered(number: int, found: Sequence[Suggestion], dataset: DatasetName) -> EngineError:
    """The first of a list may be another one by now: an id can only mean what was shown."""
    message = f"{number} is no id of a suggestion for {dataset}, so nothing was added."
    if 0 < number <= min(len(found), MOST_SHOWN):
        meant = found[number - 1]
        hint = f"Do you mean «{meant.check.title}»? Say «{_sentence(meant)}»."
        return EngineError(message, hint)
    return EngineError(
        message, f"Say «suggest checks for {dataset}»: the first column has the ids."
    )


def _sentence(suggestion: Suggestion) -> str:
    return f"accept check {suggestion.id} for {suggestion.dataset}"


def suggestions_card(
    dataset: DatasetName, suggestions: Sequence[Suggestion], declared: int
) -> Card:
    """What could be checked, with the evidence and a click for each of the first."""
    rows = tuple(
        (each.id, _in_one_line(each.text), each.evidence, str(each.confidence))
        for each in suggestions
    )
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.INFO,
        title=f"{counted(len(rows), 'check')} to think of for {dataset}"
        if rows
        else f"Nothing to suggest for {dataset}",
        text=_told(any_found=bool(rows)),
        facts=(Fact("Declared", counted(declared, "check")),),
        table=CardTable(("Id", "Check", "Why", "Confidence"), rows) if rows else None,
        buttons=tuple(_buttons(dataset, suggestions)),
    )


def _told(*, any_found: bool) -> str:
    if not any_found:
        return "What its rows show is checked already, or there are too few of them to tell."
    return "All of them hold now. Nothing is added before somebody accepts it."


def _buttons(dataset: DatasetName, suggestions: Sequence[Suggestion]) -> Iterator[Button]:
    """One for each of the first; that for all of them names their ids, so it adds what was seen."""
    yield from map(_button, suggestions[:_BUTTONS])
    if len(suggestions) > 1:
        ids = ",".join(each.id for each in suggestions)
        yield Button(f"Accept all {len(suggestions)}", f"accept check {ids} for {dataset}")


def _button(suggestion: Suggestion) -> Button:
    label = f"Accept {suggestion.id}: {suggestion.check.title}"
    return Button(label, _sentence(suggestion))


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


def accepted_card(dataset: DatasetName, accepted: Sequence[Suggestion], written: Written) -> Card:
    """What was added and where; it applies from the next start on."""
    rows = tuple(
        (f"{written.file}:{line}", _in_one_line(each.text))
        for each, line in zip(accepted, written.lines, strict=True)
    )
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.SUCCESS,
        title=f"{counted(len(rows), 'check')} added to {written.file}",
        text=f"Atlas reads its project when it starts: restart it and its workers, and runs hold "
        f"{dataset} to them. To take one back, delete its lines.",
        table=CardTable(("Where", "Check"), rows),
        buttons=(Button("More suggestions", f"suggest checks for {dataset}", ButtonStyle.DEFAULT),),
    )
