"""A person is found in every layer by tokens alone, erased there, and does not come back."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import asyncpg
import pytest

from engine.adapters.postgres.erasures import PostgresErasures
from engine.adapters.postgres.persons import PostgresTraces
from engine.catalog.model import (
    Cleaning,
    Column,
    ColumnType,
    DatasetName,
    Layer,
    Load,
    LoadMode,
    Operator,
    Table,
)
from engine.catalog.policy import ColumnRule
from engine.errors import TableBusy
from engine.persons.model import ErasureState, Found, Marks, marks_of
from engine.privacy.model import Protection
from engine.privacy.protect import PREFIXES, Tokens
from engine.runs.model import RunStatus, StepReport, StepStatus
from engine.testing.fixed import FixedPolicies
from tests.adapters.builders import (
    KEY,
    KEYS,
    NOON,
    Lab,
    a_model,
    a_table,
    column_of,
    refining,
)
from tests.builders import a_project

MARIA = "maria@example.com"
EMAIL = Protection("email", Operator.HASH, "EMAIL_ADDRESS")
NAME = Protection("name", Operator.HASH, "PERSON")
SSN = Protection("ssn", Operator.REDACT, "US_SSN")
PROTECTED = (EMAIL, NAME, SSN)

PEOPLE = a_table(
    Column("email", operator=Operator.HASH, entity="EMAIL_ADDRESS", clean=(Cleaning.TRIM,)),
    Column("name", operator=Operator.HASH, entity="PERSON", required=True),
    Column("ssn", operator=Operator.REDACT, entity="US_SSN"),
    Column("note"),
    Column("price", ColumnType.NUMBER, operator=Operator.KEEP),
)
ROWS = (
    ("1", " Maria@Example.com", "Maria Lopez", "123-45-6789", "likes tea", "1"),
    ("2", "ada@example.com", "Ada Byron", "987-65-4321", "a friend of <maria@example.com>.", "2"),
    ("3", "xmaria@example.com", "Maria Lopez", None, None, "3"),
    ("4", "maria@example.com", "Maria Lopez", None, "", "no price"),
)


def meant(identifier: str) -> Marks:
    return marks_of(identifier, PREFIXES, KEYS)


def traces(lab: Lab, *tables: Table) -> PostgresTraces:
    """What is known of people, in a project of these tables."""
    project = a_project(tables=tables or (PEOPLE,), models=())
    return PostgresTraces(FixedPolicies(project), lab.database, KEYS)


def counts(found: Sequence[Found]) -> dict[str, tuple[int, int]]:
    return {each.place: (each.rows, each.mentions) for each in found if each.rows}


async def everything(lab: Lab) -> str:
    """All rows of all tables, as text."""
    names = await lab.rows(
        "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    texts = [await lab.text(f"SELECT t::text FROM {each['name']} t") for each in names]  # noqa: S608  # quoted by PostgreSQL
    return "\n".join(texts).casefold()


@pytest.fixture
async def shop(lab: Lab) -> Lab:
    """People in bronze, silver and quarantine, and a gold table of their tokens."""
    await lab.fill_bronze(PEOPLE, ROWS)
    await lab.refine(PEOPLE, *PROTECTED)
    await lab.build(REPORT)
    return lab


REPORT = a_model(
    "SELECT id, email, 'sent to ' || email AS told, ARRAY[email] AS list, "
    "jsonb_build_object('by', email) AS more FROM silver.people",
    PEOPLE.silver,
)


async def test_a_person_is_counted_in_every_layer_and_mentions_are_told_apart(shop: Lab) -> None:
    found = await traces(shop).in_table(PEOPLE, meant(MARIA))

    # in silver the note stands in clear here: nothing looked for spans
    assert counts(found) == {
        "bronze.people": (3, 1),
        "silver.people": (2, 1),
        "quarantine.people": (1, 0),
    }
    assert found[0].stays == ("id", "note", "price")
    assert counts(await traces(shop).in_model(REPORT, meant(MARIA))) == {"gold.report": (1, 0)}
    assert {each.place: each.hidden for each in found if each.hidden} == {
        "silver.people": ("ssn (redact)",)
    }


async def test_texts_in_which_something_was_redacted_are_named(shop: Lab) -> None:
    """Their column is kept but for what was found: nobody can be found by a piece that is gone."""
    run = refining(PEOPLE)
    spans = tuple(
        Protection("note", each, entity, within=True)
        for each, entity in ((Operator.REDACT, "LOCATION"), (Operator.HASH, "PERSON"))
    )
    report = StepReport(protections=spans)
    step = replace(run.steps[0], status=StepStatus.SUCCEEDED, report=report, finished_at=NOON)
    async with shop.transactions.begin() as tx:
        await tx.runs.add(run)
        await tx.runs.save(replace(run, steps=(step, run.steps[1])), (step,))

    found = await traces(shop).in_table(PEOPLE, meant(MARIA))

    (hidden,) = [each.hidden for each in found if each.hidden]
    assert hidden == ("ssn (redact)", "note (LOCATION within its texts: redact)")


async def test_erasing_leaves_nothing_anywhere_and_nothing_comes_back(shop: Lab) -> None:
    before = await shop.silver(PEOPLE)

    await traces(shop).erase_from_table(PEOPLE, meant(MARIA))
    await traces(shop).erase_from_model(REPORT, meant(MARIA))

    async def is_gone() -> bool:
        left = [*await traces(shop).in_table(PEOPLE, meant(MARIA))]
        left += await traces(shop).in_model(REPORT, meant(MARIA))
        text = (await everything(shop)).replace("xmaria@example.com", "")
        tokens = meant(MARIA).every_token
        return not counts(left) and MARIA not in text and not any(t in text for t in tokens)

    assert await is_gone()
    await shop.refine(PEOPLE, *PROTECTED)
    await shop.build(REPORT)
    assert await is_gone()
    after = await shop.silver(PEOPLE)
    assert column_of(after, "id") == ["1", "2", "3"] == column_of(before, "id")
    assert after[1] == before[1] | {"note": "a friend of <[erased]>."}
    assert after[2] == before[2]
    assert after[0]["email"] is None
    assert after[0]["note"] == "likes tea"


async def test_the_row_of_a_person_loses_all_that_is_personal_and_stays_good(shop: Lab) -> None:
    await traces(shop).erase_from_table(PEOPLE, meant(MARIA))

    bronze = await shop.bronze(PEOPLE)
    assert [list(row.values()) for row in (bronze[0], bronze[3])] == [
        ["1", None, "[erased]", None, "likes tea", "1"],
        ["4", None, "[erased]", None, "", "no price"],
    ]
    assert [list(row.values()) for row in bronze[1:3]] == [
        [*ROWS[1][:4], "a friend of <[erased]>.", "2"], list(ROWS[2]),
    ]  # fmt: skip
    assert await shop.quarantined(PEOPLE) == []


async def test_who_is_erased_twice_is_not_found_again(shop: Lab) -> None:
    await traces(shop).erase_from_table(PEOPLE, meant(MARIA))
    once = await everything(shop)

    assert counts(await traces(shop).erase_from_table(PEOPLE, meant(MARIA))) == {}
    assert await everything(shop) == once


async def test_a_person_meant_by_what_silver_does_not_tell_is_erased_there_by_key(
    shop: Lab,
) -> None:
    found = await traces(shop).erase_from_table(PEOPLE, meant("123 45 6789"))

    assert counts(found) == {"bronze.people": (1, 0), "silver.people": (1, 0)}
    silver = await shop.silver(PEOPLE)
    assert [silver[0][name] for name in ("email", "name", "ssn")] == [None, "[erased]", None]
    assert silver[1]["ssn"] == "[redacted]"


async def test_an_older_row_of_the_same_person_goes_and_one_of_somebody_else_stays(
    lab: Lab,
) -> None:
    rows = (
        ("1", "old@example.com", "Maria Lopez", None, None, "1"),
        ("1", "bob@example.com", "Bob Ray", None, None, "1"),
        ("1", MARIA, "maria  lopez", None, None, "1"),
    )
    await lab.fill_bronze(PEOPLE, rows)
    await lab.refine(PEOPLE, *PROTECTED)

    await traces(lab).erase_from_table(PEOPLE, meant(MARIA))

    assert [row["email"] for row in await lab.bronze(PEOPLE)] == [None, "bob@example.com", None]
    assert column_of(await lab.silver(PEOPLE), "email") == [None]


async def test_a_row_that_passed_on_to_somebody_else_stays_theirs_in_silver(lab: Lab) -> None:
    rows = (
        ("1", MARIA, "Maria Lopez", None, None, "1"),
        ("1", "bob@example.com", "Bob Ray", None, None, "1"),
    )
    await lab.fill_bronze(PEOPLE, rows)
    await lab.refine(PEOPLE, *PROTECTED)
    before = await lab.silver(PEOPLE)

    await traces(lab).erase_from_table(PEOPLE, meant(MARIA))

    assert await lab.silver(PEOPLE) == before
    assert [row["email"] for row in await lab.bronze(PEOPLE)] == [None, "bob@example.com"]


BY_EMAIL = a_table(
    Column("email", operator=Operator.HASH, entity="EMAIL_ADDRESS", required=True),
    Column("born", ColumnType.DATE, operator=Operator.REDACT, required=True),
    Column("at", ColumnType.TIMESTAMP, required=True, operator=Operator.KEEP),
    key=("email",),
    watermark="at",
)
INCREMENTAL = replace(BY_EMAIL, load=Load(LoadMode.INCREMENTAL))
DAYS = ((MARIA, "1980-01-02", "2026-01-01"), ("Maria@example.com", "1980-01-02", "2026-01-02"),
        ("ada@example.com", "1815-12-10", "2026-01-01"))  # fmt: skip


@pytest.mark.parametrize("table", [BY_EMAIL, INCREMENTAL], ids=["whole", "incremental"])
async def test_a_personal_key_becomes_one_that_says_nothing_and_rows_stay_as_many(
    lab: Lab, table: Table
) -> None:
    given = (EMAIL, Protection("born", Operator.REDACT))
    await lab.fill_bronze(table, DAYS)
    await lab.refine(table, *given)

    await traces(lab, table).erase_from_table(table, meant(MARIA))

    silver = await lab.silver(table)
    assert len(silver) == 2
    assert Tokens(KEY, "EMAIL_ADDRESS").token(MARIA) not in column_of(silver, "email")
    await lab.refine(table, *given)
    again = await lab.silver(table)
    assert column_of(again, "email") == column_of(silver, "email")
    assert await lab.quarantined(table) == []


async def test_sealed_and_free_text_tokens_are_found(lab: Lab) -> None:
    table = a_table(Column("email", operator=Operator.ENCRYPT, entity="EMAIL_ADDRESS"), "note")
    token = Tokens(KEY, "EMAIL_ADDRESS").token(MARIA)
    await lab.fill_bronze(table, [("1", "Maria@example.com", None), ("2", None, f"re: {token}!")])
    await lab.refine(table, Protection("email", Operator.ENCRYPT, "EMAIL_ADDRESS"))

    found = await traces(lab, table).in_table(table, meant(MARIA))

    assert counts(found) == {"bronze.people": (2, 1), "silver.people": (2, 1)}
    await traces(lab, table).erase_from_table(table, meant(MARIA))
    assert column_of(await lab.silver(table), "email") == [None, None]
    assert column_of(await lab.silver(table), "note") == [None, "re: [erased]!"]


async def test_what_a_person_wrote_goes_with_their_row_and_in_other_rows_only_their_mention(
    shop: Lab,
) -> None:
    project = a_project(tables=(PEOPLE,), models=())
    policy = project.privacy.with_column("people", "note", ColumnRule(free_text=True))
    within = PostgresTraces(FixedPolicies(replace(project, privacy=policy)), shop.database, KEYS)

    await within.erase_from_table(PEOPLE, meant(MARIA))

    notes = [None, "a friend of <[erased]>.", None]
    assert column_of(await shop.silver(PEOPLE), "note") == notes
    assert column_of(await shop.bronze(PEOPLE), "note") == [*notes, None]


async def test_what_is_declared_harmless_is_not_taken_for_a_person(lab: Lab) -> None:
    table = a_table(
        Column("number", operator=Operator.KEEP),
        Column("colour"),
        Column("phone", operator=Operator.HASH, entity="PHONE_NUMBER"),
    )
    rows = [("1", "15551234567", "Rose", "+1 (555) 123-4567"), ("2", None, "Rose", None)]
    await lab.fill_bronze(table, rows)
    await lab.refine(table, Protection("phone", Operator.HASH, "PHONE_NUMBER"))

    assert counts(await traces(lab, table).in_table(table, meant("Rose"))) == {}
    found = await traces(lab, table).erase_from_table(table, meant("+1 555 1234567"))
    assert counts(found) == {"bronze.people": (1, 0), "silver.people": (1, 0)}
    assert [row["number"] for row in await lab.bronze(table)] == ["15551234567", None]


async def test_names_that_need_quotes_are_searched_and_erased(lab: Lab) -> None:
    table = a_table(Column('we"ird', operator=Operator.HASH, entity="EMAIL_ADDRESS"), "select")
    await lab.fill_bronze(table, [("1", MARIA, f"x {MARIA}")])
    await lab.refine(table, Protection('we"ird', Operator.HASH, "EMAIL_ADDRESS"))

    await traces(lab, table).erase_from_table(table, meant(MARIA))

    assert MARIA not in await everything(lab)


async def test_a_table_that_never_ran_holds_nobody(lab: Lab) -> None:
    assert counts(await traces(lab).erase_from_table(PEOPLE, meant(MARIA))) == {}
    assert counts(await traces(lab).erase_from_model(REPORT, meant(MARIA))) == {}


async def test_a_unique_column_of_gold_takes_two_erased_people(shop: Lab) -> None:
    await shop.rows("CREATE UNIQUE INDEX ON gold.report (email)")

    for person in (MARIA, "ada@example.com"):
        await traces(shop).erase_from_model(REPORT, meant(person))

    emails = column_of(await shop.rows("SELECT email FROM gold.report ORDER BY id"), "email")
    assert [str(each)[:8] for each in emails[:2]] == ["[erased]", "[erased]"]


async def test_who_erases_while_a_run_works_on_the_table_is_told_to_wait(shop: Lab) -> None:
    run = replace(refining(PEOPLE), status=RunStatus.RUNNING)
    async with shop.transactions.begin() as tx:
        await tx.runs.add(run)
    before = await everything(shop)

    with pytest.raises(TableBusy, match=run.id):
        await traces(shop).erase_from_table(PEOPLE, meant(MARIA))

    assert await everything(shop) == before


async def test_a_refinement_at_work_holds_an_erasure_up(shop: Lab) -> None:
    connection = await asyncpg.connect(shop.url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT FROM bronze.people")
            with pytest.raises(TableBusy):
                await traces(shop).erase_from_table(PEOPLE, meant(MARIA))
    finally:
        await connection.close()


async def test_what_a_failed_run_staged_goes_with_the_person(shop: Lab) -> None:
    run = replace(refining(PEOPLE), status=RunStatus.FAILED)
    async with shop.transactions.begin() as tx:
        await tx.runs.add(run)
        await tx.runs.save(run)
    staged = f"people__{run.id.lower()}"
    await shop.rows(f"CREATE TABLE silver.{staged} AS TABLE silver.people")

    found = await traces(shop).erase_from_table(PEOPLE, meant(MARIA))

    assert counts(found)[f"silver.{staged}"] == (2, 0)
    assert not await shop.staged(run, DatasetName(Layer.SILVER, "people"))


async def test_a_history_loses_the_versions_of_the_person_only(lab: Lab) -> None:
    columns = (
        Column("email", operator=Operator.HASH, entity="EMAIL_ADDRESS"),
        Column("ssn", operator=Operator.REDACT, entity="US_SSN"),
        Column("at", ColumnType.TIMESTAMP, required=True, operator=Operator.KEEP),
    )
    table = replace(
        a_table(*columns, watermark="at"), load=Load(LoadMode.INCREMENTAL, history=True)
    )
    rows = [("1", MARIA, "123-45-6789", "2026-01-01"), ("1", "bob@example.com", None, "2026-01-02")]
    await lab.fill_bronze(table, rows)
    await lab.refine(table, EMAIL, SSN)

    await traces(lab, table).erase_from_table(table, meant("123-45-6789"))

    versions = await lab.rows("SELECT email FROM silver.people ORDER BY valid_from")
    bob = Tokens(KEY, "EMAIL_ADDRESS").token("bob@example.com")
    assert column_of(versions, "email") == [None, bob]


async def test_nothing_that_was_typed_is_sent_to_the_server(shop: Lab) -> None:
    sent: list[str] = []

    def hear(query: "asyncpg.connection.LoggedQuery") -> None:
        sent.append(f"{query.query} {query.args}")

    async with shop.database.connect() as connection:
        raw = await connection.get_raw_connection()
        raw.driver_connection.add_query_logger(hear)  # type: ignore[union-attr]  # it is open
    await traces(shop).in_table(PEOPLE, meant(MARIA))
    await traces(shop).erase_from_table(PEOPLE, meant(MARIA))

    assert len(sent) > 10
    assert "maria" not in "\n".join(sent).casefold()


async def test_an_erasure_is_kept_as_tokens_until_it_is_done(lab: Lab) -> None:
    erasures = PostgresErasures(lab.database)
    erasure = await erasures.plan(meant(MARIA), "web:ann", NOON, NOON)

    assert await erasures.get(erasure.id) == erasure
    assert [await erasures.begin(erasure.id, "web:bo", NOON) for _ in range(2)] == [True, False]
    assert [each.marks for each in await erasures.begun()] == [meant(MARIA)]
    await erasures.end(erasure.id)

    done = await erasures.get(erasure.id)
    assert done is not None
    assert (done.state, done.asked_by, done.confirmed_by) == (
        ErasureState.ERASED, "web:ann", "web:bo",
    )  # fmt: skip
    assert not done.marks.every_token


async def test_who_is_planned_already_gets_no_second_plan_until_it_is_over(lab: Lab) -> None:
    erasures, later = PostgresErasures(lab.database), NOON.replace(hour=13)
    first = await erasures.plan(meant(MARIA), "web:ann", NOON, later)
    assert await erasures.plan(meant(MARIA), "web:bo", NOON, later) == first

    other = await erasures.plan(meant("ada@example.com"), "web:ann", NOON, later)
    after = await erasures.plan(meant(MARIA), "web:ann", later, later)
    await erasures.begin(other.id, "web:bo", NOON)
    anew = await erasures.plan(meant("ada@example.com"), "web:ann", NOON, later)
    assert len({first.id, other.id, after.id, anew.id}) == 4


async def test_a_phone_number_is_erased_in_its_other_forms(lab: Lab) -> None:
    table = a_table(Column("phone", operator=Operator.HASH, entity="PHONE_NUMBER"), Column("note"))
    rows = (
        ("1", "(904) 555-0196", "call 904-555-0196"),
        ("2", "+44 9045550196", None),
        ("3", "19045550196", None),
    )
    await lab.fill_bronze(table, rows)
    await lab.refine(table, Protection("phone", Operator.HASH, "PHONE_NUMBER"))

    await traces(lab, table).erase_from_table(table, meant("+1 904 555 0196"))

    assert [(row["phone"], row["note"]) for row in await lab.bronze(table)] == [
        (None, "call [erased]"), ("+44 9045550196", None), (None, None),
    ]  # fmt: skip
    assert [row["phone"] is None for row in await lab.silver(table)] == [True, False, True]


async def test_what_was_withdrawn_can_not_begin_and_has_no_tokens(lab: Lab) -> None:
    erasures = PostgresErasures(lab.database)
    first = await erasures.plan(meant(MARIA), "web:ann", NOON, NOON)
    second = await erasures.plan(meant(MARIA), "web:bo", NOON.replace(hour=13), NOON)

    assert [await erasures.withdraw(first.id) for _ in range(2)] == [True, False]
    assert not await erasures.begin(first.id, "web:bo", NOON)
    assert await erasures.begin(second.id, "web:ann", NOON)
    assert not await erasures.withdraw(second.id)

    (newest, oldest) = await erasures.newest(5)
    assert (newest.id, newest.state) == (second.id, ErasureState.ERASING)
    assert (oldest.id, oldest.state) == (first.id, ErasureState.WITHDRAWN)
    assert not oldest.marks.every_token


async def test_erasures_planned_at_once_have_ids_of_their_own(lab: Lab) -> None:
    erasures = PostgresErasures(lab.database)

    plans = (erasures.plan(meant(MARIA), "web:ann", NOON, NOON) for _ in range(10))
    planned = await asyncio.gather(*plans)

    assert len({each.id for each in planned}) == 10
    assert await erasures.forget(NOON.replace(year=2027)) == 10
    assert await erasures.forget(NOON.replace(year=2027)) == 0
