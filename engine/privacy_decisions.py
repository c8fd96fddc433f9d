"""What somebody's word makes of the rule for a column, and whether it protects less than before."""

from dataclasses import dataclass, replace

from engine.catalog.generalisation import misfit, undated
from engine.catalog.model import ColumnType, Project, Table
from engine.catalog.policy import PRIVACY_FILE, ColumnRule, Operator, Place, Rule
from engine.commands import AcceptFinding, RejectFinding, SetPrivacyRule
from engine.errors import EngineError
from engine.known_names import close_to
from engine.privacy.hints import hinted_entity
from engine.privacy.model import ColumnFinding
from engine.privacy.policy import TableRules, stricter_demand
from engine.privacy.telling import done

Decision = SetPrivacyRule | AcceptFinding | RejectFinding


@dataclass(frozen=True, slots=True)
class Subject:
    """The column that somebody decides about, with all that is known of it."""

    project: Project
    table: Table
    column: str
    findings: tuple[ColumnFinding, ...]

    @property
    def decided(self) -> ColumnRule:
        """What people decided about it until now."""
        return self.project.decided(self.table.name, self.column)

    @property
    def name(self) -> str:
        """The column as people call it."""
        return f"{self.table.name}.{self.column}"

    @property
    def type(self) -> ColumnType:
        """As declared; what is not declared comes as text."""
        declared = self.table.column(self.column)
        return declared.type if declared else ColumnType.TEXT

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

    @property
    def standing(self) -> "Standing":
        """What is done to it as things are."""
        return self._under(self.project)

    def standing_with(self, rule: ColumnRule) -> "Standing":
        """What would be done to it under another rule."""
        unwritten = replace(rule, place=None)
        policy = self.project.privacy.with_column(self.table.name, self.column, unwritten)
        return self._under(replace(self.project, privacy=policy))

    def _under(self, project: Project) -> "Standing":
        rules, column = TableRules.of(project, self.table), self.column
        decided = rules.decided(column)
        given = bool(decided.operator or decided.entity) and not decided.free_text
        whole = None if given else self._filling(decided)
        protection = rules.protection(column, whole) if given or whole else None
        return Standing(
            None if protection is None else Rule(protection.operator, protection.to),
            protection.rule if protection else "",
            decided.operator is not Operator.KEEP and rules.may_be_personal(column),
            frozenset(decided.not_personal),
        )

    def _filling(self, decided: ColumnRule) -> str | None:
        """What was found to be all that it holds, unless somebody said that it is not."""
        filling = [each.entity for each in self.findings if each.fills_the_cells]
        return next((each for each in filling if each not in decided.not_personal), None)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is done to a column: to all of it by a rule, or to what is found within."""

    whole: Rule | None
    deciding: str
    """The rule by its place."""
    is_looked_at: bool
    ignored: frozenset[str]
    """What is not looked for."""

    def is_less_than(self, before: "Standing") -> bool:
        """Whether it shows anything that was protected before."""
        if before.whole is not None:
            if self.whole is None or before.whole.stricter_than(self.whole):
                return True
        elif before.is_looked_at and self.whole is None and not self.is_looked_at:
            return True
        return not self.ignored <= before.ignored

    @property
    def in_words(self) -> str:
        """Such as `masked (EMAIL_ADDRESS: mask in privacy.yaml:4)`."""
        if self.whole is not None:
            return f"{done(self.whole.operator, self.whole.to)} ({self.deciding})"
        if not self.is_looked_at:
            return "kept as it is, not looked at"
        but = f", but {', '.join(sorted(self.ignored))}" if self.ignored else ""
        return f"what is found in it is protected{but}"


def wanted_rule(subject: Subject, command: Decision) -> ColumnRule | None:
    """The rule that a column has once a decision holds; None where it holds already.

    Raises EngineError where it would do nothing, or can't be decided here.
    """
    match command:
        case SetPrivacyRule(_, _, operator, to):
            return _set(subject, _operator(operator), to)
        case AcceptFinding(_, _, entity):
            return _accepted(subject, entity)
        case RejectFinding(_, _, entity):
            return _rejected(subject, entity)


def accepted_entity(subject: Subject, entity: str | None) -> str:
    """What is accepted: what was named, or what the column holds; raises EngineError if nothing."""
    held = entity or subject.entity
    if held is None:
        column, table = subject.column, subject.table.name
        message = f"Nothing personal was found in {subject.name}."
        raise EngineError(message, f"Say what to do with it, such as «mask {column} in {table}».")
    return held


def _set(subject: Subject, operator: Operator, to: str | None) -> ColumnRule | None:
    decided = subject.decided
    if (decided.operator, decided.to) == (operator, to):
        return None
    wanted = Rule(operator, to, table=subject.table.name, column=subject.column)
    _require_fitting(subject, wanted)
    _require_strict_enough(subject, wanted)
    return replace(decided, operator=operator, to=to)


def _accepted(subject: Subject, named: str | None) -> ColumnRule | None:
    decided, entity = subject.decided, accepted_entity(subject, named)
    if _is_personal(decided) and entity in {decided.entity, *decided.holds}:
        return None
    return _holding(decided, entity, subject)


def _rejected(subject: Subject, entity: str | None) -> ColumnRule | None:
    decided = subject.decided
    if decided.operator is Operator.KEEP or entity in decided.not_personal:
        return None
    _require_undeclared(subject, entity)
    return _without(decided, entity)


def _is_personal(decided: ColumnRule) -> bool:
    return decided.operator is not Operator.KEEP


def _holding(decided: ColumnRule, entity: str, subject: Subject) -> ColumnRule:
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


def _require_fitting(subject: Subject, wanted: Rule) -> None:
    """Raise where nothing of such values would be left by generalising them so far."""
    if wanted.operator is not Operator.GENERALISE:
        return
    if wrong := misfit(wanted.to, subject.type, subject.entity):
        raise EngineError(f"{subject.name} {wrong}.")
    if wrong := undated(wanted.to, subject.type, subject.entity):
        declare = f"declare `type: date` or `entity: DATE_TIME` for it in {_file_of(subject)}"
        raise EngineError(f"{subject.name} {wrong}.", f"If it does hold dates, {declare}.")


def _file_of(subject: Subject) -> str:
    return f"tables/{subject.table.name}.yaml"


def _require_strict_enough(subject: Subject, wanted: Rule) -> None:
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


def _require_undeclared(subject: Subject, entity: str | None) -> None:
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
