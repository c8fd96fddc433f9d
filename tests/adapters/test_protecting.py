"""Protected columns on their way to silver: tokens, masks, redactions, and nothing of a value."""

import json
from pathlib import Path

import asyncpg
import pytest

from engine.adapters.postgres.cell_sql import SilverColumn
from engine.adapters.postgres.database import driver
from engine.adapters.postgres.protecting import Protecting
from engine.adapters.postgres.warehouse import PostgresWarehouse
from engine.catalog.model import Cleaning, Column, ColumnType, Operator
from engine.errors import KeyMissing
from engine.privacy.coverage import Coverage
from engine.privacy.model import Protection
from engine.privacy.protect import REDACTED, Tokens
from tests.adapters.builders import (
    CLOCK,
    KEY,
    KEY_SPELLINGS,
    KEYS,
    Lab,
    a_table,
    column_of,
    execute,
    reasons,
    refining,
)

TRIMMED = (Cleaning.TRIM, Cleaning.LOWER)


def hashed(column: str, entity: str | None = None) -> Protection:
    return Protection(column, Operator.HASH, entity)


async def test_hashed_values_are_the_tokens_of_their_entity(lab: Lab) -> None:
    table = a_table(Column("email", clean=TRIMMED), Column("secret"))
    rows = [("1", " Ada@X.org", "a"), ("2", "ada@x.org", "b"), ("3", "n/a", None)]

    silver = await lab.refined(table, rows, hashed("email", "EMAIL_ADDRESS"), hashed("secret"))

    token = Tokens(KEY, "EMAIL_ADDRESS").token("ada@x.org")
    other = Tokens(KEY, None)
    assert column_of(silver, "email") == [token, token, None]
    assert column_of(silver, "secret") == [other.token("a"), other.token("b"), None]


async def test_one_person_has_one_token_in_every_table_and_run(lab: Lab) -> None:
    email = hashed("email", "EMAIL_ADDRESS")
    people = await lab.refined(a_table("email"), [("1", "ada@x.org")], email)
    again = await lab.refined(a_table("email"), [("7", "ada@x.org")], email)
    orders = await lab.refined(a_table("email", name="orders"), [("1", "ADA@X.ORG ")], email)

    tokens = [rows[0]["email"] for rows in (people, again, orders)]

    assert len(set(tokens)) == 1


async def test_typed_columns_are_hashed_as_text_and_redacted_to_null(lab: Lab) -> None:
    table = a_table(Column("born", ColumnType.DATE), Column("salary", ColumnType.INTEGER))
    rows = [("1", "1980-02-03", "100"), ("2", None, None)]

    silver = await lab.refined(table, rows, hashed("born"), Protection("salary", Operator.REDACT))

    token = Tokens(KEY, None).token("1980-02-03")
    assert column_of(silver, "born") == [token, None]
    assert column_of(silver, "salary") == [None, None]


async def test_redacted_text_tells_that_there_was_something_and_nothing_stays_nothing(
    lab: Lab,
) -> None:
    silver = await lab.refined(
        a_table("street"),
        [("1", "Main Street 1"), ("2", "-")],
        Protection("street", Operator.REDACT, "LOCATION"),
    )

    assert column_of(silver, "street") == [REDACTED, None]


async def test_a_mask_shows_the_last_four_characters_of_long_values_only(lab: Lab) -> None:
    rows = [("1", "4111111111111111"), ("2", "1234567"), ("3", None), ("4", "王王王王王王王王")]

    silver = await lab.refined(
        a_table("card"), rows, Protection("card", Operator.MASK, "CREDIT_CARD")
    )

    assert column_of(silver, "card") == ["*" * 12 + "1111", "*" * 7, None, "****王王王王"]


async def test_more_rows_than_a_piece_holds_are_all_substituted(lab: Lab) -> None:
    # four megabytes are one piece
    rows = [(str(number), f"person {number} {'x' * 900}") for number in range(6_000)]

    silver = await lab.refined(a_table("name"), rows, hashed("name", "PERSON"))

    names = Tokens(KEY, "PERSON")
    assert {row["id"]: row["name"] for row in silver} == {i: names.token(n) for i, n in rows}


