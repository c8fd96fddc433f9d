"""Of findings over the same characters one counts, and none of them is lost."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engine.privacy.recognition import SURE_ENOUGH
from engine.privacy.resolving import resolved
from engine.privacy.spans import Span

ENTITIES = ("EMAIL_ADDRESS", "URL", "PHONE_NUMBER", "UK_NHS", "PERSON", "LOCATION", "CUSTOMER_NO")


@st.composite
def spans(draw: st.DrawFn) -> Span:
    """A finding somewhere in the first characters of a text."""
    start = draw(st.integers(0, 40))
    length = draw(st.integers(0, 15))
    score = draw(st.sampled_from((0.05, 0.4, 0.85, 1.0)))
    return Span(start, start + length, draw(st.sampled_from(ENTITIES)), score)


def covered(found: list[Span]) -> set[int]:
    return {place for span in found for place in range(span.start, span.end)}


@given(st.lists(spans(), max_size=12))
def test_no_overlap_is_left_and_no_character_is_lost(found: list[Span]) -> None:
    kept = list(resolved(found))

    assert all(one.end <= other.start for one, other in pairwise(kept))
    assert covered(kept) == covered([each for each in found if each.score >= SURE_ENOUGH])


@given(st.lists(spans(), max_size=12), st.randoms())
def test_the_order_of_the_findings_does_not_matter(found: list[Span], rng: object) -> None:
    shuffled = list(found)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a Random

    assert resolved(shuffled) == resolved(found)


def test_an_address_is_an_address_and_not_a_link() -> None:
    mail, link = Span(0, 15, "EMAIL_ADDRESS", 1.0), Span(4, 15, "URL", 0.5)

    assert resolved([link, mail]) == (mail,)


def test_a_phone_number_that_passes_the_check_of_the_nhs_stays_one() -> None:
    phone, nhs = Span(0, 12, "PHONE_NUMBER", 0.4), Span(0, 12, "UK_NHS", 1.0)

    assert resolved([nhs, phone]) == (phone,)


def test_a_pattern_of_the_project_goes_before_all_others() -> None:
    own, phone = Span(0, 10, "CUSTOMER_NO", 0.5), Span(0, 10, "PHONE_NUMBER", 0.75)

    assert resolved([phone, own]) == (own,)


def test_what_sticks_out_of_a_more_telling_finding_is_kept() -> None:
    mail, name = Span(6, 22, "EMAIL_ADDRESS", 1.0), Span(0, 22, "PERSON", 0.7)

    assert resolved([name, mail]) == (Span(0, 6, "PERSON", 0.7), mail)


def test_findings_that_only_touch_stay_two() -> None:
    two = (Span(0, 5, "EMAIL_ADDRESS", 1.0), Span(5, 9, "EMAIL_ADDRESS", 1.0))

    assert resolved(two) == two
