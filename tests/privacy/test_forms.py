"""Which forms values have."""

import pytest

from engine.privacy.forms import fits, formed, wordy


def test_the_form_of_a_card_counts_with_and_without_its_check_digit() -> None:
    values = ("4111 1111 1111 1111", "4111 1111 1111 1112", "12345")

    assert formed(values)["CREDIT_CARD"] == 2


@pytest.mark.parametrize(
    ("entity", "value", "may_be"),
    [
        ("PERSON", "Siobhán O'Brien", True),
        ("PERSON", "李雷", True),
        ("PERSON", "SKU-1234", False),
        ("PERSON", "pn1_0123456789abcdef0123456789abcdef", False),
        ("LOCATION", "71270-000", True),
        ("LOCATION", "Flat 3\n12 Birch Terrace", True),
        ("LOCATION", "lo1_0123456789abcdef0123456789abcdef", False),
        ("LOCATION", "[redacted]", False),
        ("LOCATION", "true", False),
        ("LOCATION", "https://example.org", False),
        ("PHONE_NUMBER", "+55 (12) 3923-5555", True),
        ("PHONE_NUMBER", "12:30", False),
        ("PHONE_NUMBER", "iPhone 15", False),
        ("DATE_OF_BIRTH", "1984-02-29", True),
        ("DATE_OF_BIRTH", "29.02.1984", True),
        ("DATE_OF_BIRTH", "Feb 29, 1984", True),
        ("DATE_OF_BIRTH", "42", False),
        ("US_SSN", "078-05-1120", True),
        ("EMAIL_ADDRESS", "yes", False),
        ("NOBODY_KNOWS", "x", False),
    ],
)
def test_a_value_may_be_what_a_name_says(entity: str, value: str, may_be: bool) -> None:
    assert fits(entity, value) is may_be


def test_sentences_are_told_from_values() -> None:
    assert wordy("The glass was broken when I opened the box, again")
    assert wordy("It came too late. Thanks.")
    assert not wordy("copper pour-over dripper")
    assert not wordy("Please call back Ada Lovelace")
    assert wordy("Please call back Ada Lovelace", expected=True)
