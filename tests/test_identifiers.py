"""What may mean a person is hidden from a text before anything keeps it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.identifiers import Deed, is_nobody, person_in, without_identifiers

SPOKEN = (
    ("find everything about {}", Deed.FIND),
    ("Find all data about {}, please", Deed.FIND),
    ("what do we know about {}?", Deed.FIND),
    ("what personal data do we have on {}", Deed.FIND),
    ("hey @atlas could you find all the records of {}", Deed.FIND),
    ("erase {}", Deed.ERASE),
    ("forget everything about {}", Deed.ERASE),
    ("delete all data of {}", Deed.ERASE),
    ("please remove the customer {}", Deed.ERASE),
    ("<@U024BE7LH> forget about {}", Deed.ERASE),
)
NOT_CLEAR = (
    "fnid everything about {}",
    "find evrything abuot {}",
    "ERASE  {} and then run medallion",
    "don't forget {}",
    "forgte {}",
    "why did you erase {}?",
    "delete {} from orders",
    "search orders for {}",
    "erasure request of {}",
    "anything about {}",
    "can somebody wipe {} tomorrow",
)
PEOPLE = (
    "maria@example.com",
    "Maria Lopez",
    "maria lopez",
    "Zoë O’Brien-García",
    "+49 170 1234567",
    "(415) 555-0123",
    "078-05-1120",
    "4111 1111 1111 1111",
    "“Maria Lopez”",
    "@maria",
    "王小明",
    "C-1001",
)
LOOKS = (
    "maria@example.com",
    "maria.lopez+shop@mail.example.co.uk",
    "<mailto:maria@example.com|maria@example.com>",
    "maria (at) example (dot) com",
    "maria@münchen.example",
    "+49 170 1234567",
    "+491701234567",
    "0049 170 1234567",
    "(415) 555-0123",
    "415-555-0123",
    "415.555.0123",
    "555-0123",
    "01.23.45.67.89",
    "+49\N{NO-BREAK SPACE}170\N{NON-BREAKING HYPHEN}1234567",
    "078\N{EN DASH}05\N{EN DASH}1120",
    "maria＠example.com",
    "٠٧٨٠٥١١٢٠٠",
    "078-05-1120",
    "078051120",
    "4111111111111111",
    "4111-1111-1111-1111",
    "DE89 3704 0044 0532 0130 00",
    "GB82WEST12345698765432",
    "192.168.10.77",
)
OF_THE_TRADE = (
    "find personal data in customers",
    "look for pii in orders",
    "delete quarantined rows of orders older than 30 days",
    "drop the bad rows of orders for email",
    "remove the orders schedule",
    "remove the orders shedule",
    "delete SCH-3",
    "drop silver.orders",
    "erase everything",
    "forget it",
    "what do you know?",
    "status 12345678",
    "status 7K3M9QXA",
    "runs between 2026-03-01 and 2026-03-15",
    "runs since 2026-03-01T00:00:00.123456+01:00 until 2026-03-02T00:00:00+00:00",
    "backfill orders from 01/03/2026 to 15/03/2026, 3 at a time",
    "run medallion cron 0 9 1,15 * 1-5",
    "run medallion at 9:30 on 2026-03-01 at 18:45",
    "accept checks k4821, b0937 for silver.orders",
    "generalise postcode in customers to first 3",
    "reveal es1_abc-DE12ABCDEFGH12345678",
    "show everything",
    "fine, run medallion",
    "would you mind running medallion?",
)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize(("saying", "deed"), SPOKEN)
def test_a_clear_sentence_is_kept_up_to_who_is_meant(saying: str, deed: Deed, who: str) -> None:
    text = saying.format(who)
    meant = person_in(text)

    assert meant is not None
    assert (meant.deed, meant.plain) == (deed, True)
    assert text[meant.start :].startswith(who)
    kept = without_identifiers(text)
    assert kept.endswith("…")
    assert not any(word in kept for word in who.split())


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("saying", NOT_CLEAR)
def test_an_unclear_sentence_is_hidden_all_the_same(saying: str, who: str) -> None:
    kept = without_identifiers(saying.format(who))

    assert not any(word in kept for word in who.split())


@pytest.mark.parametrize("number", LOOKS)
@pytest.mark.parametrize(
    "text", ["how good is {}", "{}", "run medallion for {} now", "what about {}?", "a,{};b"]
)
def test_addresses_and_numbers_are_hidden_whatever_is_said(text: str, number: str) -> None:
    kept = without_identifiers(text.format(number))

    assert not any(piece in kept for piece in (number, number[:6], number[-4:]))
    assert "…" in kept


@pytest.mark.parametrize("text", OF_THE_TRADE)
def test_what_means_nobody_is_left_as_it_is(text: str) -> None:
    assert without_identifiers(text) == text


def test_somebody_named_before_the_order_is_hidden_too() -> None:
    assert without_identifiers("Maria wants us to erase her") == "… … us to erase her"


def test_only_what_stands_in_quotes_may_be_called_everything() -> None:
    assert is_nobody("everything")
    assert not is_nobody('"everything"')


@given(st.text(max_size=300))
def test_any_text_can_be_hidden_from(text: str) -> None:
    assert without_identifiers(without_identifiers(text)) is not None


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(LOOKS[:2]))
def test_an_address_between_any_words_is_hidden(before: str, after: str, address: str) -> None:
    assert address not in without_identifiers(f"{before} {address} {after}")


@pytest.mark.parametrize(
    "text",
    ["a" * 4_000, "@" * 4_000, "a@" * 2_000, "1 " * 2_000, "find " * 800, "( at )" * 600,
     "DE89" * 1_000, "everything about " * 250],
    ids=lambda text: f"{text[:8]!r}",
)  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    started = time.perf_counter()

    without_identifiers(text)

    assert time.perf_counter() - started < 0.5
