"""A customer of the sample is found, forgotten by two admins, and no pipeline brings them back."""

import csv
from collections.abc import Iterator

from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.erasures import PostgresErasures
from engine.adapters.postgres.persons import PostgresTraces
from engine.cards import Card, to_json
from engine.catalog.reader import read_project
from engine.clock import SystemClock
from engine.commands import ConfirmErasure, ErasePerson, FindPerson
from engine.person_answers import PersonAnswers
from engine.persons.desk import PersonDesk
from engine.persons.revealing import Revealer
from engine.privacy.protect import Keyring, SecretKey
from engine.runs.model import RunStatus
from engine.testing.fixed import FixedPolicies
from engine.testing.persons import Notes
from tests.builders import an_asker
from tests.world import World

KEYS = Keyring(SecretKey(bytes(range(32))))
"""The key of the tests' bots."""


async def test_a_customer_is_forgotten_for_good(world: World) -> None:
    assert (await world.run("run pipeline medallion")).status is RunStatus.SUCCEEDED
    customer = next(_customers(world))
    database = Database(world.database_url, DatabaseLimits())
    answers, notes = _answers(world, database)
    try:
        found = await answers.answer(FindPerson(customer["email"]), an_asker("ann"))
        assert {"bronze.customers", "silver.customers", "gold.customer_value"} <= _places(found)

        await answers.answer(ErasePerson(customer["email"]), an_asker("ann"))
        done = await answers.answer(ConfirmErasure("E1"), an_asker("bo"))
        assert "none left" in done.title
        assert "customers.csv" in to_json(done)

        for sentence in ("run pipeline bronze_to_silver", "run pipeline silver_to_gold"):
            assert (await world.run(sentence)).status is RunStatus.SUCCEEDED
        again = await answers.answer(FindPerson(customer["email"]), an_asker("ann"))
    finally:
        await database.close()
    assert again.title == "Found nowhere"
    left = await _everything(world) + to_json(done) + repr(notes.entries)
    for name in ("email", "phone", "ssn", "card_number"):
        value = customer[name].strip().casefold()
        assert not value or value not in left, name


def _customers(world: World) -> Iterator[dict[str, str]]:
    """Those of the first delivery who have all that is personal."""
    first = min((world.project / "deliveries").iterdir())
    with (first / "customers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    emails = [row["email"].strip().casefold() for row in rows]
    for row in rows:
        once = emails.count(row["email"].strip().casefold()) == 1
        if once and row["email"].strip() == row["email"] and "@" in row["email"] and row["phone"]:
            yield row


def _answers(world: World, database: Database) -> tuple[PersonAnswers, Notes]:
    project, notes, clock = read_project(world.project), Notes(), SystemClock()
    policies, erasures = FixedPolicies(project), PostgresErasures(database)
    traces = PostgresTraces(policies, database, KEYS)
    desk = PersonDesk(policies, traces, erasures, KEYS, clock, notes)
    return PersonAnswers(project, desk, Revealer(KEYS, clock, notes)), notes


def _places(card: Card) -> set[str]:
    return {row[0] for row in card.table.rows} if card.table else set()


async def _everything(world: World) -> str:
    """All rows of all tables, as text."""
    names = await world.rows(
        "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    texts = []
    for each in names:
        rows = await world.rows(f"SELECT t::text AS row FROM {each['name']} t")  # noqa: S608  # quoted by PostgreSQL
        texts += [str(row["row"]) for row in rows]
    return "\n".join(texts).casefold()
