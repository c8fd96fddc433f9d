"""Sealed values: only the key opens them, and what went wrong never tells a value."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.errors import EngineError
from engine.privacy.protect import KEY_BYTES, PREFIXES, Keyring, SecretKey, Tokens, token_parts
from engine.privacy.sealing import Seal, opened

FIRST = SecretKey(bytes(range(KEY_BYTES)))
SECOND = SecretKey(bytes(reversed(range(KEY_BYTES))), 2)
KEYS = Keyring(SECOND, (FIRST,))
VALUE = "maria.lopez@example.com"

entities = st.sampled_from((*PREFIXES, None, "CUSTOMER_NUMBER"))


@given(st.text(min_size=1), entities, st.sampled_from((FIRST, SECOND)))
def test_what_was_sealed_comes_back_as_it_was_written(
    value: str, entity: str | None, key: SecretKey
) -> None:
    sealed = Seal(key, entity).sealed(value)

    assert opened(sealed, KEYS) == value
    assert sealed.startswith(f"es{key.version}_")
    assert Seal(key, entity).sealed(value) == sealed
    assert token_parts(sealed) is None


def test_nothing_stays_nothing() -> None:
    assert Seal(FIRST, None).sealed("") == ""


@given(st.text(min_size=1), st.permutations((*PREFIXES, None)))
def test_equal_values_of_two_entities_do_not_look_equal(
    value: str, order: list[str | None]
) -> None:
    one, other = (Seal(FIRST, entity).sealed(value)[7:] for entity in order[:2])

    assert one != other


@given(st.integers(min_value=0), st.characters(codec="ascii"))
def test_a_damaged_seal_is_never_opened_and_never_told(place: int, character: str) -> None:
    sealed = Seal(FIRST, "EMAIL_ADDRESS").sealed(VALUE)
    # the last character has bits that stand for nothing
    place %= len(sealed) - 1
    assume(sealed[place] != character)
    damaged = sealed[:place] + character + sealed[place + 1 :]

    with pytest.raises(EngineError) as caught:
        opened(damaged, KEYS)

    told(caught.value, damaged)


@pytest.mark.parametrize(
    "text", ["", "es1_", "es1_em_", "es1_em_A", "es1_em_AAAA", VALUE, "es1_zz_AAAA"]
)
def test_what_was_never_sealed_is_not_opened(text: str) -> None:
    with pytest.raises(EngineError) as caught:
        opened(text, KEYS)

    assert not text or text not in f"{caught.value}"


def test_a_piece_of_a_seal_is_not_opened() -> None:
    sealed = Seal(FIRST, "EMAIL_ADDRESS").sealed(VALUE)

    for length in range(len(sealed) - 2):
        with pytest.raises(EngineError):
            opened(sealed[:length], KEYS)


def test_another_key_of_the_same_number_opens_nothing() -> None:
    sealed = Seal(FIRST, "EMAIL_ADDRESS").sealed(VALUE)

    with pytest.raises(EngineError, match="damaged, or sealed with another key") as caught:
        opened(sealed, Keyring(SecretKey(SECOND.master)))

    told(caught.value, sealed)


def test_a_key_that_is_gone_is_named_by_its_number() -> None:
    sealed = Seal(FIRST, "EMAIL_ADDRESS").sealed(VALUE)

    with pytest.raises(EngineError, match="key version 1, which is not configured") as caught:
        opened(sealed, Keyring(SECOND))

    told(caught.value, sealed)


def test_a_token_is_not_a_seal() -> None:
    with pytest.raises(EngineError, match="not a sealed value"):
        opened(Tokens(FIRST, "EMAIL_ADDRESS").token(VALUE), KEYS)


def told(error: EngineError, sealed: str) -> None:
    """What people read holds neither the value nor the seal, nor does what led to it."""
    said = f"{error} {error.hint} {error.__cause__!r} {error.__context__!r}"

    assert VALUE not in said
    assert sealed not in said
    assert error.__context__ is None
    assert error.hint
