"""Parts of a project that take long, each in another place: a statement, a COPY, a check."""

from tests.faults.project import PROJECT

BUILDING = {
    "models/activity.sql": """
SELECT count(*) AS visits, sum(length(pause::text)) AS hour
FROM silver.visits, LATERAL (SELECT pg_sleep(0.01 + amount * 0)) AS slept(pause)
"""
}
"""A gold model that sleeps a little for each row."""

SOURCE = "FAULTS_SOURCE"
"""The environment variable with the address of the slow source."""

COPYING = {
    "tables/visits.yaml": PROJECT["tables/visits.yaml"].replace(
        'source: {format: csv, path: "deliveries/*/visits.csv"}',
        f"source: {{format: postgres, url_env: {SOURCE}, table: public.slow_visits}}",
    )
}
"""A delivery that comes slowly from another database."""

SLOW_VISITS = """
CREATE VIEW public.slow_visits AS
SELECT n::text AS line, n::text AS visits_id, 'name' AS name, '1' AS amount,
  '2026-03-01 12:00:00' || left(pg_sleep(0.005 + n * 0)::text, 0) AS updated_at
FROM generate_series(1, 20000) n
"""

CHECKING = {
    "tables/visits.yaml": PROJECT["tables/visits.yaml"]
    + """
checks:
  - slowness = 0:
      slowness expression: sum(CASE WHEN pg_sleep(0.02 + amount * 0) IS NULL THEN 1 ELSE 0 END)
"""
}
"""A check that sleeps a little for each row."""


def pausing(seconds: float) -> dict[str, str]:
    """A gold model that sleeps once, for so long."""
    return {
        "models/activity.sql": f"""
SELECT date_trunc('hour', updated_at) AS hour, count(*) AS visits
FROM silver.visits, (SELECT pg_sleep({seconds})) AS slept GROUP BY 1
"""  # noqa: S608  # a number
    }
