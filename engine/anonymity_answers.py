"""The card that tells how alone people stand in a dataset, and what would help."""

from collections.abc import Iterator, Mapping

from engine.cards import Button, Card, CardKind, CardTable, Fact, Severity, counted, readable
from engine.catalog.model import Layer, Project
from engine.commands import CheckAnonymity
from engine.known_names import KnownNames
from engine.privacy.anonymity import Anonymity, Crowds, Question, Tally, require_sensible
from engine.quality.examples import MASKED, MISSING


class AnonymityAnswers:
    """What people hear when they ask how anonymous a dataset is."""

    def __init__(self, project: Project, crowds: Crowds) -> None:
        self._project = project
        self._names = KnownNames(project)
        self._crowds = crowds

    async def answer(self, command: CheckAnonymity) -> Card:
        """Count it now; raises EngineError where that can't be done."""
        dataset = self._names.dataset(command.dataset)
        question = Question(dataset, command.columns, command.k)
        require_sensible(question)
        return anonymity_card(await self._crowds.of(self._project, question))


def anonymity_card(found: Anonymity) -> Card:
    """The smallest group, the rows that break k, and how to mend it."""
    question, tally = found.question, found.tally
    if tally.smallest is None:
        return _empty(question)
    by = _joined(question.columns)
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.SUCCESS if found.holds else Severity.WARNING,
        title=_title(found),
        text=" ".join(_advice(found)),
        facts=(
            Fact("By", by),
            Fact("Smallest group", counted(tally.smallest, "row")),
            Fact(f"Rows in groups below {readable(question.k)}", _share(tally)),
            Fact(f"Groups below {readable(question.k)}", _of(tally.groups_below, tally.groups)),
        ),
        table=_smallest(found),
        buttons=tuple(_buttons(found)),
    )


def _empty(question: Question) -> Card:
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.INFO,
        title=f"{question.dataset} has no rows",
        text="Nobody stands out where nobody is.",
    )


def _title(found: Anonymity) -> str:
    question, tally = found.question, found.tally
    if found.holds:
        return f"{question.dataset} is {readable(question.k)}-anonymous"
    rows = counted(tally.rows_below, "row")
    stand = "stands" if tally.rows_below == 1 else "stand"
    return f"{rows} of {question.dataset} {stand} out: it is not {readable(question.k)}-anonymous"


def _share(tally: Tally) -> str:
    percent = 100 * tally.rows_below / tally.rows
    told = "less than 0.1" if 0 < percent < 0.1 else f"{percent:.1f}"  # noqa: PLR2004  # what one decimal shows
    return f"{_of(tally.rows_below, tally.rows)} ({told} %)"


def _of(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,}"


def _joined(columns: tuple[str, ...]) -> str:
    return ", ".join(columns)


def _advice(found: Anonymity) -> Iterator[str]:
    """Which column to generalise first: the one without which the fewest rows stand out."""
    if found.holds:
        return
    best = found.to_mend[0]
    left = found.without.get(best)
    if left is not None:
        gain = "none" if left.rows_below == 0 else counted(left.rows_below, "row")
        yield f"Without {best} {gain} would stand out."
    yield _how(found, best)
    yield f"Or leave the {counted(found.tally.rows_below, 'row')} out."


def _how(found: Anonymity, column: str) -> str:
    """What to do with a column."""
    dataset = found.question.dataset
    where = f"in models/{dataset.table}.sql" if dataset.layer is Layer.GOLD else "in its rule"
    to = found.coarser(column)
    if to is None:
        return f"Leave {column} out or redact it {where}."
    return f"Generalise {column}, for example to {to}, {where}."


def _smallest(found: Anonymity) -> CardTable | None:
    columns = found.question.columns
    rows = tuple(
        (readable(group.rows), *(_shown(group.values, column) for column in columns))
        for group in found.smallest
    )
    return CardTable(("Rows", *columns), rows) if rows else None


def _shown(values: Mapping[str, str | None], column: str) -> str:
    value = values.get(column, MASKED)
    return MISSING if value is None else value


def _buttons(found: Anonymity) -> Iterator[Button]:
    """The mending, where a sentence does it, and the same look without that column."""
    question = found.question
    if found.holds:
        return
    best = found.to_mend[0]
    to = found.coarser(best)
    if question.dataset.layer is Layer.SILVER and to is not None:
        sentence = f"generalise {best} in {question.dataset.table} to {to}"
        yield Button(f"Generalise {best} to {to}", sentence)
    rest = tuple(each for each in question.columns if each != best)
    if rest:
        look = f"check k-anonymity of {question.dataset} for {_joined(rest)} with k {question.k}"
        yield Button(f"Look without {best}", look)
