"""What the names of columns say, in the spellings of different databases."""

import pytest

from engine.privacy.hints import hinted_entity, hinted_in_company, of_things, says_text, words_of


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("FirstName", "first_name"),
        ("customerIDNumber", "customer_id_number"),
        ("E-Mail", "e_mail"),
        ("ZIP", "zip"),
        ("billing postal code", "billing_postal_code"),
    ],
)
def test_the_words_of_a_name_are_told_apart(column: str, words: str) -> None:
    assert words_of(column) == words


@pytest.mark.parametrize(
    ("column", "entity"),
    [
        ("WorkEmail", "EMAIL_ADDRESS"),
        ("Fax", "PHONE_NUMBER"),
        ("phone_2", "PHONE_NUMBER"),
        ("LastName", "PERSON"),
        ("surname", "PERSON"),
        ("customer_name", "PERSON"),
        ("BillingCity", "LOCATION"),
        ("postcode", "LOCATION"),
        ("address_line_1", "LOCATION"),
        ("dob", "DATE_OF_BIRTH"),
        ("BirthDate", "DATE_OF_BIRTH"),
        ("iban", "IBAN_CODE"),
        ("client_ip", "IP_ADDRESS"),
        ("email_verified", None),
        ("file_name", None),
        ("company_name", None),
        ("album_title", None),
        ("phone_type", None),
        ("city_id", None),
        ("shipped", None),
        ("zipped", None),
        ("capacity", None),
    ],
)
def test_a_name_speaks_for_an_entity(column: str, entity: str | None) -> None:
    assert hinted_entity(column) == entity


def test_some_names_speak_only_in_company() -> None:
    assert hinted_in_company("Country") == hinted_in_company("billing_state") == "LOCATION"
    assert hinted_in_company("Company") == "ORGANIZATION"
    assert hinted_in_company("status") is None


def test_works_and_texts_are_known_by_their_names() -> None:
    assert of_things("Composer")
    assert not of_things("customer")
    assert says_text("delivery_note")
    assert not says_text("notebook")
