"""The statements that keep the graph of what feeds what."""

from dataclasses import dataclass

_NOW = "pg_current_xact_id()::text::bigint"

STORED = """
SELECT namespace, name, facets::text AS facets, told::text AS told, runs::text AS runs
FROM atlas.lineage_jobs WHERE namespace = $1 AND name = $2
UNION ALL
SELECT d.namespace, d.name, d.facets::text, d.told::text, NULL
FROM unnest($3::text[], $4::text[]) AS wanted(namespace, name)
JOIN atlas.lineage_datasets d USING (namespace, name)
"""


@dataclass(frozen=True, slots=True)
class Statements:
    """How a row comes to be and changes; a value comes back where it did."""

    insert: str
    update: str


DATASETS = Statements(
    f"""INSERT INTO atlas.lineage_datasets
    (namespace, name, facets, told, created_at, updated_at, changed)
    VALUES ($1, $2, $3::text::jsonb, $4::text::jsonb, $5, $5, {_NOW})
    ON CONFLICT DO NOTHING RETURNING true""",
    f"""UPDATE atlas.lineage_datasets SET facets = $3::text::jsonb, told = $4::text::jsonb,
    updated_at = greatest(updated_at, $5), changed = CASE WHEN $6 THEN {_NOW} ELSE changed END
    WHERE namespace = $1 AND name = $2 AND told = $7::text::jsonb RETURNING true""",
)

JOBS = Statements(
    f"""INSERT INTO atlas.lineage_jobs
    (namespace, name, facets, told, runs, producer, created_at, updated_at, changed)
    VALUES ($1, $2, $3::text::jsonb, $4::text::jsonb, $5::text::jsonb, $6, $7, $7, {_NOW})
    ON CONFLICT DO NOTHING RETURNING true""",
    f"""UPDATE atlas.lineage_jobs SET facets = $3::text::jsonb, told = $4::text::jsonb,
    runs = $5::text::jsonb, producer = $6, updated_at = greatest(updated_at, $7),
    changed = CASE WHEN $8 THEN {_NOW} ELSE changed END
    WHERE namespace = $1 AND name = $2 AND runs = $9::text::jsonb RETURNING true""",
)

FORGET_IO = "DELETE FROM atlas.lineage_job_io WHERE job_namespace = $1 AND job_name = $2"
ADD_IO = "INSERT INTO atlas.lineage_job_io VALUES ($1, $2, $3, $4, $5)"

FORGET_COLUMNS = (
    "DELETE FROM atlas.lineage_columns WHERE dataset_namespace = $1 AND dataset_name = $2"
)
ADD_COLUMN = (
    "INSERT INTO atlas.lineage_columns VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
    "ON CONFLICT DO NOTHING"
)

NOTIFY = "SELECT pg_notify($1, '')"
