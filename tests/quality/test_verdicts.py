"""Every declared check gets exactly one verdict, and silence never passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.model import Check
from engine.quality.model import Measured, Outcome, gate_opens, settle
from tests.builders import a_verdict

checks = st.lists(st.text("abc", min_size=1, max_size=3).map(Check), max_size=6)
measured = st.lists(
    st.builds(Measured, st.integers(-2, 8), st.sampled_from(Outcome), st.none() | st.just("7")),
    max_size=12,
)
LETS_THROUGH = {Outcome.PASSED, Outcome.WARNED}


@given(checks, measured)
def test_each_check_gets_one_verdict_whatever_the_engine_answers(
    declared: list[Check], answers: list[Measured]
) -> None:
    verdicts = settle(declared, answers)

    assert [verdict.check for verdict in verdicts] == declared


@given(checks, measured)
def test_a_check_passes_only_when_every_answer_to_it_lets_it_through(
    declared: list[Check], answers: list[Measured]
) -> None:
    verdicts = settle(declared, answers)

    for index, verdict in enumerate(verdicts):
        outcomes = {answer.outcome for answer in answers if answer.index == index}
        assert verdict.holds == (bool(outcomes) and outcomes <= LETS_THROUGH)


@given(checks, measured, st.randoms())
def test_the_order_of_the_answers_does_not_matter(
    declared: list[Check], answers: list[Measured], random: object
) -> None:
    shuffled = sorted(answers, key=lambda _: random.random())  # type: ignore[attr-defined]  # st.randoms has no type

    ours, theirs = settle(declared, answers), settle(declared, shuffled)

    assert [each.outcome for each in ours] == [each.outcome for each in theirs]


@given(checks, measured)
def test_the_gate_opens_only_for_passed_and_warned(
    declared: list[Check], answers: list[Measured]
) -> None:
    verdicts = settle(declared, answers)

    assert gate_opens(verdicts) == ({verdict.outcome for verdict in verdicts} <= LETS_THROUGH)


def test_a_check_without_an_answer_was_not_evaluated() -> None:
    (verdict,) = settle([Check("row_count > 0")], [])

    assert verdict.outcome is Outcome.NOT_EVALUATED
    assert not gate_opens([verdict])
    assert str(verdict) == "row_count > 0: not evaluated (no answer from the quality engine)"


@pytest.mark.parametrize("other", [Outcome.PASSED, Outcome.WARNED, Outcome.NOT_EVALUATED])
def test_of_two_answers_the_worse_one_counts_with_its_value(other: Outcome) -> None:
    answers = [Measured(0, Outcome.FAILED, "9"), Measured(0, other, "0")]

    (verdict,) = settle([Check("row_count > 0")], answers)

    assert (verdict.outcome, verdict.value) == (Outcome.FAILED, "9")


def test_a_dataset_without_checks_may_be_published() -> None:
    assert gate_opens(settle([], []))


def test_a_verdict_reads_with_its_value_or_its_reason() -> None:
    assert str(a_verdict(Outcome.FAILED, "min(x) > 0", "-3")) == "min(x) > 0: failed (-3)"
    assert str(a_verdict(Outcome.PASSED, "min(x) > 0", None)) == "min(x) > 0: passed"
    silent = a_verdict(Outcome.NOT_EVALUATED, "min(x) > 0", None, "Soda took too long")
    assert str(silent) == "min(x) > 0: not evaluated (Soda took too long)"


def test_a_check_is_titled_by_its_first_line() -> None:
    assert Check("missing_percent(a):\n  warn: when > 1").title == "missing_percent(a)"


SUM = "sum(amount) > 0"
ON_UNKNOWN = f"{SUM}:\n  attributes: {{on unknown: pass}}"
GENTLE = f"{SUM}:\n  attributes: {{severity: warn}}"


@pytest.mark.parametrize(
    ("text", "too_young", "opens"),
    [
        (SUM, False, False),
        (SUM, True, True),
        (ON_UNKNOWN, False, True),
        (GENTLE, False, True),
        ("no check at all", False, False),
    ],
)
def test_what_is_not_evaluated_holds_back_unless_declared_otherwise_or_too_young(
    text: str, *, too_young: bool, opens: bool
) -> None:
    measured = Measured(0, Outcome.NOT_EVALUATED, reason="nobody knows", too_young=too_young)

    verdicts = settle([Check(text)], [measured])

    assert gate_opens(verdicts) is opens
    assert verdicts[0].outcome is Outcome.NOT_EVALUATED


def test_what_is_declared_for_the_unknown_does_not_help_what_failed() -> None:
    verdicts = settle([Check(ON_UNKNOWN)], [Measured(0, Outcome.FAILED, "0")])

    assert not gate_opens(verdicts)
