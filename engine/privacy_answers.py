"""Answers about personal data: reports what is where, and writes what people decide about it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo

from engine.approvals.model import Foreseen
from engine.audit.entries import rule_changed
from engine.audit.ports import AuditLog
from engine.cards import Card
from engine.catalog.model import DatasetName, Layer, Project, Table
from engine.catalog.policy import ColumnRule, Rule, Word
from engine.clock import Clock
from engine.commands import (
    AcceptFinding,
    Command,
    PrivacyReport,
    RejectFinding,
    SetPrivacyRule,
)
from engine.errors import EngineError, UnknownColumn, UnknownDataset
from engine.known_names import close_columns, close_to
from engine.people import Asker
from engine.privacy.ports import PrivacyFindings, RuleFile
from engine.privacy_cards import (
    Change,
    accepted_card,
    changed_card,
    rejected_card,
    unchanged_card,
    weakening,
)
from engine.privacy_decisions import Decision, Subject, accepted_entity, wanted_rule
from engine.privacy_report import report_card, table_card, with_old_tokens
from engine.runs.rotation import Rotation

PrivacyCommand = PrivacyReport | SetPrivacyRule | AcceptFinding | RejectFinding


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
        log: AuditLog,
        rotation: Rotation | None = None,
    ) -> None:
        self._log = log
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
        new = wanted_rule(subject, command)
        if new is None:
            return unchanged_card(subject.project, subject.table, subject.column)
        change = await self._written(subject, new, asker)
        match command:
            case SetPrivacyRule():
                return changed_card(change)
            case AcceptFinding(_, _, entity):
                return accepted_card(change, accepted_entity(subject, entity))
            case RejectFinding(_, _, entity):
                return rejected_card(change, entity)

    async def foresee(self, command: Command, asker: Asker) -> Foreseen | None:
        """What would be protected less; None where nothing would be.

        Raises EngineError where it would be refused.
        """
        del asker  # it is the same whoever asks
        if not isinstance(command, Decision):
            return None
        subject = await self._subject(command)
        new = wanted_rule(subject, command)
        before, after = subject.standing, None if new is None else subject.standing_with(new)
        if after is None or not after.is_less_than(before):
            return None
        return weakening(subject.table, subject.column, before, after)

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

    async def _subject(self, command: Decision) -> Subject:
        project = await self._rules.read()
        table = _table(project, command.dataset)
        found = await self._findings.found(table.name)
        present = await self._findings.columns(table.bronze)
        column = _column(table, command.column, [*present, *(each.column for each in found)])
        return Subject(
            project, table, column, tuple(each for each in found if each.column == column)
        )

    async def _written(self, subject: Subject, new: ColumnRule, asker: Asker) -> Change:
        """Write what was decided, with who said so and what held before."""
        now = self._clock.now()
        # recorded before it is written: what can't be recorded is not done
        before, after = subject.standing.in_words, subject.standing_with(new).in_words
        await self._log.record(rule_changed(asker, subject.name, before, after, now))
        today = now.astimezone(self._zone).date()
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
        raise UnknownColumn(
            name, close_columns(name, known), f"{table.name} has {', '.join(known)}."
        )
    return name
