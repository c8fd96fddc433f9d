"""The rule of the line: nobody works on what another works on, and nobody is overtaken."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.runs.line import PATIENCE, Waiting, first_in_line, place
from engine.runs.model import Priority, Run
from engine.testing.clock import EPOCH
from tests.builders import a_run

MINUTES = st.integers(0, 240)
PRIORITIES = st.sampled_from(Priority)
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


def asked(minutes: int, priority: Priority) -> Run:
    """A run that was asked for that many minutes late."""
    return replace(a_run(), requested_at=EPOCH + timedelta(minutes=minutes), priority=priority)


def test_a_person_goes_before_a_schedule_of_the_same_hour_and_behind_an_older_one() -> None:
    scheduled = asked(60, Priority.SCHEDULE)

    assert place(asked(119, Priority.PERSON)) < place(scheduled)
    assert place(scheduled) < place(asked(121, Priority.PERSON))


def test_of_runs_of_one_moment_a_person_goes_first_and_a_schedule_last() -> None:
    runs = sorted((asked(0, each) for each in Priority), key=place)

    assert [run.priority for run in runs] == sorted(Priority, reverse=True)


@given(
    waits=st.tuples(MINUTES, PRIORITIES),
    later=st.lists(st.tuples(st.integers(1, 240), PRIORITIES), max_size=8),
)
def test_nothing_that_is_asked_for_after_its_patience_goes_before_a_run(
    waits: tuple[int, Priority], later: Sequence[tuple[int, Priority]]
) -> None:
    run, end = asked(*waits), waits[0] + PATIENCE[waits[1]] // timedelta(minutes=1)

    line = sorted([run, *(asked(end + minutes, each) for minutes, each in later)], key=place)

    assert line[0] == run
