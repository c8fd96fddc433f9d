"""What an operator makes of a whole cell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.model import Operator
from engine.errors import ConfigurationError, EngineError, KeyMissing
from engine.privacy.model import Protection
from engine.privacy.operators import KEYED, way
from engine.privacy.protect import KEY_BYTES, REDACTED, Keyring, SecretKey, Tokens
from engine.privacy.protect import masked_characters as _hidden_count
from engine.privacy.sealing import opened

KEYS = Keyring(SecretKey(bytes(range(KEY_BYTES)), 3), (SecretKey(bytes(KEY_BYTES)),))


def protected(operator: Operator, value: str, **more: str) -> str | None:
    return way(Protection("contact", operator, **more), KEYS)(value)  # type: ignore[arg-type]  # entity, to


@given(st.text())
def test_hashing_gives_the_token_of_the_present_key(value: str) -> None:
    expected = Tokens(KEYS.present, "EMAIL_ADDRESS").token(value)

    assert protected(Operator.HASH, value, entity="EMAIL_ADDRESS") == expected


@given(st.text())
def test_masking_leaves_the_last_four(value: str) -> None:
    hidden = _hidden_count(value)
    assert protected(Operator.MASK, value) == "*" * hidden + value[hidden:]


@given(st.text())
def test_redacting_leaves_nothing_and_keeping_everything(value: str) -> None:
    assert protected(Operator.REDACT, value) == REDACTED
    assert protected(Operator.KEEP, value) == value


@given(st.text(min_size=1))
def test_encrypting_can_be_undone_with_the_keys(value: str) -> None:
    sealed = protected(Operator.ENCRYPT, value, entity="PERSON")

    assert sealed is not None
    assert sealed.startswith("es3_pn_")
    assert opened(sealed, KEYS) == value


@pytest.mark.parametrize(
    ("entity", "to", "value", "expected"),
    [
        (None, "month", "1984-05-03", "1984-05"),
        ("EMAIL_ADDRESS", None, "maria@example.com", "example.com"),
        ("IP_ADDRESS", None, "203.0.113.9", "203.0.113.0/24"),
        ("LOCATION", None, "Hauptstr. 5, 10115 Berlin", "Berlin"),
        ("DATE_OF_BIRTH", None, "1984-05-03", "1984"),
    ],
)
def test_generalising_goes_as_far_as_said_or_as_is_usual(
    entity: str | None, to: str | None, value: str, expected: str
) -> None:
    protection = Protection("contact", Operator.GENERALISE, entity, to=to)

    assert way(protection, None)(value) == expected


def test_generalising_needs_to_know_how_far() -> None:
    with pytest.raises(EngineError, match="contact is to be generalised, and nothing says how far"):
        way(Protection("contact", Operator.GENERALISE, "PERSON"), None)
    with pytest.raises(ConfigurationError, match="to 'galaxy'"):
        way(Protection("contact", Operator.GENERALISE, to="galaxy"), None)


@pytest.mark.parametrize("operator", Operator)
def test_without_a_key_nothing_that_needs_one_is_done(operator: Operator) -> None:
    protection = Protection("contact", operator, to="year")

    if operator not in KEYED:
        assert way(protection, None)("1984-05-03")
        return
    with pytest.raises(KeyMissing, match="The column contact is to be") as caught:
        way(protection, None)
    assert "openssl" in caught.value.hint
