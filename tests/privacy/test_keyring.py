"""Several keys: the present one protects, former ones still find what they made."""

import hashlib
import hmac
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.privacy import protect
from engine.privacy.protect import KEY_BYTES, Keyring, SecretKey, Tokens, normalise, token_parts

MASTER = bytes(range(KEY_BYTES))
FIRST, SECOND = SecretKey(MASTER), SecretKey(bytes(reversed(MASTER)), 2)
ENTITIES = (*protect.PREFIXES, None, "CUSTOMER_NUMBER")

PINNED = {
    # whoever joins with them must go on finding them
    ("EMAIL_ADDRESS", "Maria@Example.com "): "em1_0c9516344b85baf4b6b6f332a05f08e1",
    ("PHONE_NUMBER", "+49 (30) 1234-567"): "ph1_9560ca86d0430f2d40bcb2c9dafc9135",
    ("US_SSN", "123-45-6789"): "ss1_ad135f6b609f59d504e6cb2045d46dcc",
    ("CREDIT_CARD", "4111 1111 1111 1111"): "cc1_558c1949325f108c3dd60dfe31b26091",
    ("IBAN_CODE", "DE89370400440532013000"): "ib1_3e737ab7b371d8fa0b41bf6a96b504e8",
    ("PERSON", "Maria\t  López"): "pn1_3a3d0c57bc8e3a940bf977d4b67224b3",
    ("LOCATION", "Hauptstraße 5"): "lo1_bfb449b7a8d0e087cc68d8bb16a4d3e4",
    ("IP_ADDRESS", "2001:DB8::1"): "ip1_e51c129f621d7257758ab395b810d353",
    (None, "1980-02-03"): "pd1_033671b865b04b3689ffd5af808f2302",
    ("CUSTOMER_NUMBER", "C-77"): "pd1_239b8d74d2acb08a5d264e95c6d3fc63",
}

keyrings = st.lists(
    st.tuples(
        st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES), st.integers(min_value=1, max_value=9999)
    ),
    min_size=1,
    max_size=4,
    unique_by=(lambda each: each[0], lambda each: each[1]),
).map(lambda given: Keyring(SecretKey(*given[0]), tuple(SecretKey(*each) for each in given[1:])))


def first_form(entity: str | None, value: str) -> str:
    """How version 1 normalised what it joined rightly: ASCII that is written the usual way."""
    text = unicodedata.normalize("NFKC", value).strip()
    if entity in {"PHONE_NUMBER", "US_SSN", "CREDIT_CARD"}:
        return "".join(filter(str.isdigit, text)) or text
    return " ".join(text.split()).casefold()


def first_token(entity: str | None, value: str) -> str:
    """The token as it was made at first, with hmac itself."""
    key = FIRST.for_entity(entity or "PERSONAL")
    mac = hmac.new(key, first_form(entity, value).encode(), hashlib.sha256)
    return f"{protect.PREFIXES.get(entity or '', 'pd')}1_{mac.digest()[:16].hex()}"


@pytest.mark.parametrize(("given_value", "token"), PINNED.items())
def test_tokens_of_the_first_version_stay_what_they_are(
    given_value: tuple[str | None, str], token: str
) -> None:
    entity, value = given_value

    assert Tokens(FIRST, entity).token(value) == token


USUAL = {
    "EMAIL_ADDRESS": st.emails(),
    "PHONE_NUMBER": st.from_regex(
        r"\+?[1-9][0-9]{0,2}[ -]\(?[1-9][0-9]{2}\)?[ -][0-9]{4,7}", fullmatch=True
    ),
    "US_SSN": st.from_regex(r"[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}", fullmatch=True),
    "CREDIT_CARD": st.from_regex(r"([0-9]{4}[ -]?){3}[0-9]{4}", fullmatch=True),
    "IBAN_CODE": st.from_regex(r"[A-Za-z]{2}[0-9]{2}[A-Z0-9]{10,30}", fullmatch=True),
}


@given(st.data(), st.sampled_from(ENTITIES))
def test_a_value_in_its_usual_form_keeps_the_token_that_it_always_had(
    data: st.DataObject, entity: str | None
) -> None:
    value = data.draw(USUAL.get(entity or "", st.text()))

    assert Tokens(FIRST, entity).token(value) == first_token(entity, value)


@given(st.lists(st.text(max_size=6), max_size=40), st.sampled_from(ENTITIES))
def test_no_token_depends_on_those_before_it(values: list[str], entity: str | None) -> None:
    tokens = Tokens(FIRST, entity)
    once = [tokens.token(value) for value in values]

    assert [Tokens(FIRST, entity).token(value) for value in values] == once


def searched_phone(value: str) -> str:
    """The form of a phone number as each expression in turn makes it, whatever the value holds."""
    text = unicodedata.normalize("NFKC", value).strip()
    found = re.search(r"(?i)(?<=[\d\s,;.])(?:extension|ext\.?|x)\s?(\d{1,6})$", text)
    number = text[: found.start()] if found else text
    dialled = re.sub(r"^(\+|00)\s?(?!39)(\d{1,3})\s?\(0\)", r"\1\2", number)
    digits = "".join(str(int(each)) for each in dialled if each.isdecimal())
    if re.fullmatch(r"00[1-9]\d{7,14}", digits):
        digits = digits[2:]
    extension = "".join(str(int(each)) for each in found[1]) if found else ""
    return f"{digits}x{extension}" if extension else digits


