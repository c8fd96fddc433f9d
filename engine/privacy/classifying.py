"""What a column holds, from what was found in its values, its name, and its neighbours."""

from collections.abc import Iterator, Sequence

from engine.catalog.model import Column, ColumnType
from engine.privacy.hints import (
    BARE_NAME,
    hinted_entity,
    hinted_in_company,
    of_things,
    words_of,
)
from engine.privacy.model import ColumnClass, Evidence
from engine.privacy.wording import entity_words, passing

CERTAIN = frozenset({"EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "US_SSN", "CRYPTO"})
"""Entities whose form is telling: few who have it are there by chance."""

SOME = 0.3
"""The share from which such an entity makes a column personal; of fewer cells the pieces are."""

LIKELY = {
    "PHONE_NUMBER": 0.5,
    "IP_ADDRESS": 0.3,
    "PERSON": 0.4,
    "LOCATION": 0.4,
    "UK_NHS": 0.9,
    "US_ITIN": 0.9,
    "MAC_ADDRESS": 0.5,
}
"""Entities that harmless text resembles, with the share of cells from which they count."""

NEVER = 2.0
"""A share that no column has."""

MOST = 0.5
"""The share from which an entity counts in numbers, and from which a name is believed."""

WITH_HINT = 0.1
"""The share from which a likely entity counts where the column's name speaks for it."""

FREE_TEXT = 0.2
"""The share of cells with sentences from which a column is free text."""

NO_LUCK = 0.5
"""The share of values of a form that must pass its check: one in ten does by chance."""

FEW = 5
"""Fewer values of a form say nothing about luck."""

_NAMES_AND_PLACES = frozenset({"PERSON", "LOCATION"})
_OF_A_PERSON = frozenset({"EMAIL_ADDRESS", "PHONE_NUMBER", "US_SSN", "CREDIT_CARD", "PERSON"})


def classify(evidence: Evidence, *, number: bool = False) -> ColumnClass:
    """Decide what a column holds from its sample and its name, as if it were alone in its table.

    In a column of numbers much looks like a card or a phone by chance: there most cells must, and a
    name must speak for what is not certain.
    """
    return _classified(evidence, number=number, company=frozenset())


def classify_all(
    evidence: Sequence[Evidence], declared: Sequence[Column]
) -> tuple[ColumnClass, ...]:
    """What each examined column of one table holds.

    A column `name` or `country` is about a person where another column is.
    """
    numbers = {column.name for column in declared if column.type is not ColumnType.TEXT}
    alone = [classify(each, number=each.column in numbers) for each in evidence]
    company = frozenset([*_entities(alone), *_declared_entities(declared)])
    return tuple(
        _classified(each, number=each.column in numbers, company=company) for each in evidence
    )


def _entities(classes: Sequence[ColumnClass]) -> Iterator[str]:
    for each in classes:
        if each.entity is not None and not each.free_text:
            yield each.entity


def _declared_entities(declared: Sequence[Column]) -> Iterator[str]:
    """What the project says, or what the names of its protected columns say."""
    for column in declared:
        entity = column.entity or hinted_entity(column.name)
        if column.operator is not None and entity and words_of(column.name) != BARE_NAME:
            yield entity


def _classified(evidence: Evidence, *, number: bool, company: frozenset[str]) -> ColumnClass:
    hint = _hint(evidence.column, company)
    free_text = not number and _is_free_text(evidence, hint)
    counts = _counts_in_numbers if number else _counts
    found = [
        entity
        for entity, cells in evidence.cells.items()
        if cells and counts(entity, evidence, hint, company)
    ]
    if _name_believed(evidence, hint):
        found.append(hint or "")
    luck = frozenset(each for each in evidence.cells if each != hint and _by_luck(each, evidence))
    if not found:
        return ColumnClass(evidence.column, None, (), free_text, luck)
    entity = max(found, key=lambda each: _weight(each, evidence, hint))
    reasons = tuple(_reasons(entity, evidence, hint))
    looks = evidence.looks(entity)
    return ColumnClass(evidence.column, entity, reasons, free_text, luck, looks)


def _hint(column: str, company: frozenset[str]) -> str | None:
    """What the name says; some names say it only in the company of others."""
    hint = hinted_entity(column)
    if words_of(column) == BARE_NAME and not company & _OF_A_PERSON:
        return None
    if hint is not None:
        return hint
    beside = hinted_in_company(column)
    if beside == "LOCATION" and company & (_OF_A_PERSON | {"LOCATION"}):
        return beside
    return beside if company & _OF_A_PERSON else None


def _is_free_text(evidence: Evidence, hint: str | None) -> bool:
    if hint is not None or not evidence.sampled:
        return False
    if of_things(evidence.column):
        return evidence.wordy >= evidence.sampled * MOST
    return evidence.wordy >= evidence.sampled * FREE_TEXT


def _name_believed(evidence: Evidence, hint: str | None) -> bool:
    """Whether the name says what it is, and the values may be that."""
    return hint is not None and evidence.fitting > 0 and evidence.fitting >= evidence.sampled * MOST


def _weight(entity: str, evidence: Evidence, hint: str | None) -> tuple[bool, bool, bool, float]:
    """Which of several entities a column holds.

    What its name says goes before what some numbers are by luck, and what most cells hold before
    what few hold.
    """
    share = evidence.share(entity)
    named = entity == hint and _name_believed(evidence, hint)
    return named, entity in CERTAIN, entity == hint, share


def _counts(entity: str, evidence: Evidence, hint: str | None, company: frozenset[str]) -> bool:
    share = evidence.share(entity)
    if entity == hint:
        return share >= min(WITH_HINT, LIKELY.get(entity, 0.0))
    if _by_luck(entity, evidence):
        return False
    if entity in CERTAIN:
        return share >= SOME
    if entity in _NAMES_AND_PLACES:
        return share >= _share_needed(entity, evidence.column, company)
    return entity in LIKELY and share >= LIKELY[entity]


def _share_needed(entity: str, column: str, company: frozenset[str]) -> float:
    """How many cells must hold a name or a place for a column whose own name does not say so.

    Things and their makers have names too, and places stand in many a list.
    """
    if of_things(column):
        return NEVER
    undecided = words_of(column) == BARE_NAME or hinted_in_company(column) is not None
    return NEVER if undecided and not company & _OF_A_PERSON else LIKELY[entity]


def _by_luck(entity: str, evidence: Evidence) -> bool:
    """Whether so few values of the form pass its check that those that do are chance."""
    form = evidence.formed.get(entity, 0)
    return form >= FEW and evidence.cells.get(entity, 0) < form * NO_LUCK


def _counts_in_numbers(
    entity: str, evidence: Evidence, hint: str | None, company: frozenset[str]
) -> bool:
    del company  # a number is no name and no place
    return (entity in CERTAIN or entity == hint) and evidence.share(entity) >= MOST


def _reasons(entity: str, evidence: Evidence, hint: str | None) -> Iterator[str]:
    if entity == hint:
        yield f"its name says {entity_words(entity, 1)}"
    cells = evidence.cells.get(entity, 0)
    if cells:
        yield _share_in_words(entity, cells, evidence)
        yield from passing(entity, cells, evidence.formed.get(entity, 0))
    elif entity == hint:
        yield f"{evidence.fitting} of {evidence.sampled} sampled values look like it"


def _share_in_words(entity: str, cells: int, evidence: Evidence) -> str:
    if evidence.wordy:
        verb = "holds" if cells == 1 else "hold"
        return f"{cells} of {evidence.sampled} sampled values {verb} {entity_words(entity, 1)}"
    verb = "is" if cells == 1 else "are"
    return f"{cells} of {evidence.sampled} sampled values {verb} {entity_words(entity, cells)}"
