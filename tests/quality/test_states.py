"""What is known of the parts gives what is known of the whole."""

from functools import reduce
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.quality.states import State, merged, state_of

numbers = st.floats(-1e9, 1e9)
parts = st.lists(st.lists(numbers, max_size=8), max_size=5)


def near(one: State | None, other: State | None) -> bool:
    """Whether they are equal, but for the last digits."""
    if one is None or other is None:
        return one is other
    spread = max(1.0, abs(one.low), abs(one.high))
    return (one.count, one.low, one.high) == (other.count, other.low, other.high) and (
        abs(one.total - other.total) <= 1e-12 * spread * one.count
        and abs(one.squares - other.squares) <= 1e-9 * spread * spread * one.count
    )


@given(parts)
def test_the_merged_states_of_the_parts_are_that_of_the_whole(split: list[list[float]]) -> None:
    whole = [value for part in split for value in part]

    assert near(reduce(merged, map(state_of, split), None), state_of(whole))


@given(parts, st.randoms(use_true_random=False))
def test_the_order_of_merging_does_not_matter(split: list[list[float]], random: object) -> None:
    shuffled = sorted(split, key=lambda _: random.random())  # type: ignore[attr-defined]  # st.randoms has no type

    one, other = (reduce(merged, map(state_of, each), None) for each in (split, shuffled))

    assert near(one, other)


@given(st.lists(numbers, min_size=2, max_size=20))
def test_average_and_deviation_are_those_of_the_values(values: list[float]) -> None:
    state = state_of(values)

    assert state is not None
    assert state.average == pytest.approx(fmean(values), rel=1e-9, abs=1e-6)
    assert state.deviation == pytest.approx(stdev(values), rel=1e-6, abs=1e-3)


def test_large_values_that_are_close_together_keep_their_spread() -> None:
    one, other = state_of([1e9 + 4, 1e9 + 7]), state_of([1e9 + 13, 1e9 + 16])

    whole = merged(one, other)

    assert whole is not None
    assert whole.deviation == pytest.approx(30**0.5)


def test_one_value_has_no_deviation() -> None:
    state = state_of([7])

    assert state is not None
    assert (state.average, state.deviation) == (7, None)
