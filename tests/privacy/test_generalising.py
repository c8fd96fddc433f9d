"""Generalised values: coarse enough, text, and redacted where they can't be read for certain."""

import ipaddress
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.generalisation import fitting, misfit
from engine.catalog.model import ColumnType
from engine.errors import ConfigurationError
from engine.privacy.cities import city
from engine.privacy.generalising import generaliser, usual
from engine.privacy.protect import PREFIXES, REDACTED

WORDS = fitting(ColumnType.TEXT, None)


@given(st.dates(min_value=date(1000, 1, 1), max_value=date(2999, 12, 31)))
def test_a_date_keeps_no_day(day: date) -> None:
    for written in (day.isoformat(), f"{day.day}.{day.month}.{day.year}", f" {day:%B %d, %Y} "):
        assert generaliser("year")(written) == f"{day.year}"
        assert generaliser("month")(written) == f"{day.year}-{day.month:02}"
        assert generaliser("decade")(written) == f"{day.year // 10}0s"


@given(st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(2999, 1, 1)))  # noqa: DTZ001  # as written in a file
def test_a_moment_keeps_neither_day_nor_time(moment: datetime) -> None:
    for zone in ("", "+00", "+02:00", "Z", " UTC"):
        assert generaliser("year")(f"{moment}{zone}") == f"{moment.year}"
        assert generaliser("month")(f"{moment.isoformat()}{zone}") == f"{moment:%Y-%m}"


def test_a_month_that_depends_on_the_country_is_not_guessed() -> None:
    assert generaliser("year")("03/04/1984") == "1984"
    assert generaliser("month")("03/04/1984") == REDACTED


@pytest.mark.parametrize("word", ["year", "month", "decade"])
@pytest.mark.parametrize(
    "text", ["3rd of May", "Maria", "84-05-03", "1984", "0984-05-03", "1984-13-01", "1.2.34", ""]
)
def test_what_is_no_certain_date_is_redacted(word: str, text: str) -> None:
    assert generaliser(word)(text) == REDACTED


numbers = st.one_of(
    st.integers(min_value=-(10**18), max_value=10**18).map(Decimal),
    st.decimals(min_value=-(10**9), max_value=10**9, places=3),
)


@given(numbers, st.integers(min_value=1, max_value=10**6))
def test_a_number_becomes_the_range_that_it_is_in(number: Decimal, step: int) -> None:
    low, high = generaliser(f"steps of {step}")(f"{number:f}").split(" to below ")

    assert int(low) <= number < int(high)
    assert int(high) - int(low) == step
    assert int(low) % step == 0


@pytest.mark.parametrize(
    ("to", "text", "expected"),
    [
        ("tens", "34", "30 to below 40"),
        ("tens", " +34.9 ", "30 to below 40"),
        ("tens", "-0.5", "-10 to below 0"),
        ("hundreds", "34", "0 to below 100"),
        ("thousands", "51200", "51000 to below 52000"),
        ("steps of 5", "34", "30 to below 35"),
        ("first 3", "10115", "101"),
        ("first 3", " SW1A 2AA ", "SW1"),
        ("first 3", "101", REDACTED),
        ("network", "203.0.113.77", "203.0.113.0/24"),
        ("network", "::ffff:203.0.113.77", "203.0.113.0/24"),
        ("network", "2001:DB8:1:2::7", "2001:db8:1::/48"),
        ("network", "fe80::1%eth0", REDACTED),
        ("network", "203.0.113.77:80", REDACTED),
        ("domain", "Maria@Example.COM ", "example.com"),
        ("domain", '"a@b"@x.org', "x.org"),
        ("domain", "maria", REDACTED),
        ("domain", "@example.com", REDACTED),
        ("domain", "maria@", REDACTED),
    ],
)
def test_each_word_goes_as_far_as_it_says(to: str, text: str, expected: str) -> None:
    assert generaliser(to)(text) == expected


@given(st.ip_addresses())
def test_an_address_of_the_net_lies_in_its_network(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    shown = ipaddress.ip_network(generaliser("network")(str(address)))

    assert shown.num_addresses >= 256
    mapped = getattr(address, "ipv4_mapped", None)
    assert (mapped or address) in shown


@given(st.text(), st.sampled_from(WORDS))
def test_a_text_that_is_not_understood_shows_nothing_of_itself(text: str, word: str) -> None:
    shown = generaliser(word)(text)

    assert shown == REDACTED or shown != text.strip()


ADDRESSES = {
    "12 Main St, Springfield, IL 62701": "Springfield",
    "12 Main St, Springfield, IL 62701-1234, USA": "Springfield",
    "12 Main St, Springfield, IL, 62701": "Springfield",
    "12 Main St, Apt 4, St. Louis, MO 63101": "St. Louis",
    "Springfield, IL 62701": "Springfield",
    "Hauptstr. 5, 10115 Berlin": "Berlin",
    "c/o Maria Lopez, Hauptstr. 5, D-10115 Berlin, Germany": "Berlin",
    "Theodor-Liedtke-Straße 5\n80331  München": "München",
    "10 Downing Street, London SW1A 2AA": "London",
    "10 Downing Street, London, SW1A 2AA, UK": "London",
    "Damrak 1, 1012 AB Amsterdam": "Amsterdam",
    "5 rue de la Paix, 75002 Paris": "Paris",
    "10115 Berlin": "Berlin",
}


@pytest.mark.parametrize(("address", "expected"), ADDRESSES.items())
def test_the_city_is_found_where_the_form_tells_it(address: str, expected: str) -> None:
    assert generaliser("city")(address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "Maria Lopez",
        "Maria Lopez, 62701",
        "12 Main St Springfield IL 62701",
        "12345 Main Street, Springfield",
        "12345 Main Street",
        "Maria, 12345 Elm Street",
        "12345 Broadway, Springfield",
        "Berlin",
        "",
    ],
)
def test_no_city_is_guessed(address: str) -> None:
    assert generaliser("city")(address) == REDACTED


pieces = st.lists(
    st.one_of(
        st.sampled_from(["10115 Berlin", "IL 62701", "SW1A 2AA", "DE"]), st.text(max_size=12)
    ),
    max_size=5,
)


@given(pieces)
def test_a_city_is_one_part_of_the_address_without_a_number(parts: list[str]) -> None:
    found = city(", ".join(parts))

    assert found is None or (found in " ".join(", ".join(parts).split()) and "," not in found)
    assert not any(map(str.isdigit, found or ""))


@pytest.mark.parametrize("column_type", ColumnType)
def test_every_word_that_a_project_may_write_is_one_that_works(column_type: ColumnType) -> None:
    for word in fitting(column_type, None):
        assert generaliser(word)("neither") in {REDACTED, "nei"}


@pytest.mark.parametrize("entity", [*PREFIXES, "DATE_OF_BIRTH", "DATE_TIME", "CUSTOMER_NUMBER"])
def test_where_nothing_needs_to_be_said_it_is_clear_how_far(entity: str) -> None:
    word = usual(entity)

    assert (word is None) == (misfit(None, ColumnType.TEXT, entity) is not None)
    assert word is None or misfit(word, ColumnType.TEXT, entity) is None


@pytest.mark.parametrize(
    "to", ["", "first", "first 0", "first 100", "steps of 0", "Year", "galaxy"]
)
def test_a_word_that_nobody_knows_is_told(to: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        generaliser(to)

    assert repr(to) in caught.value.message
    assert "year, month, decade, city, first 3" in caught.value.hint
