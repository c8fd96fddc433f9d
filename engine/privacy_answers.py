"""Answers about personal data: reports what is where, and writes what people decide about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from engine.cards import Card
from engine.catalog.model import DatasetName, Layer, Project, Table
from engine.catalog.policy import (
    PRIVACY_FILE,
    ColumnRule,
    Operator,
    Place,
    Rule,
    Word,
)
from engine.clock import Clock
from engine.commands import AcceptFinding, PrivacyReport, RejectFinding, SetPrivacyRule
from engine.errors import EngineError, UnknownDataset
from engine.known_names import close_to
from engine.people import Asker
from engine.privacy.hints import hinted_entity
from engine.privacy.model import ColumnFinding
from engine.privacy.policy import stricter_demand
from engine.privacy.ports import PrivacyFindings, RuleFile
from engine.privacy_cards import (
    Change,
    accepted_card,
    changed_card,
    rejected_card,
    unchanged_card,
)
from engine.privacy_report import report_card, table_card, with_old_tokens
from engine.runs.rotation import Rotation

PrivacyCommand = PrivacyReport | SetPrivacyRule | AcceptFinding | RejectFinding
Decision = SetPrivacyRule | AcceptFinding | RejectFinding


@dataclass(frozen=True, slots=True)
class _Subject:
    """The column that somebody decides about, with all that is known of it."""

    project: Project
    table: Table
    column: str
    findings: tuple[ColumnFinding, ...]

    @property
    def decided(self) -> ColumnRule:
        return self.project.decided(self.table.name, self.column)

    @property
    def name(self) -> str:
        return f"{self.table.name}.{self.column}"

    @property
    def entity(self) -> str | None:
        """What it holds: as declared, as found, or as its name says."""
        found = max(self.findings, key=lambda each: (each.share, each.last_seen), default=None)
        return (
            self.decided.entity or (found.entity if found else None) or hinted_entity(self.column)
        )

    @property
    def declared_in(self) -> Place | None:
        """Where its table's own file says what is personal about it."""
        decided = self.decided
        if decided.over is not None:
            return decided.over
        if decided.place is None or decided.place.file == PRIVACY_FILE:
            return None
        return decided.place if decided.says_personal else None


class PrivacyAnswers:
    """What people hear about personal data, and how their word about it gets into privacy.yaml.

    Each time the files are read anew: what was decided a moment ago counts.
    """

    def __init__(
        self,
        rules: RuleFile,
        findings: PrivacyFindings,
        clock: Clock,
        zone: tzinfo,
        rotation: Rotation | None = None,
    ) -> None:
        self._rotation = rotation
        self._rules = rules
        self._findings = findings
        self._clock = clock
        self._zone = zone

    async def answer(self, command: PrivacyCommand, asker: Asker) -> Card:
        """Carry it out; raises EngineError where it is refused."""
        if isinstance(command, PrivacyReport):
            return await self._report(command.dataset)
        subject = await self._subject(command)
        match command:
            case SetPrivacyRule(_, _, operator, to):
                return await self._set(subject, _operator(operator), to, asker)
            case AcceptFinding(_, _, entity):
                return await self._accept(subject, entity, asker)
            case RejectFinding(_, _, entity):
                return await self._reject(subject, entity, asker)

    async def _report(self, name: str | None) -> Card:
        project = await self._rules.read()
        old = await self._rotation.outdated(project) if self._rotation else ()
        if name is None:
            return with_old_tokens(report_card(project, await self._findings.found()), project, old)
        dataset = _dataset(project, name)
        found = await self._findings.found(dataset.table)
        table = project.table(dataset.table)
        present = await self._findings.columns(table.bronze) if table else ()
        here = [each for each in old if each.dataset == dataset]
        return with_old_tokens(table_card(project, dataset, present, found), project, here)

    async def _subject(self, command: Decision) -> _Subject:
        project = await self._rules.read()
        table = _table(project, command.dataset)
        found = await self._findings.found(table.name)
        present = await self._findings.columns(table.bronze)
        column = _column(table, command.column, [*present, *(each.column for each in found)])
        return _Subject(
            project, table, column, tuple(each for each in found if each.column == column)
        )

    async def _set(
        self, subject: _Subject, operator: Operator, to: str | None, asker: Asker
    ) -> Card:
        decided = subject.decided
        if (decided.operator, decided.to) == (operator, to):
            return unchanged_card(subject.project, subject.table, subject.column)
        wanted = Rule(operator, to, table=subject.table.name, column=subject.column)
        _require_strict_enough(subject, wanted)
        new = replace(decided, operator=operator, to=to)
        return changed_card(await self._written(subject, new, asker))

    async def _accept(self, subject: _Subject, entity: str | None, asker: Asker) -> Card:
        decided, entity = subject.decided, entity or subject.entity
        if entity is None:
            message = f"Nothing personal was found in {subject.name}."
            column, table = subject.column, subject.table.name
            raise EngineError(
                message, f"Say what to do with it, such as «mask {column} in {table}»."
            )
        if _is_personal(decided) and entity in {decided.entity, *decided.holds}:
            return unchanged_card(subject.project, subject.table, subject.column)
        new = _holding(decided, entity, subject)
        return accepted_card(await self._written(subject, new, asker), entity)

    async def _reject(self, subject: _Subject, entity: str | None, asker: Asker) -> Card:
        decided = subject.decided
        if decided.operator is Operator.KEEP or entity in decided.not_personal:
            return unchanged_card(subject.project, subject.table, subject.column)
        _require_undeclared(subject, entity)
        return rejected_card(await self._written(subject, _without(decided, entity), asker), entity)

    async def _written(self, subject: _Subject, new: ColumnRule, asker: Asker) -> Change:
        """Write what was decided, with who said so and what held before."""
        today = self._clock.now().astimezone(self._zone).date()
        word = Word(asker.id, today, subject.decided.word.was or _was(subject.decided))
        undeclared = subject.table.column(subject.column) is None
        rule = replace(new, word=word, undeclared=undeclared)
        place = await self._rules.write(subject.table.name, subject.column, rule)
        project = await self._rules.read()
        return Change(project, subject.table, subject.column, place, word)


