"""Under which terms a column is protected: words that change whenever its substitutes would."""

import hashlib
from collections.abc import Iterator, Sequence

from engine.privacy.coverage import Coverage
from engine.privacy.model import Protection
from engine.privacy.operators import KEYED
from engine.privacy.recognition import STANDARD, Recognition

AS_IT_IS = "as it is"
"""The terms of a column that nothing is done to."""


def terms(
    coverage: Coverage | None, key_version: int = 0, recognition: Recognition = STANDARD
) -> str:
    """What decides how the cells of a column read in silver; never a value, never a key.

    Equal terms make equal substitutes. Who decided, where and why is no part of them.
    """
    if coverage is None:
        return AS_IT_IS
    if coverage.protection is not None:
        return f"{coverage.reach} {_way(coverage.protection, key_version)}"
    told = "\n".join((*_within(coverage, key_version), *recognised(recognition)))
    return f"{coverage.reach} {hashlib.sha256(told.encode()).hexdigest()[:16]}"


def _way(protection: Protection, key_version: int) -> str:
    """What is done to a value, with what, such as `hash EMAIL_ADDRESS with key 2`."""
    entity = protection.entity or "something"
    to = f" to {protection.to}" if protection.to else ""
    key = f" with key {key_version}" if protection.operator in KEYED else ""
    return f"{protection.operator} {entity}{to}{key}"


def _within(coverage: Coverage, key_version: int) -> Iterator[str]:
    for entity, protection in sorted(coverage.spans.items()):
        yield f"{entity}: {_way(protection, key_version)}"
    if coverage.otherwise is not None:
        yield f"else: {_way(coverage.otherwise, key_version)}"
    yield f"not: {sorted(coverage.ignored)}"


def recognised(recognition: Recognition) -> Iterator[str]:
    """What is looked for, in words: a new pattern finds in old rows what nobody looked for then."""
    yield f"languages: {recognition.languages}"
    yield from map(repr, recognition.custom)
    yield f"allowed: {sorted(recognition.allow.words)} {recognition.allow.regexes}"
    yield f"off: {sorted(recognition.off)}"


def may_use_key(coverages: Sequence[Coverage]) -> bool:
    """Whether a key may have a part in what comes of these columns."""
    return any(each.operator in KEYED for coverage in coverages for each in _ways(coverage))


def _ways(coverage: Coverage) -> Iterator[Protection]:
    given = (coverage.protection, coverage.otherwise, *coverage.spans.values())
    yield from (each for each in given if each is not None)
