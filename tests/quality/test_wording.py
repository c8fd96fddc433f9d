"""What was measured, as people read it."""

import pytest

from engine.catalog.model import Check
from engine.quality.model import Outcome
from engine.quality.wording import measured, with_unit


@pytest.mark.parametrize(
    ("check", "value", "told"),
    [
        ("missing_percent(email) < 5", "7.25", "7.25 %"),
        ("duplicate_percent(id) < 5", "1,000", "1,000 %"),
        ("change percent for row_count < 10", "-12.5", "-12.5 %"),
        ("change for missing_percent(email) < 5", "3", "3"),
        ("missing_count(email) < 5", "7", "7"),
        ("my_percent < 5:\n  my_percent expression: avg(x)", "7", "7"),
        ("missing_percent(email) < 5", "NaN", "NaN"),
        ("freshness(at) < 1d", "2d 3h", "2d 3h"),
        ("no check at all", "7", "7"),
    ],
)
def test_a_percentage_has_its_sign(check: str, value: str, told: str) -> None:
    assert with_unit(Check(check), value) == told


def test_a_cell_tells_why_where_nothing_was_measured() -> None:
    check = Check("missing_percent(email) < 5")

    assert measured(Outcome.FAILED, "7", "", check) == "7 %"
    assert (
        measured(Outcome.NOT_EVALUATED, None, "the table is empty", check) == "the table is empty"
    )
