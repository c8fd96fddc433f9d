"""What is known of a column's values, and how it is decided that they are personal."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.catalog.model import Column, ColumnType, Operator, PrivacyPolicy

CERTAIN = frozenset({"EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "US_SSN", "CRYPTO"})
"""Entities whose form is telling: one in a sample is enough."""

LIKELY = {"PHONE_NUMBER": 0.5, "IP_ADDRESS": 0.3, "PERSON": 0.4, "LOCATION": 0.4}
"""Entities that harmless text resembles, with the share of cells from which they count."""

MOST = 0.5
"""The share from which an entity counts in a column of numbers."""

_NEVER_PERSONAL = frozenset({ColumnType.BOOLEAN, ColumnType.DATE, ColumnType.TIMESTAMP})
"""Types that Presidio is not asked about: a birth date is known by its declaration only."""

SHORTEST_NUMBER = 9
"""Characters from which a number can be personal by itself: a US_SSN has nine digits."""

WITH_HINT = 0.1
"""The share from which a likely entity counts where the column's name speaks for it."""

_HINTS = (
    ("EMAIL_ADDRESS", r"e_?mail"),
    ("PHONE_NUMBER", r"phone|mobile|telephone|fax"),
    ("US_SSN", r"ssn|social_security"),
    ("CREDIT_CARD", r"card_?(no|num|number)|credit_?card|(^|_)pan($|_)"),
    ("IBAN_CODE", r"iban"),
    ("IP_ADDRESS", r"(^|_)ip($|_)|ip_?address"),
    ("PERSON", r"(first|last|full|sur|given|family|contact|customer)_?name|^name$"),
    ("LOCATION", r"street|address|city|postcode|zip"),
)


@dataclass(frozen=True, slots=True)
class ColumnSample:
    """Some values of one column; they are never shown in a repr."""

    column: str
    values: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Evidence:
    """In how many of the sampled cells each Presidio entity was found."""

    column: str
    sampled: int
    cells: Mapping[str, int]

    def share(self, entity: str) -> float:
        """The part of the sampled cells that held the entity."""
        return self.cells.get(entity, 0) / self.sampled if self.sampled else 0.0


@dataclass(frozen=True, slots=True)
class ColumnClass:
    """What a column holds: an entity with the reasons for it, or nothing personal."""

    column: str
    entity: str | None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Protection:
    """What is done to one column on its way to silver, and who decided it."""

    column: str
    operator: Operator
    entity: str | None = None
    declared: bool = True
    reasons: tuple[str, ...] = ()


def hinted_entity(column: str) -> str | None:
    """The entity that a column's name speaks for."""
    return next((entity for entity, hint in _HINTS if re.search(hint, column)), None)


def classify(evidence: Evidence, *, number: bool = False) -> ColumnClass:
    """Decide what a column holds from its sample and its name.

    In a column of numbers much looks like a card or a phone by chance: there most cells must, and a
    name must speak for what is not certain.
    """
    hint = hinted_entity(evidence.column)
    counts = _counts_in_numbers if number else _counts
    found = [entity for entity in evidence.cells if counts(entity, evidence, hint)]
    if not found:
        return ColumnClass(evidence.column, None)
    entity = max(found, key=lambda each: (each in CERTAIN, each == hint, evidence.share(each)))
    cells = f"{evidence.cells[entity]} of {evidence.sampled} sampled values"
    named = (f"its name says {entity}",) if entity == hint else ()
    return ColumnClass(evidence.column, entity, (f"{entity} in {cells}", *named))


def _counts(entity: str, evidence: Evidence, hint: str | None) -> bool:
    share = evidence.share(entity)
    if entity in CERTAIN:
        return share > 0
    needed = LIKELY.get(entity)
    if needed is None:
        return False
    return share >= (WITH_HINT if entity == hint else needed)


def _counts_in_numbers(entity: str, evidence: Evidence, hint: str | None) -> bool:
    return (entity in CERTAIN or entity == hint) and evidence.share(entity) >= MOST


def undecided(columns: Sequence[str], declared: Sequence[Column]) -> tuple[str, ...]:
    """The columns whose sample must decide: not declared, or declared without an operator."""
    decided = {
        column.name
        for column in declared
        if column.operator is not None or column.type in _NEVER_PERSONAL
    }
    return tuple(name for name in columns if name not in decided)


def unnamed_numbers(columns: Sequence[str], declared: Sequence[Column]) -> tuple[str, ...]:
    """Those of the columns that hold numbers by declaration, and whose name speaks for nothing."""
    numbers = {column.name for column in declared if column.type is not ColumnType.TEXT}
    return tuple(name for name in columns if name in numbers and hinted_entity(name) is None)


def worth_sampling(columns: Sequence[str], longest: Mapping[str, int]) -> tuple[str, ...]:
    """The columns without those of numbers, as their longest value shows, that say nothing."""
    return tuple(name for name in columns if longest.get(name, SHORTEST_NUMBER) >= SHORTEST_NUMBER)


def classify_all(
    evidence: Sequence[Evidence], declared: Sequence[Column]
) -> tuple[ColumnClass, ...]:
    """What each examined column holds."""
    numbers = {column.name for column in declared if column.type is not ColumnType.TEXT}
    return tuple(classify(each, number=each.column in numbers) for each in evidence)


def protections(
    declared: Sequence[Column], classes: Sequence[ColumnClass], policy: PrivacyPolicy
) -> tuple[Protection, ...]:
    """What is done to each personal column: as declared, else as the policy says for its entity."""
    given = tuple(
        Protection(each.name, each.operator, each.entity or hinted_entity(each.name))
        for each in declared
        if each.operator is not None and each.operator is not Operator.KEEP
    )
    found = tuple(
        Protection(each.column, policy.operator_for(each.entity), each.entity, False, each.reasons)
        for each in classes
        if each.entity is not None
    )
    return (*given, *found)
