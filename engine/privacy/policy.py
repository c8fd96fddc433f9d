"""What is done to each column of a table: the strictest rule that fits decides, and is named."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.catalog.model import ColumnType, DatasetName, Layer, Operator, Project, Table
from engine.catalog.policy import ColumnRule, Rule, Scope, strictest
from engine.privacy.coverage import Coverage, Reach
from engine.privacy.hints import hinted_entity
from engine.privacy.model import ColumnClass, Evidence, Protection
from engine.privacy.recognition import OFF, AllowList, CustomRecognizer, Recognition

_NEVER_PERSONAL = frozenset({ColumnType.BOOLEAN, ColumnType.DATE, ColumnType.TIMESTAMP})
"""Types that nothing is looked for in: a birth date is known by its declaration only."""

DECLARED = ("the project declares it",)


@dataclass(frozen=True, slots=True)
class TableRules:
    """The rules of a project as they hold for the columns of one dataset."""

    project: Project
    dataset: DatasetName

    @classmethod
    def of(cls, project: Project, table: Table) -> "TableRules":
        """Those for a source table on its way to silver."""
        return cls(project, table.silver)

    def decided(self, column: str) -> ColumnRule:
        """What people decided about a column."""
        return self.project.decided(self.dataset.table, column)

    def undecided(self, columns: Sequence[str]) -> tuple[str, ...]:
        """The columns whose sample must tell: nobody said what they hold or what is done."""
        return tuple(each for each in columns if self._is_open(each))

    def _is_open(self, column: str) -> bool:
        decided = self.decided(column)
        said = decided.operator is not None or decided.entity is not None
        return not said and not decided.free_text and self.may_be_personal(column)

    def may_be_personal(self, column: str) -> bool:
        """Whether values of its type tell of a person: days do where the name says birth."""
        born = hinted_entity(column) == "DATE_OF_BIRTH"
        return born or self._type(column) not in _NEVER_PERSONAL

    def _type(self, column: str) -> ColumnType:
        table = self.project.table(self.dataset.table)
        declared = table.column(column) if table else None
        return declared.type if declared else ColumnType.TEXT

    def accepted(self, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """The evidence without what somebody said is not personal there."""
        return tuple(_without(each, self.decided(each.column).not_personal) for each in evidence)

    def protection(
        self, column: str, entity: str | None = None, reasons: Sequence[str] = ()
    ) -> Protection | None:
        """What is done to a column that holds an entity; None where it is not personal there."""
        decided = self.decided(column)
        holds = decided.entity or entity or self._hinted(column, decided)
        if decided.operator is Operator.KEEP or entity in decided.not_personal:
            return None
        rule = self._deciding(column, decided, holds)
        if rule.operator is Operator.KEEP:
            return None
        declared = bool(decided.operator or decided.entity) or entity in decided.holds
        return _protection(column, rule, holds, declared=declared, reasons=tuple(reasons))

    def _hinted(self, column: str, decided: ColumnRule) -> str | None:
        hinted = hinted_entity(column)
        return None if hinted in decided.not_personal else hinted

    def _deciding(self, column: str, decided: ColumnRule, entity: str | None) -> Rule:
        scope = Scope(self.dataset.layer, self.dataset.table, column)
        if decided.operator is not None and decided.entity is None and self._is_key(column):
            # a guess at what a key holds may not make its values equal: nobody could foresee it
            return self.project.privacy.deciding(scope, decided, None)
        return self.project.privacy.deciding(scope, decided, entity)

    def _is_key(self, column: str) -> bool:
        table = self.project.table(self.dataset.table)
        return table is not None and column in table.key

    def protections(
        self, present: Sequence[str], classes: Sequence[ColumnClass] = ()
    ) -> tuple[Protection, ...]:
        """What is done to each column that is personal as a whole: as decided, else as found."""
        given = (self.protection(each) for each in present if self._is_given(each))
        found = (
            self._seen(each)
            for each in classes
            if each.entity is not None and not each.free_text and not self._is_given(each.column)
        )
        return tuple(each for each in (*given, *found) if each is not None)

    def _seen(self, found: ColumnClass) -> Protection | None:
        """What is done to a column that turned out to be personal, and how it looks."""
        protection = self.protection(found.column, found.entity, found.reasons)
        return protection and replace(protection, looks=found.looks)

    def _is_given(self, column: str) -> bool:
        decided = self.decided(column)
        return bool(decided.operator or decided.entity) and not decided.free_text

    def coverages(
        self, present: Sequence[str], classes: Sequence[ColumnClass] = ()
    ) -> tuple[Coverage, ...]:
        """What protection looks at, and what it does: whole cells, or what is found in a text.

        Columns that are kept are left out, and those whose type can hold nothing personal.
        """
        whole = self.protections(present, classes)
        by_column = {each.column: each for each in whole}
        seen = {each.column: each for each in classes}
        return tuple(
            Coverage.whole(by_column[each])
            if each in by_column
            else self.sampled(each, seen.get(each))
            for each in present
            if each in by_column or self.is_looked_through(each)
        )

    def is_looked_through(self, column: str) -> bool:
        """Whether its values are read for what stands within them."""
        kept = self.decided(column).operator is Operator.KEEP
        return not kept and self._type(column) is ColumnType.TEXT

    def sampled(self, column: str, found: ColumnClass | None) -> Coverage:
        """What stands within a column whose sample told that much; what is there by luck stays."""
        if found is None:
            return self.within(column, is_text=False)
        coverage = self.within(column, is_text=found.free_text)
        return replace(coverage, ignored=coverage.ignored | found.by_luck)

    def within(self, column: str, is_text: bool) -> Coverage:
        """What is done to what is found within the values of a column."""
        decided = self.decided(column)
        text = is_text if decided.free_text is None else decided.free_text
        named = {
            entity: self._span(column, decided, entity)
            for entity in sorted(_entities_named(self.project))
        }
        return Coverage(
            column,
            Reach.TEXT if text else Reach.PATTERNS,
            spans=named,
            otherwise=self._span(column, decided, None),
            ignored=frozenset(decided.not_personal),
        )

    def _span(self, column: str, decided: ColumnRule, entity: str | None) -> Protection:
        scope = Scope(self.dataset.layer, self.dataset.table, column)
        rule = self.project.privacy.deciding(scope, decided, entity)
        return _protection(column, rule, entity, declared=entity in decided.holds)


def scanned(
    project: Project, dataset: DatasetName, classes: Sequence[ColumnClass]
) -> tuple[Protection, ...]:
    """What a scan has to tell: what was found, also in what is kept, then what is declared."""
    # what bronze holds is told with what becomes of it on its way to silver
    on_its_way = DatasetName(Layer.SILVER, dataset.table)
    rules = TableRules(project, on_its_way if dataset.layer is Layer.BRONZE else dataset)
    found = {each.column: _told(rules, each) for each in classes if each.entity is not None}
    table = project.table(dataset.table) if dataset.layer is Layer.BRONZE else None
    declared = [
        replace(each, reasons=DECLARED)
        for each in rules.protections([each.name for each in table.columns] if table else [])
        if each.column not in found
    ]
    return (*found.values(), *declared)


def _told(rules: TableRules, found: ColumnClass) -> Protection:
    """What is done to a column that seems to hold something; nothing, where people said so."""
    decided = rules.decided(found.column)
    if not rules.may_be_personal(found.column):
        rule = "values of this type are not looked at"
        return Protection(
            found.column, Operator.KEEP, found.entity, True, found.reasons, None, rule
        )
    protection = rules.protection(found.column, found.entity, found.reasons)
    if found.free_text and protection is not None and found.entity and not decided.operator:
        within = rules.within(found.column, is_text=True).protection_of(found.entity)
        protection = within and replace(within, reasons=found.reasons)
    if protection is not None:
        return protection
    said = f"not {found.entity}" if decided.operator is None else "keep"
    place = f" in {decided.place}" if decided.place else ""
    rule = f"{rules.dataset.table}.{found.column}: {said}{place}"
    return Protection(found.column, Operator.KEEP, found.entity, True, found.reasons, None, rule)


def _protection(
    column: str, rule: Rule, entity: str | None, *, declared: bool, reasons: tuple[str, ...] = ()
) -> Protection:
    return Protection(column, rule.operator, entity, declared, reasons, rule.to, str(rule))


def _without(evidence: Evidence, entities: Sequence[str]) -> Evidence:
    if not entities:
        return evidence
    left = {name: count for name, count in evidence.cells.items() if name not in entities}
    return replace(evidence, cells=left)


def recognition_of(project: Project) -> Recognition:
    """What a project wants recognised, in texts of all its tables."""
    policy = project.privacy
    custom = tuple(
        CustomRecognizer(each.name, each.entity, each.regex, each.score, each.context)
        for each in policy.patterns
    )
    allow = AllowList(frozenset(policy.allowed.words), policy.allowed.regexes)
    # who has a rule for an entity wants it looked for
    return Recognition(policy.languages, custom, allow, OFF - _entities_named(project))


def _entities_named(project: Project) -> frozenset[str]:
    policy = project.privacy
    ruled = (each.entity for each in policy.rules if each.entity)
    held = (entity for each in policy.columns.values() for entity in each.holds)
    return frozenset({*policy.operators, *ruled, *held})


def stricter_demand(
    project: Project, table: str, column: str, wanted: Rule, entity: str | None
) -> Rule | None:
    """The rule that a wanted one for a column is too weak for, if there is any."""
    scope = Scope(Layer.SILVER, table, column)
    demanded = strictest(project.privacy.demands(scope, entity))
    return demanded if demanded is not None and demanded.stricter_than(wanted) else None
