"""A condition is carried on only where it is plain that it looks at one row alone."""

import pytest

from engine.sodacl.row_sql import judges_a_row_alone

COLUMNS = ("name", "n", "at", "Odd Name")

ALONE = (
    "n > 3",
    "N > 3 AND name IS NOT NULL -- why",
    "name LIKE 'a%' OR lower(name) IN ('b', 'c')",
    "NOT (\"Odd Name\" ~ '^x')",
    "n BETWEEN 1 AND 2 OR n IS DISTINCT FROM -4",
    "at >= date '2026-01-01'",
    "CASE WHEN n > 1 THEN true ELSE length(name) = 2 END",
    "coalesce(n, 0) + n * 2 > 5",
    "name = 'nowhere'",
)

NOT_ALONE = (
    "at > now()",
    "at > current_timestamp",
    "at > current_date - 7",
    "at > 'now'",
    "at < 'Tomorrow 12:00'",
    "name::date < at",
    "random() < 0.5",
    "my_own(n)",
    "n = (SELECT max(n) FROM people)",
    "n IN (SELECT n FROM other)",
    "EXISTS (SELECT FROM other)",
    "people.n > 3",
    "people IS NULL",
    "xmin IS NULL",
    "current_user = name",
    "count(*) OVER () > 1",
    "n > 3 FROM other WHERE (true",
    "n >",
)


@pytest.mark.parametrize("written", ALONE)
def test_a_condition_on_the_columns_of_a_row_looks_at_it_alone(written: str) -> None:
    assert judges_a_row_alone(written, COLUMNS)


@pytest.mark.parametrize("written", NOT_ALONE)
def test_other_rows_the_time_and_what_is_not_known_are_more_than_a_row(written: str) -> None:
    assert not judges_a_row_alone(written, COLUMNS)