def _was(decided: ColumnRule) -> str | None:
    if decided.operator is None:
        return decided.entity
    return Rule(decided.operator, decided.to).way


def _is_personal(decided: ColumnRule) -> bool:
    return decided.operator is not Operator.KEEP


def _holding(decided: ColumnRule, entity: str, subject: _Subject) -> ColumnRule:
    """What was decided, with that the column holds an entity: as a whole, or within its texts."""
    found = next((each for each in subject.findings if each.entity == entity), None)
    not_personal = tuple(each for each in decided.not_personal if each != entity)
    operator = decided.operator if _is_personal(decided) else None
    new = replace(decided, operator=operator, not_personal=not_personal)
    if decided.free_text or (found is not None and not found.fills_the_cells):
        return replace(new, holds=(*decided.holds, entity))
    return replace(new, entity=entity)


def _without(decided: ColumnRule, entity: str | None) -> ColumnRule:
    """What was decided, with that the column does not hold an entity, or nothing personal."""
    if entity is None:
        return ColumnRule(Operator.KEEP)
    return replace(
        decided,
        entity=None if decided.entity == entity else decided.entity,
        holds=tuple(each for each in decided.holds if each != entity),
        not_personal=(*decided.not_personal, entity),
    )


def _require_strict_enough(subject: _Subject, wanted: Rule) -> None:
    """Raise where the rule would do nothing, or undo what a table's own file says."""
    if wanted.operator is Operator.KEEP:
        _require_undeclared(subject, None)
    demand = stricter_demand(
        subject.project, subject.table.name, subject.column, wanted, subject.entity
    )
    if demand is None:
        return
    message = f"{subject.name} would not be {_done(wanted)}: {demand} is stricter, and it holds."
    said = f"{subject.column} in {subject.table.name}"
    hint = f"Change that rule, or say «{demand.operator} {said}»."
    if wanted.operator is Operator.KEEP:
        hint = f"If it holds nothing personal, say «{said} is not personal data»."
    raise EngineError(message, hint)


def _done(wanted: Rule) -> str:
    past = {Operator.HASH: "hashed", Operator.ENCRYPT: "encrypted", Operator.KEEP: "kept"}
    return past.get(wanted.operator, f"only {wanted.way}d")


def _require_undeclared(subject: _Subject, entity: str | None) -> None:
    """Raise where somebody's declaration is no finding that could be rejected."""
    place, decided = subject.declared_in, subject.decided
    if place is not None and entity in {None, decided.entity}:
        what = decided.entity or (decided.operator and decided.operator.value)
        message = f"{place} declares {subject.name} personal: {what}."
        raise EngineError(message, "Take that line out of the file if it is wrong.")


def _operator(word: str) -> Operator:
    try:
        return Operator(word)
    except ValueError:
        near = close_to(word, [*Operator])
        meant = f"Did you mean {near[0]}?" if near else f"There are {', '.join(Operator)}."
        raise EngineError(f"There is no way to protect called {word!r}.", meant) from None


def _dataset(project: Project, name: str) -> DatasetName:
    """A dataset by its name, or a table or model by its own."""
    known = project.datasets()
    # of a bare name the last dataset is meant: silver, not bronze
    found = [each for each in known if name in {str(each), each.table}]
    if not found:
        names = [*dict.fromkeys(each.table for each in known)]
        raise UnknownDataset(name, close_to(name.rpartition(".")[2], names))
    return found[-1]


def _table(project: Project, name: str) -> Table:
    dataset = _dataset(project, name)
    table = project.table(dataset.table)
    if table is None or dataset.layer is Layer.GOLD:
        message = f"{dataset} is made from silver, where rules for columns hold."
        raise EngineError(message, "Name the table that the column comes from.")
    return table


def _column(table: Table, name: str, more: Sequence[str]) -> str:
    known = [*dict.fromkeys((*(each.name for each in table.columns), *more))]
    if name not in known:
        near = close_to(name, known)
        meant = f"Did you mean {' or '.join(near)}?" if near else f"It has {', '.join(known)}."
        raise EngineError(f"{table.name} has no column {name!r}.", meant)
    return name
