"""The key changes, rules change: no token and no value of before is left, and all still joins."""

import base64
import csv
from pathlib import Path

import pytest

from engine.cards import Card
from engine.data_folder import DataFolder
from engine.demo import install_sample
from engine.doctor import Finding, Health, examine
from engine.privacy.protect import SecretKey, Tokens
from engine.runs.model import RunStatus
from tests.world import TEST_KEY, World, opened_world

OLD = SecretKey(base64.b64decode(TEST_KEY))
NEW = SecretKey(bytes(reversed(range(32))), 2)
BOTH = f"2:{base64.b64encode(NEW.master).decode()} 1:{TEST_KEY}"
ANEW = "run pipeline retokenise with full refresh"


async def test_tokens_are_made_anew_with_one_sentence_after_the_key_changed(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = the_shop(tmp_path)
    async with opened_world(database_url, tmp_path, monkeypatch, project=project) as world:
        assert (await world.run("run pipeline medallion")).status is RunStatus.SUCCEEDED
        somebody = await a_customer(world)
        joined = await joining(world)
        before = places(await world.hear(f"find everything about {somebody}"))
        assert "silver.customers" in before
        assert "former key" not in (await world.hear("privacy report")).text
        assert (await tokens_by(world, 1), await tokens_by(world, 2)) > (0, 0)

    async with opened_world(
        database_url, tmp_path, monkeypatch, project=project, key=BOTH
    ) as world:
        assert places(await world.hear(f"find everything about {somebody}")) == before
        await the_change_is_told(world, monkeypatch)

        done = await world.run(ANEW)

        assert done.status is RunStatus.SUCCEEDED
        assert await tokens_by(world, 1) == 0
        assert await tokens_by(world, 2) > 0
        assert await joining(world) == joined > 0
        assert Tokens(NEW, "EMAIL_ADDRESS").token(somebody) in {
            row["email"] for row in await world.rows("SELECT email FROM silver.customers")
        }
        assert places(await world.hear(f"find everything about {somebody}")) == before
        assert "former key" not in (await world.hear("privacy report")).text
        assert not await tokens_told()


async def the_change_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the report with the sentence, and by the doctor, who is worried once a key is gone."""
    report = await world.hear("privacy report")
    assert "silver.customers (key 1)" in report.text
    assert "gold.customer_value" in report.text
    assert report.buttons[0].command == ANEW
    one = await world.hear("privacy report for customers")
    assert one.buttons[0].command == "run pipeline bronze_to_silver with full refresh"
    assert "gold" not in one.text
    (told,) = await tokens_told()
    assert (told.health, ANEW in told.detail) == (Health.FINE, True)
    with monkeypatch.context() as changed:
        changed.setenv("ATLAS_SECRET_KEY", BOTH.split(maxsplit=1)[0])
        (told,) = await tokens_told()
    assert (told.health, "not configured" in told.detail) == (Health.WRONG, True)


async def tokens_told() -> list[Finding]:
    """What `atlas doctor` says of tokens."""
    return [each for each in await examine(None) if each.what == "tokens"]


async def test_a_rule_that_changes_between_two_runs_reaches_all_rows_and_gold(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = a_project(tmp_path / "people", email="hash", phone="hash")
    async with opened_world(database_url, tmp_path, monkeypatch, project=project) as world:
        deliver(project, "1.csv", f"1,{ADA},+1 555 010 9999,2026-03-01")
        await world.run("run pipeline medallion")
        deliver(project, "2.csv", "2,bo@example.org,+1 555 010 8888,2026-03-02")
        await world.run("run pipeline medallion")
        token = Tokens(OLD, "EMAIL_ADDRESS").token(ADA)
        for table in ("silver.people", "silver.visits"):
            rows = await world.rows(f"SELECT email, phone FROM {table} ORDER BY id")  # noqa: S608  # a name of this test
            assert [row["phone"][:4] for row in rows] == ["ph1_", "ph1_"]
            assert rows[0]["email"] == token

        a_project(project, email="hash", phone="mask", gold="redact")
        run = await world.run("run pipeline medallion")

        assert run.status is RunStatus.SUCCEEDED
        for table in ("silver.people", "silver.visits"):
            rows = await world.rows(f"SELECT email, phone FROM {table} ORDER BY id")  # noqa: S608  # a name of this test
            assert [row["phone"][-4:] for row in rows] == ["9999", "8888"]
            assert rows[0]["email"] == token
        gold = await world.rows("SELECT id, email, note FROM gold.report ORDER BY id")
        assert [tuple(row) for row in gold] == [
            ("1", "[redacted]", "told [redacted]"),
            ("2", "[redacted]", "told [redacted]"),
        ]
        notes = [note for step in run.steps for note in step.report.notes]
        assert "4 cells redacted by the rules for gold: email (2), note (2)" in notes
        (audited,) = await world.rows(
            "SELECT detail::text FROM atlas.audit_log WHERE subject = 'gold.report' "
            "AND action = 'protected'"
        )
        assert "email: redact (EMAIL_ADDRESS in gold: redact in privacy.yaml:" in audited["detail"]


ADA = "ada@example.org"

ATLAS = "name: People\npipelines:\n  medallion: {stages: [ingest, silver, gold]}\n"

TABLE = """
source: {format: csv, path: "deliveries/*.csv"}
key: [id]
watermark: at
columns:
  id: {type: text, required: true}
  email: {type: text, entity: EMAIL_ADDRESS}
  phone: {type: text, entity: PHONE_NUMBER}
  at: {type: timestamp, required: true}
"""


def a_project(folder: Path, *, email: str, phone: str, gold: str | None = None) -> Path:
    """One table that is merged, one that keeps its versions, and a model."""
    layers = f"layers: {{gold: {{entities: {{EMAIL_ADDRESS: {gold}}}}}}}\n" if gold else ""
    for name, text in {
        "atlas.yaml": ATLAS,
        "tables/people.yaml": f"{TABLE}load: {{mode: incremental}}\n",
        "tables/visits.yaml": f"{TABLE}load: {{mode: incremental, history: true}}\n",
        "models/report.sql": "SELECT id, email, 'told ' || email AS note FROM silver.people",
        "privacy.yaml": f"entities: {{EMAIL_ADDRESS: {email}, PHONE_NUMBER: {phone}}}\n{layers}",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "deliveries").mkdir(exist_ok=True)
    return folder


def deliver(project: Path, name: str, row: str) -> None:
    (project / "deliveries" / name).write_text(f"id,email,phone,at\n{row}\n")


def the_shop(folder: Path) -> Path:
    """The sample project with one incremental table, and a pipeline for what comes after bronze."""
    data = DataFolder(folder)
    install_sample(data)
    head, table = data.project / "atlas.yaml", data.project / "tables" / "customers.yaml"
    both = "  retokenise: {stages: [silver, gold]}\nroutes:"
    head.write_text(head.read_text().replace("routes:", both))
    table.write_text(f"{table.read_text()}load: {{mode: incremental}}\n")
    return data.project


def places(card: Card) -> dict[str, str]:
    """In how many rows of each dataset somebody was found."""
    return {row[0]: row[1] for row in card.table.rows} if card.table else {}


async def a_customer(world: World) -> str:
    """The address of one who is in silver."""
    there = {row["email"] for row in await world.rows("SELECT email FROM silver.customers")}
    with next(world.project.glob("deliveries/*/customers.csv")).open(newline="") as file:
        emails = (row["email"].strip().lower() for row in csv.DictReader(file))
        return next(each for each in emails if Tokens(OLD, "EMAIL_ADDRESS").token(each) in there)


async def joining(world: World) -> int:
    """How many pairs of customer and ticket one token of a person makes."""
    (row,) = await world.rows(
        "SELECT count(*) AS pairs FROM silver.customers c "
        "JOIN gold.customer_value v ON v.customer_id = c.customer_id AND v.email_token = c.email"
    )
    return int(row["pairs"])


async def tokens_by(world: World, version: int) -> int:
    """In how many rows of silver, gold and quarantine a token or sealed value of a key stands."""
    tables = await world.rows(
        "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables "
        "WHERE schemaname IN ('silver', 'gold', 'quarantine')"
    )
    pattern = rf"(\m[a-z]{{2}}{version}_[0-9a-f]{{32}}|\mes{version}_[a-z]{{2}}_)"
    found = 0
    for each in tables:
        query = f"SELECT count(*) AS n FROM {each['name']} t WHERE t::text ~ $1"  # noqa: S608  # quoted by PostgreSQL
        found += sum(row["n"] for row in await world.rows(query, pattern))
    return found
