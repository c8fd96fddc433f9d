"""A small project whose deliveries are made up here, so that every row of them is accounted for."""

import csv
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = {
    "atlas.yaml": """
name: Faults
pipelines:
  ingest: {stages: [ingest]}
  bronze_to_silver: {stages: [silver]}
  silver_to_gold: {stages: [gold]}
  medallion: {stages: [ingest, silver, gold]}
""",
    "tables/customers.yaml": """
source: {format: csv, path: "deliveries/*/customers.csv"}
key: [customers_id]
columns:
  line: {type: text, privacy: keep}
  customers_id: {type: text, required: true, privacy: keep}
  name: {type: text, clean: [trim], privacy: hash}
  amount: {type: number, privacy: keep}
  updated_at: {type: timestamp, privacy: keep}
""",
    "tables/orders.yaml": """
source: {format: csv, path: "deliveries/*/orders.csv"}
key: [orders_id]
watermark: updated_at
columns:
  line: {type: text, privacy: keep}
  orders_id: {type: text, required: true, privacy: keep}
  name: {type: text, clean: [trim, upper], privacy: keep}
  amount: {type: number, privacy: keep}
  updated_at: {type: timestamp, privacy: keep}
checks:
  - row_count > 0
  - duplicate_count(orders_id) = 0
""",
    "tables/visits.yaml": """
source: {format: csv, path: "deliveries/*/visits.csv"}
key: [visits_id]
watermark: updated_at
columns:
  line: {type: text, privacy: keep}
  visits_id: {type: text, required: true, privacy: keep}
  name: {type: text, privacy: redact}
  amount: {type: number, privacy: keep}
  updated_at: {type: timestamp, privacy: keep}
""",
    "models/revenue.sql": """
SELECT name, count(*) AS orders, sum(amount) AS revenue FROM silver.orders GROUP BY name
""",
    "models/activity.sql": """
SELECT date_trunc('hour', updated_at) AS hour, count(*) AS visits
FROM silver.visits GROUP BY 1
""",
    "models/revenue.yaml": """
checks: [row_count > 0]
""",
}

TABLES = ("customers", "orders", "visits")
MODELS = (("revenue", "orders", "orders"), ("activity", "visits", "visits"))
"""Each gold model, the silver table that it counts the rows of, and the column with the count."""


@dataclass(slots=True)
class Expected:
    """What must be in the warehouse of one table once all its deliveries went through."""

    bronze: int = 0
    quarantined: int = 0
    keys: set[str] = field(default_factory=set)

    @property
    def deduplicated(self) -> int:
        """The rows that another one of the same key overtook."""
        return self.bronze - self.quarantined - len(self.keys)


class Deliveries:
    """Writes deliveries into a project folder, and knows what must become of their rows."""

    def __init__(self, folder: Path, seed: int, rows: int) -> None:
        self.expected: Mapping[str, Expected] = {name: Expected() for name in TABLES}
        self._folder = folder
        self._random = random.Random(seed)  # noqa: S311  # sample data is no secret
        self._rows = rows
        self._number = 0

    def arrive(self) -> None:
        """One more delivery of each table, all at once: runs look for deliveries meanwhile."""
        self._number += 1
        name = f"{self._number:06d}"
        being_written = self._folder / "being_written" / name
        being_written.mkdir(parents=True)
        for table in TABLES:
            with (being_written / f"{table}.csv").open("w", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(("line", f"{table}_id", "name", "amount", "updated_at"))
                writer.writerows(self._lines(table))
        (self._folder / "deliveries").mkdir(exist_ok=True)
        being_written.rename(self._folder / "deliveries" / name)

    def forget(self) -> None:
        """Begin anew: none of the deliveries so far is there any more."""
        for path in sorted((self._folder / "deliveries").glob("*/*.csv")):
            path.unlink()
        for expected in self.expected.values():
            expected.bronze = expected.quarantined = 0
            expected.keys.clear()

    def _lines(self, table: str) -> Iterator[Sequence[str]]:
        expected, draw = self.expected[table], self._random
        for row in range(self._rows):
            line, kind = f"{self._number}-{row}", draw.random()
            key, amount = line, f"{draw.randrange(1, 10_000) / 100}"
            if kind < _UNREADABLE:
                amount = "a lot"
            elif kind < _WITHOUT_KEY:
                key = ""
            elif kind < _AGAIN and row:
                key = f"{self._number}-{draw.randrange(row)}"
            expected.bronze += 1
            if kind < _WITHOUT_KEY:
                expected.quarantined += 1
            else:
                expected.keys.add(key)
            day = f"2026-03-{draw.randrange(1, 28):02d} {draw.randrange(24):02d}:00:00"
            yield line, key, f" name {draw.randrange(50)} ", amount, day


_UNREADABLE = 0.02
_WITHOUT_KEY = 0.03
_AGAIN = 0.15


def write_project(folder: Path, changed: Mapping[str, str] | None = None) -> Path:
    """The project folder, with some files in place of the usual ones."""
    for name, text in {**PROJECT, **(changed or {})}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder
