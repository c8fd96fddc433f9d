"""A new key or a new rule reaches what an incremental load published before it, by itself."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from engine.adapters.openlineage import OpenLineageRenderer
from engine.adapters.postgres.protecting import Protecting
from engine.adapters.postgres.transactions import PostgresTransactions
from engine.catalog.model import Column, ColumnType, Load, LoadMode, Operator, Table
from engine.privacy.coverage import Coverage, Reach
from engine.privacy.model import Protection
from engine.privacy.operators import masked
from engine.privacy.protect import Keyring, SecretKey, Tokens
from engine.privacy.recognition import STANDARD, CustomRecognizer, Recognition
from engine.runs.model import Counts
from tests.adapters.builders import CLOCK, KEY, KEYS, Lab, a_table, execute, refining
from tests.adapters.loading import arrive, day

EMAIL = "EMAIL_ADDRESS"
NEW_KEY = SecretKey(bytes(reversed(range(32))), 2)
NEW_KEYS = Keyring(NEW_KEY, (KEY,))

INCREMENTAL = replace(
    a_table(
        Column("name"),
        Column("at", ColumnType.TIMESTAMP),
        Column("gone", ColumnType.BOOLEAN),
        watermark="at",
    ),
    load=Load(LoadMode.INCREMENTAL),
)
HISTORY = replace(INCREMENTAL, load=replace(INCREMENTAL.load, history=True))

HASHED = Coverage.whole(Protection("name", Operator.HASH, EMAIL))
MASKED = Coverage.whole(Protection("name", Operator.MASK, EMAIL))
WITHIN = Coverage(
    "name",
    Reach.PATTERNS,
    spans={EMAIL: Protection("name", Operator.HASH, EMAIL)},
    otherwise=Protection("name", Operator.REDACT),
)

ADA, GRACE = "ada@example.org", "grace@example.org"


async def refined(
    lab: Lab,
    table: Table,
    coverage: Coverage,
    keys: Keyring = KEYS,
    recognition: Recognition = STANDARD,
) -> Counts:
    """Refine in one transaction, publish in another, with those keys."""
    render = OpenLineageRenderer("postgres://localhost:5432", "test")
    transactions = PostgresTransactions(lab.database, Protecting(keys, lab.shields), render, CLOCK)
    run = refining(table)
    async with transactions.begin() as tx:
        done = await tx.warehouse.refine(run, table, [coverage], recognition)
    async with transactions.begin() as tx:
        return done.counts + await tx.warehouse.publish(run, table.silver)


async def names(lab: Lab, where: str = "silver.people") -> list[str]:
    return sorted(str(row["name"]) for row in await lab.rows(f"SELECT name FROM {where}"))  # noqa: S608  # a name of the tests


def tokens(key: SecretKey, *values: str) -> Sequence[str]:
    return sorted(Tokens(key, EMAIL).token(each) for each in values)


async def published_before(lab: Lab, table: Table, coverage: Coverage) -> None:
    """Two rows in two loads, so that a row more would be a delta."""
    await lab.fill_bronze(table, [("1", ADA, day(1), None)])
    await refined(lab, table, coverage)
    await arrive(lab, ("2", GRACE, day(2), None))
    assert (await refined(lab, table, coverage)).rows_in == 1


@pytest.mark.parametrize("table", [INCREMENTAL, HISTORY])
async def test_a_new_key_makes_all_tokens_anew(lab: Lab, table: Table) -> None:
    await published_before(lab, table, HASHED)
    await arrive(lab, (None, ADA, day(2), None))
    await refined(lab, table, HASHED)
    assert await names(lab) == tokens(KEY, ADA, GRACE)

    counts = await refined(lab, table, HASHED, NEW_KEYS)

    assert counts.rows_in == 3
    assert await names(lab) == tokens(NEW_KEY, ADA, GRACE)
    assert await names(lab, "(SELECT \"row\" ->> 'name' AS name FROM quarantine.people) q") == [
        *tokens(NEW_KEY, ADA)
    ]
    assert (await refined(lab, table, HASHED, NEW_KEYS)).rows_in == 0


@pytest.mark.parametrize("table", [INCREMENTAL, HISTORY])
async def test_a_new_rule_protects_the_rows_from_before_too(lab: Lab, table: Table) -> None:
    await published_before(lab, table, HASHED)

    await refined(lab, table, MASKED)

    assert await names(lab) == sorted(map(masked, (ADA, GRACE)))


async def test_tokens_within_texts_are_made_anew_with_a_new_key(lab: Lab) -> None:
    await published_before(lab, INCREMENTAL, WITHIN)
    assert await names(lab) == tokens(KEY, ADA, GRACE)

    await refined(lab, INCREMENTAL, WITHIN, NEW_KEYS)

    assert await names(lab) == tokens(NEW_KEY, ADA, GRACE)


async def test_a_new_pattern_is_looked_for_in_the_rows_from_before(lab: Lab) -> None:
    staff = CustomRecognizer("staff", "EMPLOYEE_ID", r"\bE-\d{6}\b", 0.9)
    await lab.fill_bronze(INCREMENTAL, [("1", "ask E-123456", day(1), None)])
    await refined(lab, INCREMENTAL, WITHIN)
    assert await names(lab) == ["ask E-123456"]

    await refined(lab, INCREMENTAL, WITHIN, recognition=Recognition(custom=(staff,)))

    assert await names(lab) == ["ask [redacted]"]


async def test_a_rule_for_another_column_or_its_reasons_rewrite_nothing(lab: Lab) -> None:
    await published_before(lab, INCREMENTAL, HASHED)
    told = Protection("name", Operator.HASH, EMAIL, declared=False, reasons=("seen",), rule="x:1")

    assert (await refined(lab, INCREMENTAL, Coverage.whole(told))).rows_in == 0
    assert (await refined(lab, INCREMENTAL, MASKED)).rows_in == 2
    # a mask has no key
    assert (await refined(lab, INCREMENTAL, MASKED, NEW_KEYS)).rows_in == 0


async def test_a_mark_that_an_earlier_version_left_has_all_rows_written_once_more(lab: Lab) -> None:
    await published_before(lab, INCREMENTAL, HASHED)
    await execute(
        lab.url,
        "UPDATE atlas.watermarks SET form = jsonb_set(form, '{name}', "
        "'\"text; text; ; ; YYYY-MM-DD; hash; EMAIL_ADDRESS\"')",
    )

    again = await refined(lab, INCREMENTAL, HASHED)

    assert again.rows_in == 2
    assert (await refined(lab, INCREMENTAL, HASHED)).rows_in == 0
