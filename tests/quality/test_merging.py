"""Parts of numbers are carried on exactly, or not at all."""

import statistics
from collections.abc import Callable, Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.quality.merging import TRUSTED, Kind, Part, Way, carried, way_of, worked_out
from engine.sodacl.parse import read
from tests.adapters.builders import NOON

values = st.lists(st.decimals(-99, 99, places=3).map(Fraction), max_size=8)

OF_ALL: dict[Kind, Callable[[Sequence[Fraction]], Fraction | None]] = {
    Kind.COUNT: lambda rows: Fraction(len(rows)),
    Kind.SUM: lambda rows: sum(rows, Fraction(0)) if rows else None,
    Kind.LOWEST: lambda rows: min(rows, default=None),
    Kind.HIGHEST: lambda rows: max(rows, default=None),
}


@given(st.sampled_from(list(OF_ALL)), values, values, values)
def test_what_is_carried_on_is_what_all_rows_give(
    kind: Kind, stay: Sequence[Fraction], go: Sequence[Fraction], come: Sequence[Fraction]
) -> None:
    of = OF_ALL[kind]

    found = carried(kind, Part(of([*stay, *go]), NOON), of(go), of(come))

    if found is None:
        assert kind in {Kind.LOWEST, Kind.HIGHEST}
        assert of(go) == of([*stay, *go])
    else:
        assert (found.value or 0) == (of([*stay, *come]) or 0)
        assert found.read_at == NOON


def test_more_rows_than_there_were_do_not_go() -> None:
    one = Part(Fraction(1), NOON)

    assert carried(Kind.COUNT, one, Fraction(2), Fraction(5)) is None
    assert carried(Kind.LOWEST, one, Fraction(0), Fraction(0)) is None
    assert carried(Kind.HIGHEST, Part(None, NOON), one.value, one.value) is None


@pytest.mark.parametrize(("before", "come"), [(0, 1), (1, 0), (1, 1)])
def test_what_is_there_twice_is_not_carried_on(before: int, come: int) -> None:
    assert carried(Kind.NONE_TWICE, Part(Fraction(before), NOON), None, Fraction(come)) is None


@given(st.lists(st.decimals(-99, 99, places=3).map(Fraction), min_size=2, max_size=8))
def test_how_far_values_spread_is_worked_out_of_sums(rows: Sequence[Fraction]) -> None:
    squares = sum((each * each for each in rows), Fraction(0))
    parts = (sum(rows, Fraction(0)), Fraction(len(rows)), squares)

    found = [worked_out(Way.SPREAD, each, parts) for each in ("variance", "stddev_pop")]

    assert found == pytest.approx([statistics.variance(rows), statistics.pstdev(rows)], rel=1e-15)


@pytest.mark.parametrize("way", [Way.SUM, Way.MEAN, Way.SHARE, Way.SPREAD])
def test_of_no_values_there_is_no_number(way: Way) -> None:
    assert worked_out(way, "stddev", (None, Fraction(0), None)) is None


def test_a_part_is_trusted_for_a_week() -> None:
    part = Part(None, NOON)

    assert part.is_trusted(NOON + TRUSTED * 0.99)
    assert not part.is_trusted(NOON + TRUSTED)


@pytest.mark.parametrize(
    ("text", "way"),
    {
        "duplicate_count(id) = 0": Way.REPEATS,
        "duplicate_count(name, id) = 0": Way.REPEATS,
        "duplicate_count(name) = 0": None,
        "percentile(n, 0.5) > 1": None,
        "anomaly detection for row_count": Way.COUNT,
        "change for avg(n) < 5": Way.MEAN,
        "failed rows:\n  fail query: SELECT 1": None,
        "schema:\n  fail:\n    when required column missing: [id]": None,
        "row_count > 0:\n  filter: at > now()": None,
    }.items(),
)
def test_what_needs_all_rows_has_no_way(text: str, way: Way | None) -> None:
    form = read(text).form
    assert form is not None

    assert way_of(form, ("id",), ("id", "name", "n", "at")) is way
