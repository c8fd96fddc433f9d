"""The numbers of PhoneRecognizer, found in another way."""

import random
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.predefined_recognizers import PhoneRecognizer

from benchmarks.cells import Cells
from engine.adapters.presidio.phones import PhoneSearch
from engine.adapters.presidio.prefilter import BlockSieve, hyperscan_block

DEFAULT = PhoneRecognizer()
SEARCH = PhoneSearch(DEFAULT)
WAYS = (
    "",
    "0",
    "1",
    "00",
    "011",
    "+",
    "+0",
    "+1",
    "+49",
    "49",
    "+44 0",
    "0044",
    "00 1",
    "90",
    "015",
)


def outer(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Without the numbers that lie in another, as Presidio returns them."""
    results = [RecognizerResult("PHONE_NUMBER", start, end, 0.4) for start, end in found]
    return sorted((each.start, each.end) for each in EntityRecognizer.remove_duplicates(results))


def stock(text: str, recognizer: PhoneRecognizer = DEFAULT) -> list[tuple[int, int]]:
    return sorted((each.start, each.end) for each in recognizer.analyze(text, []))


def agrees(text: str, search: PhoneSearch = SEARCH, recognizer: PhoneRecognizer = DEFAULT) -> bool:
    return outer(search.find(text)) == stock(text, recognizer)


@pytest.mark.parametrize("kind", ["phone", "ssn", "card", "amount", "date", "order_id", "mixed"])
def test_columns_hold_the_same_numbers(kind: str) -> None:
    assert [text for text in Cells(11).column(kind, 150) if not agrees(text)] == []


@given(
    way=st.sampled_from(WAYS),
    digits=st.text("0123456789", min_size=1, max_size=17),
    signs=st.lists(
        st.tuples(st.integers(0, 16), st.sampled_from(" -./()[]x~+–＋\u00a0")), max_size=4
    ),
    after=st.sampled_from(
        ["", " ", "x12", "X1", " ext. 7", "#", "/x34", " 0301234567", "a", "$", "é"]
    ),
)
@example("", "4155552671", [(3, "-")], "/x34")
@example("+", "14155552671", [], " ext. 7")
def test_whatever_is_dialled_is_judged_the_same(
    way: str, digits: str, signs: list[tuple[int, str]], after: str
) -> None:
    for place, sign in signs:
        digits = digits[:place] + sign + digits[place:]

    assert agrees(f"{way}{digits}{after}")


def test_every_region_has_its_own_rules() -> None:
    chance = random.Random(7)  # noqa: S311  # made-up numbers, no secret
    for regions in (("AR", "MX", "IT"), ("NF", "AG", "JP"), ("BR", "CA", "GG"), ("US", "ZZ")):
        recognizer = PhoneRecognizer(supported_regions=regions)
        search = PhoneSearch(recognizer)
        for way, size in product(WAYS, range(4, 13)):
            text = way + "".join(chance.choices("0123456789", k=size))
            assert agrees(text, search, recognizer), (regions, text)


def test_each_text_with_a_number_is_named_by_the_expression() -> None:
    cells = [*Cells(3).column("phone", 300), *Cells(3).column("mixed", 100)]
    block = hyperscan_block((SEARCH.expression,), None)
    assert block is not None
    named = BlockSieve(block, 1).sift(cells)

    assert {place for place, text in enumerate(cells) if stock(text)} <= set(named)


def test_a_part_of_what_looks_like_a_number_is_not_taken_for_the_whole() -> None:
    text = "box of80789.04(0)30 604504"  # in India the last two parts are one number

    assert stock(text) == [(12, 26)]
    assert agrees(text)


def test_an_extension_that_is_none_is_read_by_phonenumbers() -> None:
    assert agrees("1x415555")
    assert agrees("415555x2671")
    assert agrees("(4)15-555-2671x1x2")


def test_a_prefix_stays_where_too_few_digits_would_be_left() -> None:
    recognizer = PhoneRecognizer(supported_regions=("FR", "IN", "BR", "AR"))
    search = PhoneSearch(recognizer)

    for number in ("0008001234567", "000800123456", "0800123456", "01234567", "90800123456"):
        assert agrees(number, search, recognizer), number


def test_several_numbers_are_each_found() -> None:
    text = "call (415) 555-2671 or 030 12345678, else +33 6 12 34 56 78"

    assert len(outer(SEARCH.find(text))) == 3
    assert agrees(text)


def test_a_text_of_very_many_digits_is_left_to_presidio() -> None:
    text = "415-555-2671 " * 250

    assert agrees(text)


def test_a_recognizer_with_another_leniency_is_not_imitated() -> None:
    assert PhoneSearch.fits(DEFAULT)
    assert not PhoneSearch.fits(PhoneRecognizer(leniency=0))
    assert not PhoneSearch.fits(object())
