"""A score is earned by checks that hold, and by nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.quality.model import Outcome
from engine.quality.score import Graded, Score, score, together
from engine.sodacl.model import Severity

graded = st.builds(Graded, st.sampled_from(Outcome), st.sampled_from(Severity))
some = st.lists(graded, min_size=1, max_size=12)


@given(some)
def test_a_hundred_means_that_every_check_passed(checks: list[Graded]) -> None:
    found = score(checks)

    assert found is not None
    assert 0 <= found.points <= 100
    assert (found.points == 100) == ({each.outcome for each in checks} == {Outcome.PASSED})


@given(some, st.sampled_from(Severity))
def test_a_check_that_holds_never_costs_and_one_that_does_not_never_helps(
    checks: list[Graded], severity: Severity
) -> None:
    found = score(checks)
    better = score([*checks, Graded(Outcome.PASSED, severity)])
    worse = score([*checks, Graded(Outcome.FAILED, severity)])

    points = [each.points for each in (worse, found, better) if each]
    assert points == sorted(points)
    assert len(points) == 3


@pytest.mark.parametrize(
    ("outcome", "severity", "points"),
    [
        (Outcome.FAILED, Severity.WARN, 88),
        (Outcome.FAILED, Severity.QUARANTINE, 80),
        (Outcome.FAILED, Severity.BLOCK, 66),
        (Outcome.NOT_EVALUATED, Severity.BLOCK, 66),
        (Outcome.WARNED, Severity.BLOCK, 83),
    ],
)
def test_beside_two_that_passed_a_check_weighs_what_it_does(
    outcome: Outcome, severity: Severity, points: int
) -> None:
    passed = Graded(Outcome.PASSED)

    assert score([passed, passed, Graded(outcome, severity)]) == Score(points)


def test_without_checks_there_is_no_score() -> None:
    assert score([], dependents=3) is None
    assert together([None, None]) is None
    assert together([]) is None


def test_what_much_depends_on_weighs_more_in_its_layer() -> None:
    assert together([Score(100, dependents=2), Score(0), None]) == 75
    assert together([Score(100), Score(0, dependents=2)]) == 25


@given(st.lists(st.builds(Score, st.integers(0, 100), st.integers(0, 9)), min_size=1))
def test_a_layer_is_as_good_as_its_worst_and_best_allow(scores: list[Score]) -> None:
    points = [each.points for each in scores]
    found = together(scores)

    assert found is not None
    assert min(points) <= found <= max(points)
