"""A project on somebody else's database: Chinook as foreign tables, held against the source."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import asyncpg
import pytest

from engine.runs.model import RunStatus
from tests.adapters.builders import address, execute, fresh
from tests.world import SHARED, World, opened_world

pytestmark = pytest.mark.shared

ATLAS = """
name: Chinook
pipelines:
  ingest: {stages: [ingest]}
  bronze_to_silver: {stages: [silver]}
  silver_to_gold: {stages: [gold]}
privacy:
  operators: {EMAIL_ADDRESS: hash, PHONE_NUMBER: hash, PERSON: hash}
  default: redact
"""

TABLES = {
    "customer": """
source: {format: postgres, url_env: CHINOOK_URL, table: public.customer}
key: [customer_id]
columns:
  customer_id: {type: integer, privacy: keep}
  first_name: {privacy: hash, entity: PERSON}
  last_name: {privacy: hash, entity: PERSON}
  country: {privacy: keep}
  email: {clean: [trim, lower]}
checks:
  - row_count = 59
  - duplicate_count(email) = 0
""",
    "invoice": """
source: {format: postgres, url_env: CHINOOK_URL, table: invoice}
key: [invoice_id]
columns:
  invoice_id: {type: integer, privacy: keep}
  customer_id: {type: integer, required: true, privacy: keep}
  invoice_date: {type: timestamp, required: true, privacy: keep}
  billing_address: {privacy: redact}
  billing_city: {privacy: redact}
  billing_state: {privacy: redact}
  billing_country: {privacy: keep}
  billing_postal_code: {privacy: redact}
  total: {type: number, required: true, privacy: keep}
checks:
  - row_count > 0
  - values in (customer_id) must exist in customer (customer_id)
""",
    "invoice_line": """
source: {format: postgres, url_env: CHINOOK_URL, table: public.invoice_line}
key: [invoice_line_id]
columns:
  invoice_line_id: {type: integer, privacy: keep}
  invoice_id: {type: integer, required: true, privacy: keep}
  track_id: {type: integer, required: true, privacy: keep}
  unit_price: {type: number, required: true, privacy: keep}
  quantity: {type: integer, required: true, privacy: keep}
checks:
  - min(quantity) > 0
""",
    "track": """
source: {format: postgres, url_env: CHINOOK_URL, table: public.track}
key: [track_id]
columns:
  track_id: {type: integer, privacy: keep}
  name: {privacy: keep}
  album_id: {type: integer, privacy: keep}
  media_type_id: {type: integer, privacy: keep}
  genre_id: {type: integer, privacy: keep}
  composer: {privacy: redact}
  milliseconds: {type: integer, privacy: keep}
  bytes: {type: integer, privacy: keep}
  unit_price: {type: number, privacy: keep}
""",
}

MODELS = {
    "revenue_by_country": (
        "SELECT billing_country AS country, COUNT(*) AS invoices, SUM(total) AS revenue "
        "FROM silver.invoice GROUP BY billing_country"
    ),
    "top_customers": (
        "SELECT c.email, SUM(i.total) AS spent FROM silver.customer AS c "
        "JOIN silver.invoice AS i ON i.customer_id = c.customer_id "
        "GROUP BY c.customer_id, c.email ORDER BY spent DESC, c.email LIMIT 10"
    ),
    "lines_by_track": (
        "SELECT t.track_id, t.name, SUM(l.quantity * l.unit_price) AS earned "
        "FROM silver.invoice_line AS l JOIN silver.track AS t ON t.track_id = l.track_id "
        "GROUP BY t.track_id, t.name"
    ),
}


def a_project(folder: Path) -> Path:
    for inner in ("tables", "models"):
        (folder / inner).mkdir(parents=True)
    (folder / "atlas.yaml").write_text(ATLAS)
    for name, text in TABLES.items():
        (folder / "tables" / f"{name}.yaml").write_text(text)
    for name, sql in MODELS.items():
        (folder / "models" / f"{name}.sql").write_text(sql)
    return folder


@pytest.fixture
async def chinook(server: str) -> AsyncIterator[str]:
    """The address of a database with Chinook's tables."""
    name = fresh("chinook")
    text = (SHARED / "data" / "chinook.sql").read_text(encoding="utf-8")
    for_psql = ("DROP DATABASE", "CREATE DATABASE", "\\c ")
    lines = [line for line in text.splitlines() if not line.startswith(for_psql)]
    await execute(server, f"CREATE DATABASE {name}")
    await execute(address(server, name), "\n".join(lines))
    yield address(server, name)
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


async def ask(url: str, query: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(record.values()) for record in await connection.fetch(query)]
    finally:
        await connection.close()


async def run_all(world: World) -> None:
    for pipeline in ("ingest", "bronze_to_silver", "silver_to_gold"):
        run = await world.run(f"run pipeline {pipeline}")
        assert run.status is RunStatus.SUCCEEDED, (run.error, [step.error for step in run.steps])


async def test_chinook_comes_to_gold_with_right_figures_and_without_its_customers(
    database_url: str, chinook: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHINOOK_URL", chinook)
    project = a_project(tmp_path / "chinook")

    async with opened_world(database_url, tmp_path, monkeypatch, project=project) as world:
        await run_all(world)
        await run_all(world)

    await the_figures_are_those_of_the_source(database_url, chinook)
    await no_customer_is_in_silver_or_gold(database_url, chinook)


async def the_figures_are_those_of_the_source(url: str, chinook: str) -> None:
    for table in TABLES:
        here, there = (f"SELECT count(*) FROM {each}" for each in (f"silver.{table}", table))  # noqa: S608  # names of this file
        assert await ask(url, here) == await ask(chinook, there)
    assert await ask(url, "SELECT * FROM gold.revenue_by_country ORDER BY country") == await ask(
        chinook,
        "SELECT billing_country, count(*), sum(total) FROM invoice GROUP BY 1 ORDER BY 1",
    )
    assert await ask(url, "SELECT sum(revenue) FROM gold.revenue_by_country") == [
        (Decimal("2328.60"),)
    ]
    assert await ask(url, "SELECT * FROM gold.lines_by_track ORDER BY track_id") == await ask(
        chinook,
        "SELECT t.track_id, t.name, sum(l.quantity * l.unit_price) FROM invoice_line l "
        "JOIN track t USING (track_id) GROUP BY 1, 2 ORDER BY 1",
    )
    assert await ask(url, "SELECT spent FROM gold.top_customers ORDER BY spent DESC") == await ask(
        chinook,
        "SELECT sum(total) FROM invoice GROUP BY customer_id ORDER BY 1 DESC LIMIT 10",
    )


async def no_customer_is_in_silver_or_gold(url: str, chinook: str) -> None:
    people = await ask(chinook, "SELECT email, phone, fax FROM customer")
    columns = " || ".join(
        f"coalesce((SELECT string_agg(t::text, ' ') FROM {name} t), '')"  # noqa: S608  # names of this file
        for name in ("silver.customer", "silver.invoice", "gold.top_customers")
    )
    ((text,),) = await ask(url, f"SELECT {columns}")
    assert "em1_" in str(text)
    for person in people:
        for value in person:
            assert value is None or str(value) not in str(text)
