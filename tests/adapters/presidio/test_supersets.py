"""Whatever an expression matches, its superset matches in the text's shadow."""

import pytest
import regex  # type: ignore[import-untyped]  # its stubs are a package of their own
from hypothesis import example, given
from hypothesis import strategies as st

from engine.adapters.presidio.prefilter import BlockSieve, hyperscan_block
from engine.adapters.presidio.supersets import (
    FOLDING,
    Kind,
    Unreadable,
    ascii_shadow,
    beyond_ascii,
    kind_of,
    superset,
)

FLAGS = regex.IGNORECASE | regex.MULTILINE | regex.DOTALL
ATOMS = (
    *("a", "B", "k", "7", "_", "é", " ", r"\.", "-", ".", r"\d", r"\w", r"\s", r"\D", r"\W", r"\S"),
    *(
        "[a-z]",
        "[^a-z]",
        "[A-F0-9]",
        r"[^\d]",
        r"[\w-]",
        r"[^\w]",
        "[à-ü]",
        "[^à-ü]",
        "[^_]",
        "[^0]",
    ),
    *(r"\b", r"\B", "^", "$", r"\A", r"\Z", r"(?<!\d)", r"(?!\w)", r"(?=a)", r"(?<=\W)", r"(?!\s)"),
)
LETTERS = "aBk7_ .-é٣\u00a0€\n\tſKİ\u0301🙂\x1cz0"

expressions = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda some: f"({'|'.join(some)})"),
        st.tuples(inner, st.sampled_from(["?", "+", "*", "{2}", "{1,3}", "{,2}", "{0,90}"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=6,
)


def sifted(pattern: str, flags: int, texts: list[str]) -> set[int]:
    """The places of texts that the sieve names; all of them where there can be no sieve."""
    everything = set(range(len(texts)))
    try:
        expression = superset(pattern, flags)
    except Unreadable:
        return everything
    block = hyperscan_block((expression,), None)
    return set(BlockSieve(block, 1).sift(texts)) if block else everything


@given(
    pattern=expressions,
    flags=st.sampled_from([FLAGS, FLAGS & ~regex.IGNORECASE, 0]),
    texts=st.lists(st.text(LETTERS, max_size=8), min_size=1, max_size=6),
)
@example(r"(?<!\s)7\Z", FLAGS, ["7", "a7", "7\n"])
@example(r"\A7", 0, ["a", "7", "a\n7"])
@example(r"[^_]\b", FLAGS, ["é", "€a"])
@example("k", FLAGS, ["\u212a", "a"])
@example("a{,3}7", FLAGS, ["7", "a7"])
@example("7[^_à-ü]7", FLAGS, ["7ā7", "7é7", "7_7"])
@example(r"a[^\d]7", FLAGS, ["aé7", "a€7", "a\u00a07", "a٣7"])
@example(r"a[^\w]7", FLAGS, ["aé7", "a€7", "a\u00a07", "a٣7"])
def test_no_match_is_lost(pattern: str, flags: int, texts: list[str]) -> None:
    sought = regex.compile(pattern, flags)
    matching = {
        place
        for place, text in enumerate(texts)
        if any(match.end() > match.start() for match in sought.finditer(text))
    }

    assert matching <= sifted(pattern, flags, texts)


@pytest.mark.parametrize(
    "pattern",
    [
        r"\p{Lu}{2}\d{4}",  # a class that re doesn't know
        r"(?:abc){e<=1}",  # a fuzzy match, to re a brace
        r"[[:alpha:]]7",  # to re a set of signs
        r"a(?i)b",  # a flag from there on
        r"(?<name>a)",
        r"a(?R)?b",
        r"ſ",  # equals an s where case is ignored
    ],
)
def test_a_form_that_reads_otherwise_elsewhere_is_not_rewritten(pattern: str) -> None:
    with pytest.raises(Unreadable):
        superset(pattern, FLAGS)


@pytest.mark.parametrize("flag", [regex.ASCII, regex.VERSION1, regex.FULLCASE, regex.VERBOSE])
def test_a_flag_that_changes_meanings_is_not_rewritten(flag: int) -> None:
    with pytest.raises(Unreadable):
        superset("a", flag)


def test_a_case_that_is_ignored_in_a_part_is_ignored_there() -> None:
    assert sifted("(?i:a)b", 0, ["Ab", "ab", "aB", "xb"]) >= {0, 1}
    assert 3 not in sifted("(?i:a)b", 0, ["Ab", "ab", "aB", "xb"])


def test_a_reference_matches_what_its_group_may_hold() -> None:
    assert sifted(r"([:-])a\1", FLAGS, [":a:", "-a-", "a", ".a."]) == {0, 1}


def test_the_sieve_is_not_a_wide_one() -> None:
    texts = ["12345678", "123456789", "call me", "1234567890"]

    assert sifted(r"\b[0-9]{9}\b", FLAGS, texts) == {1}


@given(st.characters(min_codepoint=128, exclude_categories=["Cs"]))
def test_a_stand_in_is_of_the_kind_of_what_it_stands_for(character: str) -> None:
    if character in FOLDING:
        return
    shadow = ascii_shadow(character, beyond_ascii(character))

    assert len(shadow) == 1
    assert shadow == kind_of(character).value
    for category in (r"\w", r"\d", r"\s", r"(?<=a)\b"):
        there = regex.search(category, f"a{character}", pos=1) is not None
        assert (regex.search(category, f"a{shadow}", pos=1) is not None) == there


def test_a_text_in_many_scripts_has_the_same_shadow_as_one_in_few() -> None:
    text = "".join(map(chr, range(0x4E00, 0x4E60))) + " ٣ é €"

    assert ascii_shadow(text, beyond_ascii(text)) == "".join(
        each if each.isascii() else kind_of(each).value for each in text
    )


def test_only_these_characters_equal_a_letter_of_ascii() -> None:
    ascii_letter = regex.compile(r"[\x00-\x7f]", regex.IGNORECASE)

    assert {chr(n) for n in range(128, 0x20000) if ascii_letter.match(chr(n))} == FOLDING
    assert {kind.value for kind in Kind} == {"_", "0", " ", "\x01"}
