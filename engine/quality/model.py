"""Verdicts: every declared check gets exactly one, and silence never passes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from typing_extensions import override

from engine.catalog.model import Check


class Outcome(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    WARNED = "warned"
    FAILED = "failed"
    NOT_EVALUATED = "not evaluated"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one check: the measured value, or why there is none."""

    check: Check
    outcome: Outcome
    value: str | None = None
    reason: str = ""

    @property
    def holds(self) -> bool:
        """Whether the check lets its dataset through: passed, or only warned."""
        return self.outcome in {Outcome.PASSED, Outcome.WARNED}

    @override
    def __str__(self) -> str:
        detail = self.value if self.reason == "" else self.reason
        return f"{self.check.title}: {self.outcome}" + (f" ({detail})" if detail else "")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a quality engine said of one check, by the check's place in the list."""

    index: int
    outcome: Outcome
    value: str | None = None
    reason: str = ""


def settle(checks: Sequence[Check], measured: Sequence[Measured]) -> tuple[Verdict, ...]:
    """Exactly one verdict a check, in their order: one without an answer was not evaluated."""
    answers: dict[int, Measured] = {}
    for each in measured:
        answers[each.index] = _worse(answers.get(each.index), each)
    return tuple(_verdict(check, answers.get(index)) for index, check in enumerate(checks))


_BADNESS = (Outcome.PASSED, Outcome.WARNED, Outcome.NOT_EVALUATED, Outcome.FAILED)


def _worse(one: Measured | None, other: Measured) -> Measured:
    if one is None or _BADNESS.index(other.outcome) > _BADNESS.index(one.outcome):
        return other
    return one


def _verdict(check: Check, answer: Measured | None) -> Verdict:
    if answer is None:
        return Verdict(check, Outcome.NOT_EVALUATED, reason="no answer from the quality engine")
    return Verdict(check, answer.outcome, answer.value, answer.reason)


def gate_opens(verdicts: Sequence[Verdict]) -> bool:
    """Whether a dataset may be published: every check passed or only warned."""
    return all(verdict.holds for verdict in verdicts)
