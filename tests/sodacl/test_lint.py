"""What a check may say and should not is told as a warning."""

import pytest

from engine.sodacl.lint import expensive, warnings_in
from engine.sodacl.parse import parsed


def of_regex(regex: str) -> str:
    return f"invalid_count(a) = 0:\n  valid regex: '{regex}'"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (of_regex(r"^\S+@\S+\.[a-z]{2,63}$"), "slower: write {2,}, and «valid max length»"),
        (of_regex(".*@example"), "only costs time: write @example, it matches anywhere"),
        ("failed rows:\n  fail condition: name !~ '^[a-z]{1,64}$'", "write {1,}"),
        ("row_count > 0:\n  filter: name ~* '.*x'", "write x"),
        ("group by:\n  query: a ~ '.*x'\n  fields: [a]\n  checks: [b > 0]", "write x"),
    ],
)
def test_a_regex_that_costs_is_told_with_what_to_write_instead(text: str, said: str) -> None:
    (warning,) = warnings_in(text)

    assert said in warning.message


@pytest.mark.parametrize(
    "regex", [r"^\S+@\S+\.[a-z]{2,}$", "^[a-z]{2,4}$", "[0-9]{13}", ".*", r"\{2,63}", "a.*b"]
)
def test_a_regex_that_costs_little_is_not_told(regex: str) -> None:
    assert expensive(parsed(of_regex(regex))) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("anomaly score for row_count < default", "write «anomaly detection for …»"),
        ("freshness using at < 1d", "write «freshness(…) < …»"),
        ("row_count > 0:\n  samples limit: 5", "«samples limit» does nothing"),
    ],
)
def test_words_that_are_going_or_do_nothing_are_told(text: str, said: str) -> None:
    (warning,) = warnings_in(text)

    assert said in warning.message
