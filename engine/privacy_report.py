"""The report on personal data: what each dataset holds, what is done with it, and by which rule."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from engine.cards import Button, Card, CardKind, CardTable, Fact, Severity, counted
from engine.catalog.model import ColumnType, DatasetName, Layer, Operator, Project, Table
from engine.privacy.model import ColumnFinding, Protection
from engine.privacy.policy import TableRules
from engine.privacy.telling import UNDECIDED, done, finding_buttons, ruled
from engine.runs.rotation import Outdated, making_anew

SHOWN = 40
_COLUMNS = ("Column", "Holds", "What is done", "Rule", "Since")


@dataclass(frozen=True, slots=True)
class Line:
    """One column that holds an entity, or was decided not to."""

    dataset: DatasetName
    column: str
    entity: str
    done: str
    rule: str
    since: str
    protection: Protection | None = None

    @property
    def is_open(self) -> bool:
        """Whether it was found and nobody said anything to it."""
        return self.protection is not None and not self.protection.declared


def lines_of(
    project: Project, findings: Sequence[ColumnFinding], tables: Sequence[Table] | None = None
) -> tuple[Line, ...]:
    """Every personal column: what people decided, and what was found beside it, that first."""
    wanted = project.tables if tables is None else tables
    lines = [line for table in wanted for line in _of_table(project, table, findings)]
    return tuple(sorted(lines, key=lambda each: not each.is_open))


def _of_table(project: Project, table: Table, findings: Sequence[ColumnFinding]) -> Iterator[Line]:
    rules = TableRules.of(project, table)
    names = [each.name for each in table.columns]
    names += [name for of, name in project.privacy.columns if of == table.name]
    for name in dict.fromkeys(names):
        decided = project.decided(table.name, name)
        protection = rules.protection(name) if _says(project, table, name) else None
        if protection is not None and not decided.free_text:
            since = _word(project, table, name)
            yield _line(table.silver, protection, since)
    yield from _found(rules, table, findings)


def _says(project: Project, table: Table, column: str) -> bool:
    decided = project.decided(table.name, column)
    return decided.operator is not None or decided.entity is not None


def _found(rules: TableRules, table: Table, findings: Sequence[ColumnFinding]) -> Iterator[Line]:
    """What was found in columns of which nobody said what they hold as a whole."""
    newest = {
        (each.column, each.entity): each
        for each in sorted(findings, key=lambda each: each.last_seen)
        if each.dataset.table == table.name and each.dataset.layer is not Layer.GOLD
    }
    for each in newest.values():
        if not each.fills_the_cells:
            found = rules.within(each.column, is_text=True).protection_of(each.entity)
        elif _says(rules.project, table, each.column):
            continue
        else:
            found = rules.protection(each.column, each.entity)
        if found is not None and rules.decided(each.column).operator is not Operator.KEEP:
            told = replace(found, reasons=_in_cells(each))
            yield _line(table.silver, told, f"{each.first_seen:%Y-%m-%d}")


def _in_cells(found: ColumnFinding) -> tuple[str, ...]:
    """In how many cells, where that was counted; a sample tells of the column as a whole."""
    return (f"found in {counted(found.cells, 'cell')}",) if found.cells else ()


def _line(dataset: DatasetName, protection: Protection, since: str) -> Line:
    entity = protection.entity or "something personal"
    found = f"{entity}, {protection.reasons[0]}" if protection.reasons else entity
    return Line(
        dataset,
        protection.column,
        found,
        done(protection.operator, protection.to),
        protection.rule,
        since,
        protection,
    )


def _word(project: Project, table: Table, column: str) -> str:
    word = project.decided(table.name, column).word
    return f"{word.at}, by {word.by}" if word.at and word.by else ""


def report_card(project: Project, findings: Sequence[ColumnFinding]) -> Card:
    """What personal data there is in all datasets."""
    lines = lines_of(project, findings)
    gold = tuple(_gold(project, findings))
    opened = sum(each.is_open for each in lines)
    shown = (*gold, *lines)[:SHOWN]
    rows = tuple((str(each.dataset), *_cells(each)) for each in shown)
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.WARNING if opened or gold else Severity.INFO,
        title=_title(lines, "in silver"),
        text="\n".join(_told(opened, len(gold), len(lines) + len(gold) - len(shown))),
        facts=tuple(_facts(project, lines)),
        table=CardTable(("Dataset", *_COLUMNS), rows) if rows else None,
        buttons=tuple(_buttons(lines)),
    )


def _title(lines: Sequence[Line], where: str) -> str:
    columns = {(each.dataset, each.column) for each in lines}
    if not columns:
        return f"No personal data is declared or was found {where}"
    return f"{counted(len(columns), 'column')} with personal data {where}"


def _told(opened: int, in_gold: int, more: int) -> Iterator[str]:
    if opened:
        yield (
            f"{counted(opened, 'finding')} nobody said anything to: protected by the rules all the "
            "same, until somebody accepts or rejects it."
        )
    if in_gold:
        yield "What is found in gold came through a rule that keeps it, or from a model's own text."
    if more:
        yield f"{counted(more, 'more line')}: say «privacy report of …» with one dataset."


def _facts(project: Project, lines: Sequence[Line]) -> Iterator[Fact]:
    yield Fact("Without a rule", _default(project))
    kept = sum(len(table.tellable) for table in project.tables)
    yield Fact("Kept, not looked at", counted(kept, "column"))
    by_entity = dict.fromkeys(each.protection.entity for each in lines if each.protection)
    named = [each for each in by_entity if each]
    if named:
        yield Fact("Entities", ", ".join(sorted(named)))


def _default(project: Project) -> str:
    return done(project.privacy.default)


def _gold(project: Project, findings: Sequence[ColumnFinding]) -> Iterator[Line]:
    """What scans found in gold, where nothing is protected any more."""
    for each in findings:
        if each.dataset.layer is Layer.GOLD and project.model(each.dataset.table) is not None:
            entity = ", ".join((each.entity, *_in_cells(each)))
            since = f"{each.first_seen:%Y-%m-%d}"
            yield Line(each.dataset, each.column, entity, "nothing", "gold is not protected", since)


def _cells(line: Line) -> tuple[str, ...]:
    rule = ruled(line.rule, decided=not line.is_open)
    return line.column, line.entity, line.done, rule, line.since


def _buttons(lines: Sequence[Line]) -> Iterator[Button]:
    opened = next((each for each in lines if each.is_open and each.protection), None)
    if opened is not None and opened.protection is not None:
        yield from finding_buttons(opened.dataset, opened.protection)
    tables = dict.fromkeys(each.dataset for each in lines)
    for dataset in list(tables)[:2]:
        yield Button(f"Report on {dataset.table}", f"privacy report of {dataset}")


def table_card(
    project: Project,
    dataset: DatasetName,
    present: Sequence[str],
    findings: Sequence[ColumnFinding],
) -> Card:
    """Each column of one dataset: what it holds, what is done, or why nothing is."""
    table = project.table(dataset.table)
    if table is None or dataset.layer is Layer.GOLD:
        return _gold_card(project, dataset, findings)
    lines = lines_of(project, findings, [table])
    personal = {each.column for each in lines}
    columns = dict.fromkeys((*(each.name for each in table.columns), *present))
    others = [_other(project, table, each) for each in columns if each not in personal]
    opened = sum(each.is_open for each in lines)
    rows = tuple(_cells(each) for each in (*lines, *others))
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.WARNING if opened else Severity.INFO,
        title=_title(lines, f"in {table.name}"),
        text="\n".join(_told(opened, 0, 0)),
        table=CardTable(_COLUMNS, rows),
        buttons=(*_table_buttons(lines), *_scan(table)),
    )


_LOOKED = {
    ColumnType.TEXT: "each cell is looked through",
    ColumnType.INTEGER: "a sample is looked at",
    ColumnType.NUMBER: "a sample is looked at",
    ColumnType.BOOLEAN: "not looked at",
    ColumnType.DATE: "not looked at",
    ColumnType.TIMESTAMP: "not looked at",
}


def _type(table: Table, column: str) -> ColumnType:
    declared = table.column(column)
    return declared.type if declared else ColumnType.TEXT


def _other(project: Project, table: Table, column: str) -> Line:
    """A column that nobody knows anything personal of."""
    decided = project.decided(table.name, column)
    kept = decided.operator is Operator.KEEP
    rule = f"in {decided.place}" if decided.place else ""
    if TableRules.of(project, table).undecided([column]) and not decided.not_personal:
        rule = UNDECIDED
    told = "kept, not looked at" if kept else _LOOKED[_type(table, column)]
    return Line(table.silver, column, "", told, rule, _word(project, table, column))


def _table_buttons(lines: Sequence[Line]) -> Iterator[Button]:
    opened = [each for each in lines if each.is_open and each.protection]
    for each in opened[:2]:
        if each.protection is not None:
            yield from finding_buttons(each.dataset, each.protection)


def _scan(table: Table) -> Iterator[Button]:
    yield Button("Scan it now", f"scan {table.bronze} for personal data")


def _gold_card(project: Project, dataset: DatasetName, findings: Sequence[ColumnFinding]) -> Card:
    lines = tuple(each for each in _gold(project, findings) if each.dataset == dataset)
    made_of = ", ".join(str(each) for each in project.upstream_of(dataset))
    title = _title(lines, f"in {dataset}") if lines else f"Nothing personal was found in {dataset}"
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.WARNING if lines else Severity.INFO,
        title=title,
        text=f"Gold is made from silver, where protection happens: from {made_of}.",
        table=CardTable(_COLUMNS, tuple(map(_cells, lines))) if lines else None,
        buttons=(Button("Scan it now", f"scan {dataset} for personal data"),),
    )


def with_old_tokens(card: Card, project: Project, old: Sequence[Outdated]) -> Card:
    """The card with what the change of a key left to be done, if there is anything."""
    if not old:
        return card
    sentences = making_anew(project, [each.dataset for each in old])
    names = ", ".join(map(_old, old))
    how = " and then ".join(f"«{each}»" for each in sentences) or "A full refresh"
    told = f"Tokens of a former key stand in {names}. {how} makes them anew with the present one."
    return replace(
        card,
        severity=Severity.WARNING,
        text="\n".join(filter(None, (told, card.text))),
        buttons=(*(Button(_order(each), each) for each in sentences[:2]), *card.buttons),
    )


def _old(each: Outdated) -> str:
    return str(each.dataset) if each.version is None else f"{each.dataset} (key {each.version})"


def _order(sentence: str) -> str:
    """The sentence as a button says it: `Run bronze_to_silver with full refresh`."""
    return sentence.replace("run pipeline ", "Run ", 1)
