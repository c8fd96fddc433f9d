"""How good a dataset or a layer is, as one number from 0 to 100."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from engine.quality.model import Outcome
from engine.sodacl.model import Severity

WEIGHTS: Mapping[Severity, int] = MappingProxyType(
    {Severity.BLOCK: 4, Severity.QUARANTINE: 2, Severity.WARN: 1}
)
"""How much a check counts, by what it does where it does not hold."""

_HALVES: Mapping[Outcome, int] = MappingProxyType(
    {Outcome.PASSED: 2, Outcome.WARNED: 1, Outcome.FAILED: 0, Outcome.NOT_EVALUATED: 0}
)
"""What a check earns of its weight, in halves."""


@dataclass(frozen=True, slots=True)
class Graded:
    """How a check ended, and how much it matters."""

    outcome: Outcome
    severity: Severity = Severity.BLOCK


@dataclass(frozen=True, slots=True)
class Score:
    """The points of a dataset, and how many datasets depend on it."""

    points: int
    dependents: int = 0


def score(checks: Sequence[Graded], dependents: int = 0) -> Score | None:
    """How much of the weight of its checks a dataset earned, of 100; None without checks.

    A check that blocks weighs 4, one that quarantines 2, one that only warns 1. Passed earns the
    whole weight, warned half of it; failed and not evaluated earn nothing. Rounded down, so that
    100 means that every check passed.
    """
    possible = sum(2 * WEIGHTS[each.severity] for each in checks)
    if possible == 0:
        return None
    earned = sum(_HALVES[each.outcome] * WEIGHTS[each.severity] for each in checks)
    return Score(100 * earned // possible, dependents)


def together(scores: Iterable[Score | None]) -> int | None:
    """The points of several datasets, such as a layer's; None where none of them has a score.

    Each counts once for itself and once for each dataset that depends on it. Rounded down; what has
    no checks has no say.
    """
    known = [each for each in scores if each is not None]
    weight = sum(1 + each.dependents for each in known)
    if weight == 0:
        return None
    return sum(each.points * (1 + each.dependents) for each in known) // weight
