"""What is found in free text, and where."""

from itertools import pairwise

import pytest

from engine.adapters.presidio.reading import LONGEST, TextReader
from engine.adapters.presidio.recognizers import build_registry
from engine.errors import EngineError
from engine.privacy.recognition import AllowList, CustomRecognizer, Recognition


@pytest.fixture(scope="module")
def reader() -> TextReader:
    return TextReader(build_registry(Recognition()))


def found(reader: TextReader, text: str, entity: str) -> list[str]:
    """The pieces of a text that hold an entity."""
    (spans,) = reader.read([text])
    assert all(one.end <= other.start for one, other in pairwise(spans))
    return [text[each.start : each.end] for each in spans if each.entity == entity]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hello, my name is Oyelaran Adebisi and I wait.", "Oyelaran Adebisi"),
        ("Dear Quillon, where is it?", "Quillon"),
        ("please ask for Ms. Vantongeren at the desk", "Vantongeren"),
        ("Best regards,\nTemperance Okonjo", "Temperance Okonjo"),
        ("I ordered two. ingrid larsen", "ingrid larsen"),
        ("the parcel went to Siobhán O'Brien", "Siobhán O'Brien"),
        ("Name: Ludwig van Beethoven", "Ludwig van Beethoven"),
    ],
)
def test_names_are_found_where_names_stand(reader: TextReader, text: str, name: str) -> None:
    assert found(reader, text, "PERSON") == [name]


def test_a_name_told_in_full_is_known_again(reader: TextReader) -> None:
    text = "My name is Oyelaran Adebisi. Please write to Adebisi only."

    assert found(reader, text, "PERSON") == ["Oyelaran Adebisi", "Adebisi"]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("send it to 12 Mill Road, Apt 4, Portland, OR 97201 please", ["12 Mill Road", "Apt 4"]),
        ("I live at Lindenweg 4, 10115 Berlin.", ["Lindenweg 4", "10115 Berlin"]),
        ("we are at 5 rue des Tanneurs now", ["5 rue des Tanneurs"]),
        ("Postfach 4412, 24103 Kiel", ["Postfach 4412"]),
        ("PSC 4410, Box 12\nAPO AE 09012", ["PSC 4410", "Box 12", "APO AE 09012"]),
        ("I moved to Tunisia", ["Tunisia"]),
    ],
)
def test_addresses_are_found_piece_by_piece(
    reader: TextReader, text: str, pieces: list[str]
) -> None:
    places = found(reader, text, "LOCATION")

    assert [each.rstrip(".") for each in places][: len(pieces)] == pieces


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("please ring 0494 92 82 32 tonight", "0494 92 82 32"),
        ("Mobile: 60-56-85-91", "60-56-85-91"),
        ("my fax is 9498777106", "9498777106"),
        ("it is +41 (0)96 471 07 95", "+41 (0)96 471 07 95"),
    ],
)
def test_phones_are_found_that_no_region_of_presidio_knows(
    reader: TextReader, text: str, number: str
) -> None:
    assert found(reader, text, "PHONE_NUMBER") == [number]


@pytest.mark.parametrize(
    "text",
    [
        "Order ORD-2024123456 was shipped on 2026-03-01 12:33:44.",
        "The copper pour-over dripper costs 1,299.00 USD.",
        "status: delivered, retries: 3, version 10.2.4.1",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "The run took 1700000000000 ms and 2125550123 rows.",
        "set of 3 green tea towels, pack of 100",
        "",
        "🙂",
    ],
)
def test_ids_amounts_digests_and_goods_are_left_alone(reader: TextReader, text: str) -> None:
    assert reader.read([text]) == [[]]


def test_the_places_are_characters_also_after_signs_of_several_bytes(reader: TextReader) -> None:
    text = "👩‍👩‍👧 é — write to ada@example.org or ring +1 212 555 0123 🙂"

    assert found(reader, text, "EMAIL_ADDRESS") == ["ada@example.org"]
    assert found(reader, text, "PHONE_NUMBER") == ["+1 212 555 0123"]


def test_a_word_beside_a_number_says_what_it_is(reader: TextReader) -> None:
    assert found(reader, "my passport is 912803456", "US_PASSPORT") == ["912803456"]
    assert found(reader, "parts for 912803456", "US_PASSPORT") == []
    assert found(reader, "my card 630427373398 is lost", "CREDIT_CARD") == ["630427373398"]


def test_a_text_longer_than_the_model_takes_at_once_is_read_to_its_end(reader: TextReader) -> None:
    text = "nothing to see here " * (LONGEST // 10) + "my name is Oyelaran Adebisi"

    assert found(reader, text, "PERSON")[-1] == "Oyelaran Adebisi"


def test_a_project_has_its_own_patterns_and_words() -> None:
    own = CustomRecognizer("our numbers", "CUSTOMER_NO", r"\bHP-\d{6}\b", 0.6)
    allow = AllowList(words=frozenset({"Ada Lovelace"}))
    recognition = Recognition(custom=(own,), allow=allow)
    reader = TextReader(build_registry(recognition), recognition)

    text = "Ada Lovelace is HP-204417, Grace Hopper is not."

    assert found(reader, text, "CUSTOMER_NO") == ["HP-204417"]
    assert found(reader, text, "PERSON") == ["Grace Hopper"]


def test_a_language_without_its_model_says_what_to_install() -> None:
    german = Recognition(languages=("en", "de"))

    with pytest.raises(EngineError, match="de_core_news_sm is not installed") as raised:
        TextReader(build_registry(german), german)

    assert raised.value.hint.startswith("Install de_core_news_sm")
