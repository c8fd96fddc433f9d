"""The relations that a run stages for one dataset: their names, their columns, their end."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from engine.adapters.postgres.database import Driver
from engine.adapters.postgres.swap import Relation
from engine.catalog.model import DatasetName
from engine.runs.model import Run, staged_table

STAGED = re.compile(r"(.+?)__([0-9a-hjkmnp-tv-z]{8})")
"""A run's own table is named after the dataset and the run."""


@dataclass(frozen=True, slots=True)
class Staging:
    """What is staged, and what is published."""

    staged: Relation
    """What the checks look at: a table, or for a delta a view of silver as it will be."""
    published: Relation

    @classmethod
    def of(cls, run: Run, dataset: DatasetName) -> Self:
        """The relations of a run for a dataset."""
        return cls(
            Relation(dataset.layer, staged_table(run, dataset)),
            Relation(dataset.layer, dataset.table),
        )

    @classmethod
    def named(cls, schema: str, staged: str) -> Self:
        """Those of a staged table's name."""
        found = STAGED.fullmatch(staged)
        return cls(Relation(schema, staged), Relation(schema, found[1] if found else staged))

    @property
    def delta(self) -> Relation:
        """The rows to be merged."""
        return self._beside("delta")

    @property
    def events(self) -> Relation:
        """The rows that a history is made from."""
        return self._beside("events")

    def _beside(self, what: str) -> Relation:
        return Relation(self.staged.schema, f"{self.staged.name}_{what}")

    async def drop(self, connection: Driver) -> None:
        """Drop whatever of it is there; never the published table."""
        if self.staged == self.published:
            return
        kind = await connection.fetchval(
            "SELECT relkind = 'v' FROM pg_class WHERE oid = to_regclass($1)", self.staged.quoted
        )
        await connection.execute(
            f"DROP {'VIEW' if kind else 'TABLE'} IF EXISTS {self.staged.quoted}"
        )
        for relation in (self.delta, self.events):
            await connection.execute(f"DROP TABLE IF EXISTS {relation.quoted}")


async def types_of(connection: Driver, relation: Relation) -> Mapping[str, str]:
    """The columns of a relation with their types, in order; empty where it does not exist."""
    records = await connection.fetch(
        "SELECT attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute "
        "WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        relation.quoted,
    )
    return {record["attname"]: record["type"] for record in records}
