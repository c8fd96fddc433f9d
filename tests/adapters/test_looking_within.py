"""Personal data within the values of columns that are not personal themselves."""

import pytest

from engine.adapters.shields import Shields
from engine.catalog.model import Operator
from engine.privacy.coverage import Coverage, Reach, Spotted
from engine.privacy.model import Protection
from engine.privacy.protect import REDACTED, Tokens
from tests.adapters.builders import KEY, Lab, a_table, column_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

CARD = "4111 1111 1111 1111"
WRITTEN = 'a tab\there, a\nline, a back\\slash, \\N, "quotes", 王, 🙂'


def within(column: str, reach: Reach = Reach.PATTERNS, **operators: Operator) -> Coverage:
    spans = {name: Protection(column, each, name) for name, each in operators.items()}
    return Coverage(column, reach, None, spans, Protection(column, Operator.REDACT))


async def test_one_card_number_among_harmless_notes_is_found_and_replaced(lab: Lab) -> None:
    rows = [(str(n), f"please leave parcel {n} at the door") for n in range(500)]
    rows[321] = ("321", f"paid with {CARD} by phone")
    table = a_table("note")
    await lab.fill_bronze(table, rows)

    done = await lab.cover(table, within("note"))

    silver = {row["id"]: row["note"] for row in await lab.silver(table)}
    assert done.spotted == (Spotted("note", "CREDIT_CARD", 1),)
    assert silver == dict(rows) | {"321": f"paid with {REDACTED} by phone"}


async def test_each_entity_within_a_text_is_replaced_its_own_way(lab: Lab) -> None:
    table = a_table("note")
    await lab.fill_bronze(table, [("1", f"ada@example.org, grace@example.org 🙂 card {CARD}")])

    await lab.cover(table, within("note", EMAIL_ADDRESS=Operator.HASH, CREDIT_CARD=Operator.MASK))

    emails = Tokens(KEY, "EMAIL_ADDRESS")
    ada, grace = emails.token("ada@example.org"), emails.token("grace@example.org")
    assert column_of(await lab.silver(table), "note") == [f"{ada}, {grace} 🙂 card {'*' * 15}1111"]


async def test_wide_digits_and_invisible_characters_hide_nothing(lab: Lab) -> None:
    wide = CARD.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    table = a_table("note", "body")
    address = "ada\u200b@exam\u200bple.org"
    await lab.fill_bronze(table, [("1", f"card {wide} it is", f"write to {address} soon")])

    await lab.cover(table, within("note"), within("body", Reach.TEXT))

    (row,) = await lab.silver(table)
    assert row["note"] == f"card {REDACTED} it is"
    assert row["body"] == f"write to {REDACTED} soon"


async def test_names_are_found_in_free_text_only(lab: Lab) -> None:
    text = "Dear Mr. John Smith, your parcel is late."
    table = a_table("note", "body")
    await lab.fill_bronze(table, [("1", text, text)])

    await lab.cover(table, within("note"), within("body", Reach.TEXT))

    (row,) = await lab.silver(table)
    assert row["note"] == text
    assert "Smith" not in str(row["body"])
    assert str(row["body"]).endswith("your parcel is late.")


async def test_what_is_not_personal_arrives_as_it_was(lab: Lab) -> None:
    table = a_table("note")
    await lab.fill_bronze(table, [("1", WRITTEN), ("2", None), ("3", f"{WRITTEN} {CARD}")])

    await lab.cover(table, within("note"))

    assert column_of(await lab.silver(table), "note") == [WRITTEN, None, f"{WRITTEN} {REDACTED}"]


async def test_an_entity_that_somebody_rejected_stays(lab: Lab) -> None:
    table = a_table("note")
    await lab.fill_bronze(table, [("1", f"reference {CARD}")])
    rejected = Coverage(
        "note",
        Reach.PATTERNS,
        otherwise=Protection("note", Operator.REDACT),
        ignored=frozenset({"CREDIT_CARD"}),
    )

    done = await lab.cover(table, rejected)

    assert done.spotted == ()
    assert column_of(await lab.silver(table), "note") == [f"reference {CARD}"]


async def test_rows_in_quarantine_are_protected_within_too(lab: Lab) -> None:
    wanting = a_table("note", "other")
    await lab.fill_bronze(wanting, [(None, f"card {CARD}", "x")])

    await lab.cover(wanting, within("note"))

    (row,) = await lab.quarantined(wanting)
    assert CARD not in str(row["row"])
    assert f"card {REDACTED}" in str(row["row"])


async def test_several_pieces_are_worked_on_at_once_and_every_row_comes_back(lab: Lab) -> None:
    shields = Shields(timeout=120, processes=2)
    rows = [(str(n), f"person {n}", f"note {n} {'x' * 700}") for n in range(20_000)]
    table = a_table("name", "note")
    await lab.fill_bronze(table, rows)
    busy = Lab(lab.url, lab.database, lab.folder, shields)

    done = await busy.cover(
        table, Coverage.whole(Protection("name", Operator.HASH, "PERSON")), within("note")
    )

    shields.close()
    token = Tokens(KEY, "PERSON").token
    assert done.counts.published == len(rows)
    assert {row["id"]: row["name"] for row in await lab.silver(table)} == {
        i: token(name) for i, name, _ in rows
    }
