"""Cards about what people decided on personal data: what holds now, by which rule, from when on."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.approvals.model import Foreseen
from engine.cards import Button, ButtonStyle, Card, CardKind, Fact, Severity
from engine.catalog.model import Pipeline, Project, Stage, Table
from engine.catalog.policy import Place, Word
from engine.privacy.policy import TableRules
from engine.privacy.telling import done
from engine.privacy_decisions import Standing


@dataclass(frozen=True, slots=True)
class Change:
    """What was decided about a column, in the project as it is now."""

    project: Project
    table: Table
    column: str
    place: Place
    word: Word

    @property
    def name(self) -> str:
        """The column as people call it."""
        return f"{self.table.name}.{self.column}"


def changed_card(change: Change) -> Card:
    """That a column is protected in another way."""
    return _card(change, f"{change.name} will be {what_happens(change)}")


def accepted_card(change: Change, entity: str) -> Card:
    """That a column holds what was found in it."""
    within = entity in change.project.decided(change.table.name, change.column).holds
    where = f"{entity} within {change.name}" if within else f"{change.name} holds {entity}"
    title = f"{where} is declared" if within else f"{where}, as is declared now"
    return _card(change, title, f"It will be {what_happens(change)}; nobody is asked again.")


def rejected_card(change: Change, entity: str | None) -> Card:
    """That a column does not hold what was found in it."""
    if entity is None:
        title = f"{change.name} is not personal data"
        return _card(change, title, "Its values will be kept as they are and not looked at.")
    text = f"{entity} is not looked for in it any more; anything else still is."
    return _card(change, f"{change.name} does not hold {entity}", text)


def weakening(table: Table, column: str, before: Standing, after: Standing) -> Foreseen:
    """What a change takes away, to be asked back."""
    return Foreseen(
        f"Protect {table.name}.{column} less?",
        f"What it holds may then be read by everybody who reads {table.silver}, from its next run "
        "on, and by what is made from it.",
        (Fact("Now", before.in_words), Fact("Then", after.in_words)),
    )


def unchanged_card(project: Project, table: Table, column: str) -> Card:
    """That what somebody asked for holds already."""
    rule = TableRules.of(project, table).protection(column)
    decided = project.decided(table.name, column)
    place = f"{decided.place} says so." if decided.place else ""
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.INFO,
        title=f"Nothing to change for {table.name}.{column}",
        text=place,
        facts=(Fact("Rule", rule.rule),) if rule else (),
        buttons=(_report(table),),
    )


def what_happens(change: Change) -> str:
    """What becomes of the values of the column, in words."""
    rule = TableRules.of(change.project, change.table).protection(change.column)
    return done(rule.operator, rule.to) if rule else "kept as they are"


def _card(change: Change, title: str, text: str = "") -> Card:
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.SUCCESS,
        title=title,
        text=" ".join(part for part in (text, _when(change)) if part),
        facts=tuple(_facts(change)),
        buttons=tuple(_buttons(change)),
    )


def _when(change: Change) -> str:
    return (
        f"It holds from the next run of {change.table.silver} on; until then that stays as it is."
    )


def _facts(change: Change) -> Iterator[Fact]:
    yield Fact("Written to", str(change.place))
    rule = TableRules.of(change.project, change.table).protection(change.column)
    if rule is not None:
        yield Fact("Rule", rule.rule)
    if change.word.was is not None:
        yield Fact("Before", change.word.was)
    yield Fact("By", f"{change.word.by}, {change.word.at}")


def _buttons(change: Change) -> Iterator[Button]:
    pipeline = next(
        (each for each in change.project.pipelines if _refines(each, change.table)), None
    )
    if pipeline is not None:
        sentence = f"run pipeline {pipeline.name} for {change.table.name}"
        yield Button(f"Run {pipeline.name} for {change.table.name}", sentence, ButtonStyle.PRIMARY)
    yield _report(change.table)


def _refines(pipeline: Pipeline, table: Table) -> bool:
    """Whether it does nothing but make silver of what bronze holds, for that table too."""
    return pipeline.stages == (Stage.SILVER,) and table.name in (pipeline.tables or (table.name,))


def _report(table: Table) -> Button:
    return Button("Privacy report", f"privacy report of {table.silver}")
