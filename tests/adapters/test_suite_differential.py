"""Checks for many datasets, and of some rows only: Soda and Atlas take them for the same."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from engine.adapters.postgres.checking import PostgresChecks
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.catalog.reader import read_project
from engine.clock import SystemClock
from engine.quality.model import Outcome, settle
from engine.testing.fixed import FixedQuality
from tests.adapters.builders import address, execute, fresh
from tests.adapters.soda_documents import SodaDocuments

pytestmark = pytest.mark.asyncio(loop_scope="module")

TABLES = ("orders", "order_lines", "customers", "old_orders")
OUTCOMES = {"pass": Outcome.PASSED, "fail": Outcome.FAILED, "warn": Outcome.WARNED}
SETTINGS = """\
source: {format: csv, path: x.csv}
key: [id]
columns: {id: {type: integer}, n: {type: integer}, name: {}}
"""
FORMS = (
    "row_count = 4",
    "missing_count(name) = 1",
    "missing_percent(name) < 40",
    "duplicate_count(name) = 0",
    "duplicate_percent(name) < 30",
    "invalid_count(name) = 0:\n      valid min length: 2",
    "valid_count(name) >= 3:\n      valid values: [a, b, ccc]",
    "max(n) < 9",
    "avg(n) between 1 and 4",
    "sum(n) = 10",
    "percentile(n, 0.5) <= 3",
    "stddev(n) < 2",
    "min_length(name) = 1",
    "row_count > 1:\n      filter: n < 4",
    "failed rows:\n      fail condition: n > 5",
    "spread > 2:\n      spread expression: max(n) - min(n)",
    "schema:\n      fail:\n        when required column missing: [n, gone]",
)
FILTERS = ("n > 2", "n % 2 = 0", "name IS NOT NULL", "id > 4", "n BETWEEN 2 AND 5")
SELECTIONS = (
    ("%",),
    ("order%",),
    ("include orders", "include cust%"),
    ("%", "exclude old%"),
    ("exclude orders",),
    ("%order%", "exclude order_lines", "exclude old%"),
)


@dataclass(frozen=True, slots=True)
class Both:
    """Both engines on one database, and the project that declares its tables."""

    ours: PostgresChecks
    soda: SodaDocuments
    folder: Path

    async def verdicts(self, document: str) -> tuple[list[object], list[object]]:
        """Each check with its dataset, verdict and value: ours, and Soda's."""
        (self.folder / "checks.yaml").write_text(document)
        project = read_project(self.folder)
        mine: list[object] = []
        for table in project.tables:
            silver = table.silver
            measured = await self.ours.measure(silver.layer, silver.table, table.checks)
            mine += [
                (silver.table, each.check.title, each.outcome, _number(each.value))
                for each in settle(table.checks, measured)
            ]
        told = await self.soda.told(document)
        theirs: list[object] = [
            (
                name,
                line.removesuffix(":"),
                OUTCOMES.get(outcome or "", Outcome.NOT_EVALUATED),
                _rounded(value),
            )
            for name, line, outcome, value in told
        ]
        return sorted(mine, key=repr), sorted(theirs, key=repr)


def _number(value: str | None) -> float | None:
    return None if value is None else _rounded(float(value.replace(",", "")))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(server: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Both]:
    name, folder = fresh("suites"), tmp_path_factory.mktemp("suites")
    await execute(server, f"CREATE DATABASE {name}")
    url = address(server, name)
    rows = "(VALUES (1, 1, 'a'), (2, 3, 'b'), (3, 6, NULL), (4, 2, 'ccc'), (5, 4, 'a'))"
    (folder / "tables").mkdir()
    (folder / "atlas.yaml").write_text("name: S\npipelines: {all: {stages: [silver]}}\n")
    await execute(url, "CREATE SCHEMA silver")
    for place, table in enumerate(TABLES):
        (folder / "tables" / f"{table}.yaml").write_text(SETTINGS)
        made = f"SELECT * FROM {rows} AS v (id, n, name) WHERE id > {place}"  # noqa: S608  # a test's
        await execute(url, f"CREATE TABLE silver.{table} AS {made}")
    database, soda = Database(url, DatabaseLimits()), SodaDocuments(url)
    yield Both(PostgresChecks(database, FixedQuality(), SystemClock()), soda, folder)
    soda.close()
    await database.close()
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("patterns", SELECTIONS, ids=" ".join)
async def test_both_choose_the_same_datasets_and_end_alike(
    both: Both, patterns: tuple[str, ...]
) -> None:
    datasets = "".join(f'    - "{each}"\n' for each in patterns)
    checks = "".join(f"    - {each}\n".replace("\n    ", "\n      ") for each in FORMS)
    document = f"for each dataset D:\n  datasets:\n{datasets}  checks:\n{checks}"

    ours, sodas = await both.verdicts(document)

    assert ours == sodas
    assert len(ours) % len(FORMS) == 0


@pytest.mark.parametrize("where", FILTERS)
async def test_both_take_the_same_rows_of_a_dataset(both: Both, where: str) -> None:
    checks = "".join(f"  - {each}\n" for each in FORMS)
    head = f"filter orders [part]:\n  where: {where}\n"

    ours, sodas = await both.verdicts(f"{head}checks for orders [part]:\n{checks}")

    assert ours == sodas
