"""The rule of the line: nobody works on what another works on, and nobody is overtaken."""

from hypothesis import given
from hypothesis import strategies as st

from engine.runs.line import Waiting, first_in_line

TARGETS = st.frozensets(st.sampled_from("abcd"), max_size=3)


def in_line(*targets: str) -> list[Waiting]:
    """Runs 0, 1, … that write those datasets, a letter each."""
    return [Waiting(str(number), each) for number, each in enumerate(targets)]


def test_of_runs_that_write_one_dataset_the_first_goes() -> None:
    assert list(first_in_line(in_line("a", "a", "b"), ())) == ["0", "2"]


def test_nobody_goes_while_one_of_its_datasets_is_taken() -> None:
    assert list(first_in_line(in_line("ab", "c"), {"b"})) == ["1"]


def test_who_waits_is_not_overtaken_by_one_that_wants_less() -> None:
    assert list(first_in_line(in_line("ab", "a"), {"b"})) == []


def test_who_writes_nothing_waits_for_nobody() -> None:
    assert list(first_in_line(in_line("a", "", "a", ""), {"a"})) == ["1", "3"]


@given(waiting=st.lists(TARGETS, max_size=8), taken=TARGETS)
def test_the_line_holds_for_any_runs(waiting: list[frozenset[str]], taken: frozenset[str]) -> None:
    runs = [Waiting(str(number), targets) for number, targets in enumerate(waiting)]
    gone = set(first_in_line(runs, taken))

    for run, targets in zip(runs, waiting, strict=True):
        before = [each for each in runs if int(each.run_id) < int(run.run_id)]
        free = targets.isdisjoint(taken.union(*(each.targets for each in before)))
        assert (run.run_id in gone) == free