async def test_two_spellings_of_a_hashed_key_are_one_row_of_silver(lab: Lab) -> None:
    table = a_table(Column("email", required=True), "town", key=("email",))
    rows = [("ada@x.org", "London"), ("Ada@X.org", "York"), ("grace@x.org", "Arlington")]
    await lab.fill_bronze(table, rows)

    counts = await lab.refine(table, hashed("email", "EMAIL_ADDRESS"))

    silver = await lab.silver(table)
    assert sorted(map(str, column_of(silver, "town"))) == ["Arlington", "York"]
    assert (counts.rows_in, counts.published, counts.deduplicated) == (3, 2, 1)


async def test_quarantine_is_protected_like_silver_and_tells_no_shape(lab: Lab) -> None:
    table = a_table(
        Column("born", ColumnType.DATE), Column("n", ColumnType.INTEGER), "email", "card", "street"
    )
    await lab.fill_bronze(table, [("1", "3rd of May", "x", "a@b.org", "4111111111111111", "Rd 1")])

    await lab.refine(
        table,
        hashed("born"),
        Protection("n", Operator.REDACT),
        hashed("email", "EMAIL_ADDRESS"),
        Protection("card", Operator.MASK),
        Protection("street", Operator.REDACT),
    )

    (row,) = await lab.quarantined(table)
    assert reasons(row) == ["born: not a date", "n: not a whole number"]
    assert json.loads(str(row["row"])) == {
        "id": "1",
        "born": Tokens(KEY, None).token("3rd of May"),
        "n": None,
        "email": Tokens(KEY, "EMAIL_ADDRESS").token("a@b.org"),
        "card": "*" * 12 + "1111",
        "street": REDACTED,
    }


async def test_an_undeclared_column_can_be_protected_too(lab: Lab) -> None:
    table = a_table()
    await lab.fill_bronze(table, [("1", "ada@x.org")], "gift_contact")

    await lab.refine(table, hashed("gift_contact", "EMAIL_ADDRESS"))

    token = Tokens(KEY, "EMAIL_ADDRESS").token("ada@x.org")
    assert await lab.silver(table) == [{"id": "1", "gift_contact": token}]


async def test_hashing_without_a_key_is_refused_by_column(lab: Lab) -> None:
    table = a_table("email")
    await lab.fill_bronze(table, [("1", "ada@x.org")])

    async with lab.database.begin() as connection:
        without = PostgresWarehouse(connection, Protecting(None, lab.shields), CLOCK)
        with pytest.raises(KeyMissing, match="email"):
            await without.refine(refining(table), table, [Coverage.whole(hashed("email"))])


async def test_neither_key_nor_value_is_in_any_statement_or_result(lab: Lab) -> None:
    name = str(await lab.value("SELECT current_database()"))
    await execute(
        lab.url,
        f"ALTER DATABASE {name} SET log_statement = 'all'",
        f"ALTER DATABASE {name} SET log_min_error_statement = 'info'",
        f"ALTER DATABASE {name} SET log_min_messages = 'info'",
    )
    await lab.database.close()
    log = Path(str(await lab.value("SHOW data_directory"))) / "log"
    before = log.stat().st_size
    table = a_table("email", "card", "street", Column("born", ColumnType.DATE))
    values = ("ada@example.org", "4111111111111111", "Analytical Lane 7", "1815-12-10", "tenth of")
    rows = [("1", *values[:4]), ("2", *values[:3], values[4])]
    await lab.fill_bronze(table, rows)

    await lab.refine(
        table,
        hashed("email", "EMAIL_ADDRESS"),
        Protection("card", Operator.MASK),
        Protection("street", Operator.REDACT),
        hashed("born"),
    )

    await execute(lab.url, f"ALTER DATABASE {name} RESET ALL")
    statements = log.read_bytes()[before:].decode(errors="replace")
    assert "TABLE _judged" in statements
    written = "\n".join(
        [
            await lab.text("SELECT t::text FROM silver.people t"),
            await lab.text("SELECT t::text FROM quarantine.people t"),
            await lab.text("SELECT query FROM pg_stat_activity"),
            statements,
        ]
    )
    for secret in (*values, *KEY_SPELLINGS, str(KEY.master)):
        assert secret not in written


async def test_what_the_database_says_while_rows_are_on_their_way_is_no_group_of_errors(
    lab: Lab,
) -> None:
    table = a_table("email")
    await lab.fill_bronze(table, [("1", "ada@x.org")])
    absent = SilverColumn(Column("gone"), True, Coverage.whole(hashed("gone")))

    async with lab.database.begin() as connection:
        protecting = Protecting(KEYS, lab.shields)
        with pytest.raises(asyncpg.UndefinedColumnError):
            await protecting.fill(await driver(connection), table, (absent,))
        await connection.rollback()
