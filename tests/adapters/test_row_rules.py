"""Checks of severity quarantine: the rows that break them are put aside, the others go on."""

from dataclasses import replace

import pytest

from engine.adapters.postgres.quarantine import PostgresQuarantine
from engine.catalog.model import Check, Column, ColumnType, Operator, Table
from engine.privacy.coverage import Coverage
from engine.privacy.model import Protection
from engine.runs.quarantine import Aside, shown_values
from tests.adapters.builders import Lab, a_table, refining

STATUS = """invalid_count(status) = 0:
  valid values: [paid, shipped]
  attributes: {severity: quarantine}"""

PRICE = """failed rows:
  name: priced
  fail condition: price <= 0
  attributes: {severity: quarantine}"""

MAIL = """invalid_count(email) = 0:
  valid format: email
  attributes: {severity: quarantine}"""

KNOWN = """values in (email) must exist in {there} ({column}):
  attributes: {{severity: quarantine}}"""

ROWS = [
    ("1", "paid", "10", "ada@example.com"),
    ("2", "lost", "5", "grace@example.com"),
    ("3", "shipped", "0", "nobody"),
    ("4", None, "many", "mary@example.com"),
    ("5", "paid", None, None),
]


def orders(*checks: str) -> Table:
    table = a_table("status", Column("price", ColumnType.NUMBER), Column("email"))
    return replace(table, checks=tuple(map(Check, checks)))


async def refined(lab: Lab, table: Table, *protections: Protection) -> dict[int, list[str]]:
    """The reasons of each row that was put aside, and no row lost."""
    await lab.fill_bronze(table, ROWS)
    async with lab.transactions.begin() as tx:
        coverages = [Coverage.whole(each) for each in protections]
        counts = (await tx.warehouse.refine(refining(table), table, coverages)).counts
    rows = await lab.rows("SELECT bronze_row, reasons FROM quarantine.people")
    assert counts.rows_in == len(ROWS)
    assert counts.quarantined == len(rows)
    return {int(str(row["bronze_row"])): list(row["reasons"]) for row in rows}  # type: ignore[call-overload]  # an array of text


async def test_rows_that_break_a_rule_are_put_aside_with_its_name(lab: Lab) -> None:
    aside = await refined(lab, orders(STATUS, PRICE))

    assert set(aside) == {2, 3, 4}
    assert aside[2] == ["status: breaks «invalid_count(status) = 0»"]
    assert aside[3] == ["price: breaks «priced»"]


async def test_a_row_that_is_bad_for_two_reasons_tells_both(lab: Lab) -> None:
    aside = await refined(lab, orders(MAIL, PRICE))

    assert aside[3] == ["email: breaks «invalid_count(email) = 0»", "price: breaks «priced»"]


async def test_what_is_missing_breaks_no_rule_about_valid_values(lab: Lab) -> None:
    aside = await refined(lab, orders(STATUS, PRICE, MAIL))

    assert 5 not in aside
    assert all("breaks" not in reason for reason in aside[4])


async def test_a_rule_sees_the_value_before_it_is_protected(lab: Lab) -> None:
    hashed = Protection("email", Operator.HASH, declared=True)

    aside = await refined(lab, orders(MAIL), hashed)

    assert aside[3] == ["email: breaks «invalid_count(email) = 0»"]
    assert "nobody" not in await lab.text('SELECT "row" FROM quarantine.people')


async def mailboxes(lab: Lab, made: str) -> None:
    await lab.rows(f"CREATE TABLE silver.mailboxes AS {made}")


MAILBOXES = "SELECT 'ada@example.com' AS email, 1 AS n UNION ALL SELECT 'mary@example.com', 2"


async def test_a_row_that_refers_to_nothing_is_put_aside(lab: Lab) -> None:
    await mailboxes(lab, MAILBOXES)
    check = KNOWN.format(there="mailboxes", column="email")

    aside = await refined(lab, orders(check))

    assert set(aside) == {2, 3, 4}
    assert aside[2] == ["email: breaks «values in (email) must exist in mailboxes (email)»"]
    assert "price" in aside[4][0]


@pytest.mark.parametrize(
    ("there", "column"), [("mailboxes", "n"), ("mailboxes", "gone"), ("nowhere", "email")]
)
async def test_a_reference_that_can_not_be_followed_is_left_to_the_gate(
    lab: Lab, there: str, column: str
) -> None:
    await mailboxes(lab, MAILBOXES)

    assert set(await refined(lab, orders(KNOWN.format(there=there, column=column)))) == {4}


async def test_a_reference_of_a_table_into_itself_is_left_to_the_gate(lab: Lab) -> None:
    assert set(await refined(lab, orders(KNOWN.format(there="people", column="id")))) == {4}


async def test_a_reference_by_tokens_is_left_to_the_gate(lab: Lab) -> None:
    await mailboxes(lab, MAILBOXES)
    hashed = Protection("email", Operator.HASH, declared=True)
    check = KNOWN.format(there="mailboxes", column="email")

    assert set(await refined(lab, orders(check), hashed)) == {4}


@pytest.mark.parametrize(
    "check",
    [
        STATUS.replace("quarantine", "block"),
        STATUS.replace("quarantine", "warn"),
        "failed rows:\n  fail condition: not_there > 1\n  attributes: {severity: block}",
    ],
)
async def test_a_check_of_another_severity_puts_nothing_aside(lab: Lab, check: str) -> None:
    assert set(await refined(lab, orders(check))) == {4}


@pytest.mark.parametrize("rule", ["price", "status", "status, price: breaks «cheap and paid»"])
async def test_rows_are_found_by_each_column_at_fault_whose_value_is_shown(
    lab: Lab, rule: str
) -> None:
    cheap = "failed rows:\n  name: cheap and paid\n  fail condition: price < 20 AND status = 'paid'"
    table = orders(f"{cheap}\n  attributes: {{severity: quarantine}}")
    await refined(lab, table)

    found = await PostgresQuarantine(lab.database).look(table, Aside(rule), 20)

    assert [row.row for row in found.rows if "cheap" in str(row.reasons)] == [1]
    shown = shown_values(table, found.rows[-1])
    assert [name for name, _ in shown] == ["id", "status", "price"]
