"""A person is found in text by tokens alone, wherever and however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import EngineError
from engine.persons.erasing import Becomes, Keeps, Seen, mentions
from engine.persons.matching import Matcher
from engine.persons.model import ERASED, Look, Trust, look_of, marks_of
from engine.privacy.protect import PREFIXES, Keyring, SecretKey, Tokens
from engine.privacy.sealing import Seal, opened

OLD, NEW = SecretKey(b"o" * 32, 1), SecretKey(b"n" * 32, 2)
KEYS = Keyring(NEW, (OLD,))
MARIA = "maria.lopez@example.com"


def matcher(identifier: str) -> Matcher:
    marks = marks_of(identifier, PREFIXES, KEYS)
    return Matcher(marks, KEYS, lambda sealed: opened(sealed, KEYS))


def erased(identifier: str, text: str, trust: Trust = Trust.OPEN) -> str | None:
    """The text without the person, as it would be written."""
    match = matcher(identifier).match(text, trust)
    if match is None:
        return text
    (change,) = mentions({"text": Seen(match, len(text))}).values()
    match change:
        case Becomes(to):
            return to
        case Keeps(stretches):
            return ERASED.join(text[start:end] for start, end in stretches)


@pytest.mark.parametrize(
    ("typed", "text", "left"),
    [
        (MARIA, "Maria.Lopez@EXAMPLE.com", "[erased]"),
        (MARIA, "<Maria.Lopez@example.com>, or a@b.org", "<[erased]>, or a@b.org"),
        (MARIA, "mailto:maria.lopez@example.com.", "mailto:[erased]."),
        (MARIA, "😀 é maria.lopez@example.com א", "😀 é [erased] א"),
        (MARIA, f"{MARIA} {MARIA}", "[erased]"),
        (MARIA, f"to {MARIA} {MARIA}", "to [erased] [erased]"),
        (MARIA, "ｍaria.lopez＠example.com?", "[erased]"),
        (MARIA, "xmaria.lopez@example.com", "xmaria.lopez@example.com"),
        (MARIA, "maria.lopez@example.com.mx", "maria.lopez@example.com.mx"),
        ("Maria Lopez", "Dear MARIA  LOPEZ, hello", "Dear [erased], hello"),
        ("«Maria Lopez»", "Maria Lopez's order", "[erased]'s order"),
        ("Maria Lopez", "Maria Lopezova", "Maria Lopezova"),
        ("Maria Lopez", "Anna Maria; Lopez", "Anna Maria; Lopez"),
        ("Jürgen Groß", "an JÜRGEN GROSS", "an [erased]"),
        ("+49 170 1234567", "call 0049-170/123 45 67 now", "call [erased] now"),
        ("+49 170 1234567", "call +491701234567, or 5", "call +[erased], or 5"),
        ("+49 170 1234567", "no 491701234567890", "no 491701234567890"),
        ("+49 170 1234567", "A491701234567", "A491701234567"),
        ("123-45-6789", "ssn 123 45 6789", "ssn [erased]"),
        ("DE89 3704 0044 0532 0130 00", "to DE89370400440532013000 at", "to [erased] at"),
        ("192.168.10.1", "by 192.168.10.1:80, 192.16.81.01", "by [erased]:80, 192.16.81.01"),
    ],
)  # fmt: skip
def test_a_person_is_taken_out_of_a_text(typed: str, text: str, left: str) -> None:
    assert erased(typed, text) == left


@pytest.mark.parametrize(
    ("typed", "text", "left"),
    [
        ("+1 904 555 0196", "call (904) 555-0196 now", "call ([erased] now"),
        ("+1 904 555 0196", "call 1-904-555-0196 now", "call [erased] now"),
        ("001 904 555 0196", "2. (904) 555-0196", "2. ([erased]"),
        ("(+49) 170 1234567", "tel 0170/1234567", "tel [erased]"),
        ("+49 (0)170 1234567", "tel 170 1234567", "tel [erased]"),
        ("+49 0170 1234567", "tel 0049 (0)170 1234567", "tel [erased]"),
        ("+39 02 1234 5678", "tel 02 12345678", "tel [erased]"),
        ("+39 02 1234 5678", "tel 2 12345678", "tel 2 12345678"),
        ("+34 612 345 678", "tel 612345678", "tel [erased]"),
        ("904 555 0196", "call 19045550196 now", "call 19045550196 now"),
        ("19045550196", "call 904-555-0196 now", "call 904-555-0196 now"),
        ("+99 904 555 0196", "call 904 555 0196 now", "call 904 555 0196 now"),
    ],
)
def test_a_number_with_its_country_code_is_found_in_its_other_forms(
    typed: str, text: str, left: str
) -> None:
    assert erased(typed, text) == left


@pytest.mark.parametrize(
    "text", ["+43 170 1234567", "0043 (0)170 1234567", "(+43) 170/1234567", "43 170 1234567"]
)
def test_the_same_number_of_another_country_is_somebody_else(text: str) -> None:
    assert erased("+49 170 1234567", text, Trust.PERSONAL) == text


def test_a_number_with_its_country_code_has_the_tokens_of_its_other_forms_and_of_no_ssn() -> None:
    tokens = marks_of("+34 612 345 678", PREFIXES, KEYS).every_token

    for form in ("612345678", "34612345678"):
        assert Tokens(NEW, "PHONE_NUMBER").token(form) in tokens
    assert Tokens(NEW, "US_SSN").token("612345678") not in tokens


@pytest.mark.parametrize(
    ("text", "shared", "code"),
    [
        ("Maria Lopez", True, False),
        ("DE89 3704 0044 0532 0130 00", False, False),
        ("C00155", False, True),
        ("customer C00155", False, True),
        ("+1 904 555 0196", False, False),
        (MARIA, False, False),
    ],
)
def test_only_a_name_may_be_shared_and_a_code_is_no_identifier(
    text: str, *, shared: bool, code: bool
) -> None:
    marks = marks_of(text, PREFIXES, KEYS)

    assert (marks.may_be_shared, marks.is_code) == (shared, code)


@pytest.mark.parametrize("key", [OLD, NEW])
def test_tokens_of_every_key_are_found_whole_and_within_text(key: SecretKey) -> None:
    token = Tokens(key, "EMAIL_ADDRESS").token(MARIA)

    assert erased(MARIA, token) == ERASED
    assert erased(MARIA, f"from {token}{token}.") == f"from {ERASED}{ERASED}."
    other = Tokens(key, "EMAIL_ADDRESS").token("ada@x.org")
    assert erased(MARIA, f"from {other}") == f"from {other}"


def test_a_sealed_value_is_found_however_it_was_written() -> None:
    sealed = Seal(OLD, "EMAIL_ADDRESS").sealed("Maria.Lopez@Example.com")
    match = matcher(MARIA).match(sealed, Trust.KEPT)

    assert match is not None
    assert match.owns
    assert matcher(MARIA).match(sealed[:-2] + "AA", Trust.OPEN) is None


@pytest.mark.parametrize(
    ("typed", "text", "trust", "owns"),
    [
        (MARIA, MARIA, Trust.OPEN, True),
        (MARIA, MARIA, Trust.KEPT, True),
        (MARIA, f"Maria <{MARIA}>", Trust.PERSONAL, True),
        (MARIA, f"my friend and her address: {MARIA}", Trust.PERSONAL, False),
        ("Maria Lopez", "Maria Lopez Garcia", Trust.PERSONAL, False),
        ("Maria Lopez", "Maria Lopez", Trust.PERSONAL, True),
        ("Maria Lopez", "Maria Lopez", Trust.OPEN, False),
        ("Maria Lopez", "Maria Lopez", Trust.KEPT, None),
        ("Rose", "rose", Trust.PERSONAL, True),
        ("Rose", "rose", Trust.OPEN, None),
        ("15551234567", "15551234567", Trust.PERSONAL, True),
        ("15551234567", "15551234567", Trust.OPEN, None),
        ("15551234567", "call 15551234567", Trust.OPEN, False),
        ("15551234567", "call 15551234567", Trust.KEPT, None),
    ],
)
def test_what_may_be_something_else_owns_no_row(
    typed: str, text: str, trust: Trust, *, owns: bool | None
) -> None:
    match = matcher(typed).match(text, trust)

    assert (None if match is None else match.owns) is owns


@pytest.mark.parametrize(
    ("text", "look"),
    [
        ("a@b.de", Look.EMAIL),
        ("(555) 123-4567", Look.NUMBER),
        ("4111 1111 1111 1111", Look.NUMBER),
        ("1990-05-17", Look.WORDS),
        ("17.05.1990", Look.WORDS),
        ("192.168.10.10", Look.WORDS),
        ("4242", Look.WORDS),
        ("Maria", Look.WORDS),
    ],
)
def test_an_identifier_is_known_by_its_form(text: str, look: Look) -> None:
    assert look_of(text) is look


@pytest.mark.parametrize("text", ["", "a", "  -- ", "@.", "N/A", "null", "[erased]", "«»"])
def test_what_means_nobody_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(EngineError) as refused:
        marks_of(text, PREFIXES, KEYS)

    assert refused.value.message == "That is too short to mean one person."


def test_the_digits_of_an_address_are_nobodys_number() -> None:
    phone = Tokens(NEW, "PHONE_NUMBER").token("15551234567")

    assert phone not in marks_of("maria15551234567@x.org", PREFIXES, KEYS).every_token
    assert phone in marks_of("+1 555 1234567", PREFIXES, KEYS).every_token


def test_marks_show_nothing_of_a_person() -> None:
    marks = marks_of(MARIA, PREFIXES, KEYS)

    assert "maria" not in repr(marks).casefold()
    assert not any("maria" in each for each in marks.every_token)


@given(st.from_regex(r"[2-9][0-9]{9}", fullmatch=True), st.sampled_from(["+1", "+49", "0044"]))
def test_a_number_is_found_as_typed_whatever_country_it_is_of(digits: str, code: str) -> None:
    assert erased(f"{code} {digits}", f"tel {code}{digits}!") in {
        "tel [erased]!", "tel +[erased]!",
    }  # fmt: skip


def test_marks_of_another_key_are_refused() -> None:
    marks = marks_of(MARIA, PREFIXES, Keyring(OLD))

    with pytest.raises(EngineError, match="key was changed"):
        Matcher(marks, KEYS)


@given(st.text(max_size=30), st.text(max_size=30), st.sampled_from([MARIA, "Maria Lopez"]))
def test_whatever_stands_around_a_person_stays_and_the_person_goes(
    before: str, after: str, typed: str
) -> None:
    left = erased(typed, f"{before} \n {typed} \n {after}", Trust.PERSONAL)

    assert left in {ERASED, f"{before} \n {ERASED} \n {after}"}


@given(st.text(max_size=80))
def test_nobody_is_found_in_the_text_of_somebody_else(text: str) -> None:
    assert erased("zoe.quux@example.com", text) == text
    assert erased("+99 9876 543210", text) == text