@given(
    st.from_regex(
        r"(\+|00)?\s?[0-9٣]{0,3}\s?(\(0\))?[0-9 ./٣-]{7,16}[0-9]{7}"
        r"([ ,.;]?(ext\.?|EXTENSION|x|X)?\s?[0-9٣]{0,7})?",
        fullmatch=True,
    )
)
def test_a_phone_number_is_what_all_expressions_make_of_it(value: str) -> None:
    assert normalise("PHONE_NUMBER", value) == searched_phone(value)


@given(keyrings, st.sampled_from(ENTITIES), st.text())
def test_a_token_is_known_by_its_letters_and_key_version(
    keys: Keyring, entity: str | None, value: str
) -> None:
    letters = protect.letters_of(entity)

    assert [token_parts(token) for token in keys.tokens(entity, value)] == [
        (letters, key.version) for key in keys
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "em1_",
        "em1_" + "0" * 31,
        "em1_" + "0" * 33,
        "em1_" + "0" * 32 + "\n",
        "em0_" + "0" * 32,
        "em01_" + "0" * 32,
        "em_" + "0" * 32,
        "em\u0661_" + "0" * 32,
        "xx1_" + "0" * 32,
        "EM1_" + "0" * 32,
        "em1_" + "G" * 32,
        "see em1_" + "0" * 32,
        "es1_em_" + "0" * 32,
    ],
)
def test_what_only_resembles_a_token_is_none(text: str) -> None:
    assert token_parts(text) is None


@given(st.text())
def test_nothing_else_is_taken_for_a_token(text: str) -> None:
    assert token_parts(text) is None


def test_a_former_key_still_finds_what_it_made() -> None:
    old = Tokens(FIRST, "EMAIL_ADDRESS").token("maria@example.com")
    keys = Keyring(SECOND, (FIRST,))

    assert keys.tokens("EMAIL_ADDRESS", "MARIA@example.com")[1] == old
    assert keys.tokens("EMAIL_ADDRESS", "maria@example.com")[0].startswith("em2_")
    assert keys.version(1) == FIRST
    assert keys.version(3) is None


@given(keyrings)
def test_a_keyring_never_shows_a_key(keys: Keyring) -> None:
    for key in keys:
        assert repr(key.master) not in repr(keys)


@pytest.mark.parametrize(
    ("entity", "one", "other"),
    [
        ("PHONE_NUMBER", "0049 30 1234567", "+49 30 1234567"),
        ("PHONE_NUMBER", "+49 (0)30 1234-567", "+49 30 1234567"),
        ("PHONE_NUMBER", "0049(0)301234567", "49301234567"),
        ("PHONE_NUMBER", "+\u0664\u0669 \u0663\u0660 1234567", "+49 30 1234567"),
        ("PHONE_NUMBER", "+1 415 555 0100 ext. 12", "1 (415) 555-0100 x12"),
        ("US_SSN", "\u0661\u0662\u0663-45-6789", "123456789"),
        ("IBAN_CODE", "DE89 3704 0044 0532 0130 00", "de89370400440532013000"),
        ("IBAN_CODE", "DE89-3704-0044-0532-0130-00", "DE89370400440532013000"),
        ("EMAIL_ADDRESS", "ΜΑΡΙΑΣ.Π@x.org", "μαριας.π@x.org"),
        ("EMAIL_ADDRESS", "STRA\u1e9eE@x.org", "straße@x.org"),
    ],
)
def test_one_person_in_two_spellings_is_one(entity: str, one: str, other: str) -> None:
    assert normalise(entity, one) == normalise(entity, other)


@pytest.mark.parametrize(
    ("entity", "one", "other"),
    [
        ("PHONE_NUMBER", "+1 415 555 0100 x12", "+1 415 555 0100 x13"),
        ("PHONE_NUMBER", "+1 415 555 0100 x12", "+1 415 555 010012"),
        ("PHONE_NUMBER", "+39 (0)6 6982 1234", "+39 6 6982 1234"),
        ("PHONE_NUMBER", "030 1234567", "30 1234567"),
        ("PHONE_NUMBER", "Maria 1", "Pedro 1"),
        ("US_SSN", "xxx-xx-1234", "1234"),
        ("EMAIL_ADDRESS", "straße@x.org", "strasse@x.org"),
        ("IBAN_CODE", "n a", "na 1"),
    ],
)
def test_what_may_be_two_persons_stays_two(entity: str, one: str, other: str) -> None:
    assert normalise(entity, one) != normalise(entity, other)


@given(
    st.text(alphabet="0123456789 +()-.x/,;extabß\u0661\u0662\uff11\u00a0\t"),
    st.sampled_from(ENTITIES),
)
def test_a_normal_form_is_its_own_normal_form(value: str, entity: str | None) -> None:
    once = normalise(entity, value)

    assert normalise(entity, once) == once


@given(st.text(alphabet=st.characters(max_codepoint=127)), st.sampled_from(ENTITIES))
def test_plain_ascii_takes_the_short_way_to_the_same_form(value: str, entity: str | None) -> None:
    wide = "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in value)

    assert normalise(entity, value) == normalise(entity, wide)


@given(
    st.lists(st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES), min_size=2, max_size=2, unique=True)
)
def test_the_fingerprint_tells_keys_apart_and_nothing_of_them(given_masters: list[bytes]) -> None:
    one, other = map(SecretKey, given_masters)

    assert one.fingerprint != other.fingerprint
    assert one.fingerprint == SecretKey(one.master, 2).fingerprint
    assert re.fullmatch(r"[0-9a-f]{16}", one.fingerprint)
    derived = (one.master, *map(one.for_entity, ("", "PERSONAL", "fingerprint", "../fingerprint")))
    assert not any(one.fingerprint in key.hex() for key in derived)


def test_the_fingerprint_of_a_key_stays_what_it_is() -> None:
    assert FIRST.fingerprint == "ab567f75a1a5cfc0"
