"""Tokens and masks."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.privacy.operators import masked as masked_by_us
from engine.privacy.protect import KEY_BYTES, SecretKey, Tokens, masked_characters, normalise

MASTER = bytes(range(KEY_BYTES))
ENTITIES = ("EMAIL_ADDRESS", "PHONE_NUMBER", "PERSON", "CREDIT_CARD", "IBAN_CODE", None)

keys = st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES).map(SecretKey)
entities = st.sampled_from(ENTITIES)


def token(value: str, entity: str | None = "EMAIL_ADDRESS", key: SecretKey | None = None) -> str:
    """The token of a value."""
    return Tokens(key or SecretKey(MASTER), entity).token(value)


@given(st.text(), entities, keys)
def test_a_token_says_nothing_but_entity_and_version(
    value: str, entity: str | None, key: SecretKey
) -> None:
    assert re.fullmatch(r"[a-z]{2}1_[0-9a-f]{32}", token(value, entity, key))


@given(st.text(), entities)
def test_the_same_value_gets_the_same_token_in_every_run(value: str, entity: str | None) -> None:
    assert token(value, entity) == token(value, entity, SecretKey(MASTER))


@given(st.text(), entities, st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_the_unicode_form_of_a_value_does_not_change_its_token(
    value: str, entity: str | None, form: str
) -> None:
    written = unicodedata.normalize(form, value)  # type: ignore[arg-type]  # one of the four

    assert token(written, entity) == token(value, entity)


@pytest.mark.parametrize(
    ("entity", "one", "other"),
    [
        ("EMAIL_ADDRESS", "Maria@Example.com ", "maria@example.com"),
        ("PERSON", "Maria\t  López", "maria lópez"),
        ("PERSON", "STRASSE", "straße"),
        ("PHONE_NUMBER", "+49 (30) 1234-567", "49301234567"),
        ("CREDIT_CARD", "4111 1111 1111 1111", "4111-1111-1111-1111"),
        ("EMAIL_ADDRESS", "\uff4daria@example.com", "maria@example.com"),
    ],
)
def test_two_ways_to_write_a_person_give_one_token(entity: str, one: str, other: str) -> None:
    assert token(one, entity) == token(other, entity)


@pytest.mark.parametrize(
    ("entity", "one", "other"),
    [
        ("EMAIL_ADDRESS", "maria@example.com", "marla@example.com"),
        ("PERSON", "anna bell", "annabell"),
        ("PHONE_NUMBER", "unknown", "none"),
        ("PERSON", "1", "2"),
    ],
)
def test_two_persons_get_two_tokens(entity: str, one: str, other: str) -> None:
    assert token(one, entity) != token(other, entity)


@given(st.text(), st.permutations(ENTITIES))
def test_another_entity_gives_another_token(value: str, order: list[str | None]) -> None:
    one, other = (token(value, entity).partition("_")[2] for entity in order[:2])

    assert one != other


@given(st.text(), keys)
def test_another_key_gives_another_token(value: str, key: SecretKey) -> None:
    assert key.master == MASTER or token(value, key=key) != token(value)


def test_the_version_of_the_key_is_seen_in_the_token() -> None:
    assert token("maria@example.com", key=SecretKey(MASTER, version=7)).startswith("em7_")


@given(st.text(), entities)
def test_normalising_twice_changes_nothing_more(value: str, entity: str | None) -> None:
    once = normalise(entity, value)

    assert normalise(entity, once) == once


@given(keys)
def test_a_key_is_never_shown(key: SecretKey) -> None:
    shown = f"{key!r} {key} {Tokens(key, 'PERSON')!r}"

    assert repr(key.master) not in shown
    assert key.master.hex() not in shown


@given(st.text(min_size=1))
def test_a_mask_shows_at_most_four_characters_and_never_most_of_a_value(value: str) -> None:
    shown = len(value) - masked_characters(value)

    assert 0 <= shown <= 4
    assert shown * 2 <= len(value)


@given(st.text(alphabet=st.characters(exclude_characters="*"), min_size=1))
def test_a_masked_value_keeps_its_length_and_at_most_its_end(value: str) -> None:
    masked = masked_by_us(value)

    assert len(masked) == len(value)
    assert value.endswith(masked.lstrip("*"))
    assert len(masked.lstrip("*")) <= 4


def test_a_short_value_is_masked_wholly() -> None:
    assert masked_by_us("1234567") == "*******"
    assert masked_by_us("12345678") == "****5678"
