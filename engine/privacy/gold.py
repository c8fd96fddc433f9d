"""What protection left in silver and the rules for gold do not allow there."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.catalog.model import Layer, Operator, Project, Table
from engine.catalog.policy import Rule
from engine.privacy.model import Protection
from engine.privacy.policy import TableRules
from engine.privacy.protect import PREFIXES, UNNAMED, letters_of

EVERYTHING = frozenset({*PREFIXES.values(), UNNAMED})
"""The letters of all entities."""


@dataclass(frozen=True, slots=True)
class Unwanted:
    """The substitutes that have to go, by the letters of their entities.

    A mask does not tell of what it is. Of a value nothing is left to make anything of that is
    stricter than its substitute, so that is redacted.
    """

    tokens: frozenset[str] = frozenset()
    sealed: frozenset[str] = frozenset()
    masks: bool = False
    rules: tuple[Rule, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything has to go."""
        return bool(self.tokens or self.sealed or self.masks)


def unwanted(project: Project) -> Unwanted:
    """What the rules for gold demand; nothing where there are none, or none is strict enough."""
    rules = [each for each in project.privacy.rules if each.layer == Layer.GOLD]
    stricter = {way: _stricter(rules, way) for way in _LEFT} if rules else {}
    of_masks = [
        each
        for each in stricter.get(Operator.MASK, ())
        if each.entity is None or each.entity in _masked(project)
    ]
    tokens = stricter.get(Operator.HASH, [])
    sealed = stricter.get(Operator.ENCRYPT, [])
    meant = dict.fromkeys((*tokens, *sealed, *of_masks))
    return Unwanted(_letters(tokens), _letters(sealed), bool(of_masks), tuple(meant))


_LEFT = (Operator.HASH, Operator.ENCRYPT, Operator.MASK)
"""What leaves something behind that shows what was there."""


def _stricter(rules: Iterable[Rule], way: Operator) -> list[Rule]:
    return [each for each in rules if each.stricter_than(Rule(way))]


def _letters(rules: Iterable[Rule]) -> frozenset[str]:
    """Entities without letters of their own share some: a rule for one takes all of these."""
    found = frozenset[str]()
    for each in rules:
        found |= EVERYTHING if each.entity is None else {letters_of(each.entity)}
    return found


def _masked(project: Project) -> frozenset[str | None]:
    """The entities that some rule masks on their way to silver."""
    ruled = {each.entity for each in project.privacy.rules if each.operator is Operator.MASK}
    by_entity = {name for name, way in project.privacy.operators.items() if way is Operator.MASK}
    declared = {
        each.entity
        for table in project.tables
        for each in _declared(project, table)
        if each.operator is Operator.MASK
    }
    return frozenset(ruled | by_entity | declared)


def _declared(project: Project, table: Table) -> tuple[Protection, ...]:
    decided = [column for name, column in project.privacy.columns if name == table.name]
    names = dict.fromkeys((*(each.name for each in table.columns), *decided))
    return TableRules.of(project, table).protections([*names])


def redacted_in_gold(cells: Mapping[str, int], found: Unwanted) -> Iterator[Protection]:
    """What was done to each column, as the trail tells it."""
    rule = "; ".join(map(str, found.rules))
    for column, count in cells.items():
        yield Protection(column, Operator.REDACT, rule=rule, within=True, cells=count)
