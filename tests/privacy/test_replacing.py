"""What is personal within a text is replaced; nothing of it stays, and nothing else changes."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.privacy.operators import Way, kept, masked, redacted
from engine.privacy.protect import KEY_BYTES, REDACTED, SecretKey, Tokens
from engine.privacy.replacing import replaced
from engine.privacy.spans import Span

ENTITIES = ("EMAIL_ADDRESS", "PHONE_NUMBER", "PERSON")
FIRST_PRIVATE = 0xF0000
"""From here on there are characters that no substitute holds."""

spans = st.lists(
    st.builds(
        Span,
        start=st.integers(min_value=-3, max_value=45),
        end=st.integers(min_value=-3, max_value=45),
        entity=st.sampled_from((*ENTITIES, "UNHEARD_OF")),
        score=st.floats(min_value=0, max_value=1),
    ),
    max_size=8,
)


def found(text: str, *values: tuple[str, str]) -> list[Span]:
    """A span for each value where it stands first after the one before it."""
    spans, place = [], 0
    for value, entity in values:
        start = text.index(value, place)
        place = start + len(value)
        spans.append(Span(start, place, entity, 0.9))
    return spans


def unlike_any_other(length: int) -> str:
    """A text in which each character stands once."""
    return "".join(chr(FIRST_PRIVATE + place) for place in range(length))


def covered(spans: Sequence[Span]) -> set[int]:
    return {place for span in spans for place in range(max(span.start, 0), max(span.end, 0))}


def blank(_: str) -> str:
    return "X"


@given(st.integers(min_value=0, max_value=40), spans)
def test_no_character_of_a_span_survives_and_every_other_stays_in_its_order(
    length: int, given_spans: list[Span]
) -> None:
    text = unlike_any_other(length)
    shown = replaced(text, given_spans, dict.fromkeys(ENTITIES, blank))

    survivors = [each for each in shown if ord(each) >= FIRST_PRIVATE]
    inside = covered(given_spans)
    assert survivors == [each for place, each in enumerate(text) if place not in inside]


@given(st.integers(min_value=0, max_value=40), spans)
def test_what_one_way_would_show_another_still_hides(length: int, given_spans: list[Span]) -> None:
    ways: dict[str, Way] = {"EMAIL_ADDRESS": kept, "PHONE_NUMBER": masked, "PERSON": redacted}
    hidden = covered([each for each in given_spans if each.entity in {"PERSON", "UNHEARD_OF"}])
    text = unlike_any_other(length)

    shown = replaced(text, given_spans, ways)

    assert not {text[place] for place in hidden if place < length} & set(shown)


@given(st.text(max_size=40), spans, st.randoms(use_true_random=False))
def test_the_order_in_which_spans_were_found_does_not_matter(
    text: str,
    given_spans: list[Span],
    random: Random,
) -> None:
    ways = dict.fromkeys(ENTITIES, blank)
    shuffled = random.sample(given_spans, len(given_spans))

    assert replaced(text, shuffled, ways) == replaced(text, given_spans, ways)


@given(st.text())
def test_a_text_with_nothing_personal_stays_as_it_is(text: str) -> None:
    assert replaced(text, (), {}) == text


def test_values_that_only_adjoin_are_each_replaced_by_themselves() -> None:
    text = "contact@example.com support@example.org admin@example.net"
    three = found(text, *((value, "EMAIL_ADDRESS") for value in text.split()))
    tokens = Tokens(SecretKey(bytes(KEY_BYTES)), "EMAIL_ADDRESS")

    def first_eight(value: str) -> str:
        return "********" + value[8:]

    assert replaced(text, three, {"EMAIL_ADDRESS": first_eight}) == (
        "********example.com ********example.org ********ample.net"
    )
    assert replaced(text, three, {"EMAIL_ADDRESS": masked}) == (
        "***************.com ***************.org *************.net"
    )
    assert replaced(text, three, {"EMAIL_ADDRESS": tokens.token}).split() == [
        tokens.token(value) for value in text.split()
    ]


def test_values_that_touch_are_two() -> None:
    text = "anna@x.orgbert@y.org"
    both = found(text, ("anna@x.org", "EMAIL_ADDRESS"), ("bert@y.org", "EMAIL_ADDRESS"))

    assert replaced(text, both, {"EMAIL_ADDRESS": masked}) == "******.org******.org"


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("👩‍👩‍👧 said ", "maria@example.com", " 🎉🏳️‍🌈"),
        ("e\u0301 ", "Mari\u0301a Lo\u0301pez", " cafe\u0301"),
        ("שלום ", "maria@example.com", " עולם"),
        ("\u202eabc ", "+49 30 1234567", "\u202c \u200f."),
        ("𝒜𝒷 ", "🧑🏽‍🚀 Maria", "\u0301!"),
        ("a\r\n\tb ", "maria@example.com", "\x00\r\n"),
    ],
)
def test_offsets_are_right_whatever_stands_around(before: str, value: str, after: str) -> None:
    text = before + value + after
    spans = [Span(len(before), len(before) + len(value), "PERSON", 0.5)]
    given_values: list[str] = []

    def way(each: str) -> str:
        given_values.append(each)
        return "<P>"

    assert replaced(text, spans, {"PERSON": way}) == f"{before}<P>{after}"
    assert given_values == [value]


def test_a_value_within_a_value_of_its_kind_is_replaced_once() -> None:
    text = "Ask Maria Lopez today"
    nested = [Span(4, 9, "PERSON", 0.9), Span(4, 15, "PERSON", 0.4), Span(10, 15, "PERSON", 0.9)]

    assert replaced(text, nested, {"PERSON": str.upper}) == "Ask MARIA LOPEZ today"


def test_where_two_kinds_overlap_nothing_is_shown() -> None:
    text = "see maria@example.com"
    both = [Span(4, 21, "EMAIL_ADDRESS", 1.0), Span(10, 21, "URL", 0.5)]

    assert replaced(text, both, {"EMAIL_ADDRESS": masked, "URL": kept}) == f"see {REDACTED}"


def test_an_entity_without_a_way_is_redacted() -> None:
    assert replaced("Maria!", [Span(0, 5, "PERSON", 0.9)], {}) == f"{REDACTED}!"
    assert replaced("Maria!", [Span(0, 5, "PERSON", 0.9)], {"PERSON": lambda _: None}) == (
        f"{REDACTED}!"
    )
