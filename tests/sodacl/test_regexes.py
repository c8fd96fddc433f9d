"""What is no regular expression, and what in one costs."""

import pytest

from engine.sodacl.regexes import cost, flaw


@pytest.mark.parametrize(
    ("regex", "said"),
    [
        ("[", "a [ has no ]"),
        ("[]", "a [ has no ]"),
        ("[[:alpha:]", "a [ has no ]"),
        ("[[:alpha]", "a [: has no :]"),
        ("[[:letter:]]", "there is no class [:letter:]"),
        ("(a", "a ( has no )"),
        ("a)", "a ) has no ("),
        ("(?P<x>a)", "opens no group"),
        ("*a", "* has nothing before it to repeat"),
        ("a**", "* has nothing before it to repeat"),
        ("(|+)", "+ has nothing before it to repeat"),
        ("^*", "* has nothing before it to repeat"),
        ("a{2,1}", "has its larger number first"),
        ("a{300}", "repeats more than 255 times"),
        ("a{2", "a { has no }"),
        ("a\\", "ends with a backslash"),
        (r"\q", r"\q means nothing"),
        (r"(a)\2", r"\2 stands for a group that is not there"),
    ],
)
def test_what_postgresql_refuses_is_told_with_the_reason(regex: str, said: str) -> None:
    assert said in (flaw(regex) or "")


@pytest.mark.parametrize(
    "regex",
    [
        *("", "a|", "()", "[]a]", "[^]a]", "[\\]]", "[[:alpha:]_]", "{", "a{,3}", "a}", "a*?"),
        *(r"(a)\1", r"\11", "(?i)abc", "***=(", "(?=a)b", r"^\d{3}$", "]", r"[\w.]+@", "a{2}?"),
    ],
)
def test_what_postgresql_takes_is_not_told(regex: str) -> None:
    assert flaw(regex) is None


@pytest.mark.parametrize(
    ("regex", "said"),
    [
        ("([a-z]{1,9} ?){1,9}", "{1,9} around other bounds"),
        ("((a{1,4}b)c){4}", "written out 16 times"),
        (r"(\w+) \1", r"\1 in a regex looks back"),
        ("[a-z]{1,64}", "write {1,}"),
        (".*x", "write x"),
    ],
)
def test_what_costs_is_told_with_what_to_write_instead(regex: str, said: str) -> None:
    assert said in (cost(regex) or "")


@pytest.mark.parametrize(
    "regex",
    # PostgreSQL does not go back and forth: a repeated repetition costs it nothing
    [r"(\w+)+", r"^(\w+\s?)*$", "(a{1,3}b){1,3}", "(a{2}b){4,}c{2}", r"\{2,63}", "[{1,99}]", "("],
)
def test_what_costs_little_is_not_told(regex: str) -> None:
    assert cost(regex) is None
