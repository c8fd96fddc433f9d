"""Verdicts: every declared check gets exactly one, and silence never passes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from typing_extensions import override

from engine.catalog.model import Check
from engine.quality.examples import Examples
from engine.quality.merging import Part
from engine.sodacl.model import Severity
from engine.sodacl.parse import read


class Outcome(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    WARNED = "warned"
    FAILED = "failed"
    NOT_EVALUATED = "not evaluated"

    @property
    def badness(self) -> int:
        """How much it matters beside others: of what failed the most."""
        return _BADNESS.index(self)


_BADNESS = (Outcome.PASSED, Outcome.WARNED, Outcome.NOT_EVALUATED, Outcome.FAILED)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one check: the measured value, or why there is none."""

    check: Check
    outcome: Outcome
    value: str | None = None
    reason: str = ""
    spared: bool = False
    """Not evaluated, which is no reason to hold its dataset back."""
    examples: Examples | None = None

    @property
    def holds(self) -> bool:
        """Whether the check lets its dataset through: passed, only warned, or spared."""
        return self.spared or self.outcome in {Outcome.PASSED, Outcome.WARNED}

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
    metrics: tuple[tuple[str, float], ...] = ()
    """What was measured for it, by name, to be kept for its history."""
    too_young: bool = False
    """It compares with a history that is not there yet: only runs that go on can make one."""
    parts: tuple[tuple[str, Part], ...] = ()
    """What the next version of the table carries on, by name; none where that can't be done."""
    is_carried: bool = False
    """It was worked out of the last version and the rows that change: the table was not read."""


def settle(checks: Sequence[Check], measured: Sequence[Measured]) -> tuple[Verdict, ...]:
    """Exactly one verdict a check, in their order: one without an answer was not evaluated."""
    answers: dict[int, Measured] = {}
    for each in measured:
        answers[each.index] = _worse(answers.get(each.index), each)
    return tuple(_verdict(check, answers.get(index)) for index, check in enumerate(checks))


def _worse(one: Measured | None, other: Measured) -> Measured:
    if one is None or other.outcome.badness > one.outcome.badness:
        return other
    return one


def _verdict(check: Check, answer: Measured | None) -> Verdict:
    if answer is None:
        return Verdict(check, Outcome.NOT_EVALUATED, reason="no answer from the quality engine")
    return Verdict(check, answer.outcome, answer.value, answer.reason, _spared(check, answer))


def _spared(check: Check, answer: Measured) -> bool:
    """What nobody knows holds back like what fails, unless declared otherwise."""
    if answer.outcome is not Outcome.NOT_EVALUATED:
        return False
    form = read(check.text).form
    gentle = form is not None and (form.open_when_unknown or form.severity is Severity.WARN)
    return answer.too_young or gentle


def gate_opens(verdicts: Sequence[Verdict]) -> bool:
    """Whether a dataset may be published: every check lets it through."""
    return all(verdict.holds for verdict in verdicts)
