"""The questions about lineage that other tools ask, as SQL."""

from sqlalchemy import TextClause, text

KEEP_EVENT = text("""
INSERT INTO atlas.lineage_events
  (run_id, event_type, job, openlineage_run_id, event_time, event, producer, fingerprint)
VALUES
  ('', :event_type, :job, :run, :at, CAST(CAST(:event AS text) AS jsonb), :producer, :fingerprint)
ON CONFLICT DO NOTHING RETURNING id
""")

NAMESPACES = text("""
SELECT namespace, min(created_at), max(updated_at) FROM (
  SELECT namespace, created_at, updated_at FROM atlas.lineage_datasets
  UNION ALL SELECT namespace, created_at, updated_at FROM atlas.lineage_jobs
) nodes
WHERE CAST(:name AS text) IS NULL OR namespace = :name
GROUP BY namespace ORDER BY namespace LIMIT :limit OFFSET :offset
""")


def _page(table: str) -> TextClause:
    return text(f"""
SELECT namespace, name, created_at, updated_at, facets FROM atlas.{table}
WHERE namespace = :namespace ORDER BY name LIMIT :limit OFFSET :offset
""")


def _count(table: str) -> TextClause:
    return text(f"SELECT count(*) FROM atlas.{table} WHERE namespace = :namespace")


def _some(table: str) -> TextClause:
    return text(f"""
SELECT namespace, name, created_at, updated_at, facets FROM atlas.{table}
JOIN unnest(CAST(:namespaces AS text[]), CAST(:names AS text[])) AS wanted (namespace, name)
USING (namespace, name) ORDER BY namespace, name
""")


DATASETS, DATASETS_OF = _page("lineage_datasets"), _some("lineage_datasets")
COUNT_DATASETS = _count("lineage_datasets")
JOBS, JOBS_OF = _page("lineage_jobs"), _some("lineage_jobs")
COUNT_JOBS = _count("lineage_jobs")

# each event of a run may be the one that names its job: those in order of their arrival
RUNS = text("""
SELECT openlineage_run_id FROM atlas.lineage_events
WHERE job = :name AND event->'job'->>'namespace' = :namespace AND openlineage_run_id IS NOT NULL
GROUP BY openlineage_run_id ORDER BY min(event_time) DESC, openlineage_run_id DESC
LIMIT :limit OFFSET :offset
""")

WRITERS = text("""
SELECT openlineage_run_id FROM atlas.lineage_events
JOIN atlas.lineage_job_io io
  ON io.job_name = job AND io.job_namespace = event->'job'->>'namespace' AND io.role = 'output'
WHERE io.dataset_namespace = :namespace AND io.dataset_name = :name
  AND event_type = 'COMPLETE' AND openlineage_run_id IS NOT NULL
GROUP BY openlineage_run_id ORDER BY min(event_time) DESC, openlineage_run_id DESC
LIMIT :limit OFFSET :offset
""")

RUN_EVENTS = text("""
SELECT openlineage_run_id AS run, event->'job'->>'namespace' AS namespace, job AS name,
  event_type AS type, event_time AS at, event
FROM atlas.lineage_events WHERE openlineage_run_id = ANY(CAST(:ids AS uuid[]))
""")

LAST_RUNS = text("""
SELECT e.openlineage_run_id AS run, wanted.namespace, wanted.name,
  e.event_type AS type, e.event_time AS at
FROM unnest(CAST(:namespaces AS text[]), CAST(:names AS text[])) AS wanted (namespace, name)
CROSS JOIN LATERAL (
  SELECT openlineage_run_id FROM atlas.lineage_events
  WHERE job = wanted.name AND event->'job'->>'namespace' = wanted.namespace
    AND openlineage_run_id IS NOT NULL
  ORDER BY id DESC LIMIT 1
) last
JOIN atlas.lineage_events e ON e.openlineage_run_id = last.openlineage_run_id
""")

_IN_SPAN = """
FROM atlas.lineage_events
WHERE (CAST(:after AS timestamptz) IS NULL OR event_time > :after)
  AND (CAST(:before AS timestamptz) IS NULL OR event_time < :before)
"""
COUNT_EVENTS = text(f"SELECT count(*) {_IN_SPAN}")
NEWEST_EVENTS = text(
    f"SELECT event {_IN_SPAN} ORDER BY event_time DESC, id DESC LIMIT :limit OFFSET :offset"
)
OLDEST_EVENTS = text(f"SELECT event {_IN_SPAN} ORDER BY event_time, id LIMIT :limit OFFSET :offset")

_FOUND = """
FROM (
  SELECT false AS is_job, namespace, name, updated_at FROM atlas.lineage_datasets WHERE :datasets
  UNION ALL
  SELECT true, namespace, name, updated_at FROM atlas.lineage_jobs WHERE :jobs
) nodes
WHERE name ILIKE :pattern
  AND (CAST(:namespace AS text) IS NULL OR namespace = :namespace)
  AND (CAST(:after AS timestamptz) IS NULL OR updated_at > :after)
  AND (CAST(:before AS timestamptz) IS NULL OR updated_at < :before)
"""
COUNT_FOUND = text(f"SELECT count(*) {_FOUND}")
SEARCH = text(
    f"SELECT is_job, namespace, name, updated_at {_FOUND} "
    "ORDER BY name, namespace, is_job LIMIT :limit OFFSET :offset"
)
SEARCH_NEWEST = text(
    f"SELECT is_job, namespace, name, updated_at {_FOUND} "
    "ORDER BY updated_at DESC, name, namespace, is_job LIMIT :limit OFFSET :offset"
)

TAGS = text("""
SELECT DISTINCT tag->>'key' FROM atlas.lineage_datasets
CROSS JOIN LATERAL jsonb_array_elements(
  CASE jsonb_typeof(facets->'tags'->'tags') WHEN 'array' THEN facets->'tags'->'tags'
  ELSE '[]' END
) AS tag
WHERE jsonb_typeof(tag->'key') = 'string' ORDER BY 1 LIMIT :limit OFFSET :offset
""")

SOURCES = text("""
SELECT facets->'dataSource'->>'name', coalesce(min(facets->'dataSource'->>'uri'), ''),
  min(created_at), max(updated_at)
FROM atlas.lineage_datasets WHERE jsonb_typeof(facets->'dataSource'->'name') = 'string'
GROUP BY 1 ORDER BY 1 LIMIT :limit OFFSET :offset
""")


def _flows(end: str) -> TextClause:
    return text(f"""
SELECT job_namespace, job_name, dataset_namespace, dataset_name, role = 'output'
FROM atlas.lineage_job_io
JOIN unnest(CAST(:namespaces AS text[]), CAST(:names AS text[])) AS wanted (namespace, name)
ON wanted.namespace = {end}_namespace AND wanted.name = {end}_name
""")


FLOWS_OF_DATASETS, FLOWS_OF_JOBS = _flows("dataset"), _flows("job")


def _columns(namespace: str, name: str, column: str) -> TextClause:
    return text(f"""
SELECT source_namespace, source_name, source_column, dataset_namespace, dataset_name, column_name,
  influence
FROM atlas.lineage_columns
JOIN unnest(CAST(:namespaces AS text[]), CAST(:names AS text[]), CAST(:columns AS text[]))
  AS wanted (namespace, name, field)
ON wanted.namespace = {namespace} AND wanted.name = {name} AND wanted.field = {column}
WHERE column_name <> ''
""")


COLUMNS_BACK = _columns("dataset_namespace", "dataset_name", "column_name")
COLUMNS_FORWARD = _columns("source_namespace", "source_name", "source_column")
