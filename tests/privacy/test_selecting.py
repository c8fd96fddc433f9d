"""What only looks personal is told by what stands around it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.privacy.addresses import addresses_in, uncut
from engine.privacy.recognition import AllowList, Recognition
from engine.privacy.selecting import Selection
from engine.privacy.spans import Span


def kept(text: str, found: str, entity: str, recognition: Recognition | None = None) -> list[str]:
    """What is left of a finding in a text."""
    start = text.index(found)
    span = Span(start, start + len(found), entity, 0.7)
    chosen = Selection(recognition or Recognition()).of(text, [span])
    return [text[each.start : each.end] for each in chosen]


@pytest.mark.parametrize(
    ("text", "found", "whole"),
    [
        ("ask first.last@company.internal.", "first.la", "first.last@company.internal"),
        ("ask first.last@company.internal.", "company.int", "first.last@company.internal"),
        ("john.me@localhost", "john.me", "john.me@localhost"),
        ("mailto:anna.smith@intra.net-corp.zz", "anna.sm", "anna.smith@intra.net-corp.zz"),
        ("see shop.example.com/ada", "shop.example.com/ada", "shop.example.com/ada"),
        ("at works.com, not ada@works", "works.com", "works.com"),
    ],
)
def test_a_url_cuts_no_address(text: str, found: str, whole: str) -> None:
    assert kept(text, found, "URL") == [whole]


def test_an_address_that_a_project_allows_is_not_cut_either() -> None:
    allowed = Recognition(allow=AllowList(regexes=("noreply@.*",)))

    assert kept("from noreply@works.internal", "works.int", "URL", allowed) == []


@given(st.text(alphabet="ab.@ /:", max_size=24), st.data())
def test_of_an_address_that_a_url_was_found_in_nothing_stays(
    text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, max(len(text) - 1, 0)))
    end = data.draw(st.integers(start, len(text)))
    spans = [*uncut(text, [Span(start, end, "URL", 0.5)])]

    for begins, ends in addresses_in(text):
        if begins <= start and end <= ends:
            assert (spans[0].start, spans[0].end) == (begins, ends)


@pytest.mark.parametrize(
    ("text", "found", "entity"),
    [
        ("O000123456", "000123456", "PHONE_NUMBER"),
        ("ORD-2024123456", "2024123456", "PHONE_NUMBER"),
        ("order no. 2024123456", "2024123456", "PHONE_NUMBER"),
        ("2125550123", "2125550123", "PHONE_NUMBER"),
        ("16.99", "16.99", "PHONE_NUMBER"),
        ("it cost 1.234.567,89", "1.234.567", "PHONE_NUMBER"),
        ("$ 2125550.00", "2125550", "PHONE_NUMBER"),
        ("02.12.2023", "02.12.2023", "PHONE_NUMBER"),
        ("2026-03-01 12:33:44", "2026-03-01 12", "PHONE_NUMBER"),
        ("1700000000000", "1700000000000", "PHONE_NUMBER"),
        ("case 9434765919", "9434765919", "UK_NHS"),
        ("PR1234563", "PR1234563", "MEDICAL_LICENSE"),
        ("version 1.2.3.4", "1.2.3.4", "IP_ADDRESS"),
        ("v10.0.0.1", "10.0.0.1", "IP_ADDRESS"),
        ("paid", "paid", "PERSON"),
        ("Shipped", "Shipped", "LOCATION"),
        ("SKU-1234", "SKU", "PERSON"),
        ("SKU-1234", "SKU-1234", "LOCATION"),
        ("C00012", "C00012", "PERSON"),
        ("deadbeef01", "deadbeef01", "LOCATION"),
        ("Yes", "Yes", "NRP"),
    ],
)
def test_ids_amounts_moments_versions_and_status_words_are_not_personal(
    text: str, found: str, entity: str
) -> None:
    assert kept(text, found, entity) == []


@pytest.mark.parametrize(
    ("text", "found", "entity"),
    [
        ("call 2125550123", "2125550123", "PHONE_NUMBER"),
        ("212-555-0123", "212-555-0123", "PHONE_NUMBER"),
        ("+1 212 555 0123", "+1 212 555 0123", "PHONE_NUMBER"),
        ("patient 9434765919", "9434765919", "UK_NHS"),
        ("from 10.0.0.1", "10.0.0.1", "IP_ADDRESS"),
        ("Ada Lovelace", "Ada Lovelace", "PERSON"),
        ("12 Mill Road", "12 Mill Road", "LOCATION"),
    ],
)
def test_what_is_personal_stays(text: str, found: str, entity: str) -> None:
    assert kept(text, found, entity) == [found]


def test_what_a_project_allows_is_not_personal() -> None:
    allow = AllowList(frozenset({"Harbour & Pine"}), (r"\+1 800 555 \d{4}",))
    recognition = Recognition(allow=allow)

    assert kept("we are HARBOUR & PINE", "HARBOUR & PINE", "PERSON", recognition) == []
    assert kept("ring +1 800 555 0100", "+1 800 555 0100", "PHONE_NUMBER", recognition) == []
    longer = kept("ring +1 800 555 01000", "+1 800 555 01000", "PHONE_NUMBER", recognition)
    assert longer == ["+1 800 555 01000"]


def test_dates_are_not_looked_for_unless_a_project_wants_them() -> None:
    every = Recognition(off=frozenset())

    assert kept("on 2026-03-01", "2026-03-01", "DATE_TIME") == []
    assert kept("on 2026-03-01", "2026-03-01", "DATE_TIME", every) == ["2026-03-01"]


def test_a_finding_loses_the_marks_around_it() -> None:
    assert kept("Hi (Ada Lovelace), hello", " (Ada Lovelace), ", "PERSON") == ["(Ada Lovelace)"]
    assert kept("a … b", " … ", "ORGANIZATION") == []
