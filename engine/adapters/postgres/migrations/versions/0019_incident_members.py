"""The members of incidents in a table of their own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"

_MEMBERS = """
INSERT INTO atlas.incident_members
SELECT number, member ->> 'fingerprint',
  (member -> 'dataset' ->> 'layer') || '.' || (member -> 'dataset' ->> 'table'),
  ARRAY(SELECT jsonb_array_elements_text(coalesce(member -> 'runs', '[]'))),
  CAST(member ->> 'first_at' AS timestamptz), member ->> 'over_at' IS NOT NULL, member
FROM atlas.incidents, jsonb_array_elements(document -> 'members') AS member
ON CONFLICT DO NOTHING"""

_TOTALS = """
UPDATE atlas.incidents SET
  document = document || jsonb_build_object('members', CAST('[]' AS jsonb), 'begun_at', begun_at),
  totals = (
    SELECT jsonb_build_object('members', count(*), 'open', count(*) FILTER (WHERE NOT is_over),
      'noted', coalesce(sum(coalesce(CAST(each.document ->> 'count' AS bigint), 1)), 0),
      'last_at', max(CAST(each.document ->> 'last_at' AS timestamptz)),
      'over_at', max(CAST(each.document ->> 'over_at' AS timestamptz)),
      'over_by', coalesce((array_agg(each.document ->> 'over_by'
        ORDER BY CAST(each.document ->> 'over_at' AS timestamptz) DESC)
        FILTER (WHERE is_over))[1], ''))
    FROM atlas.incident_members AS each WHERE incident = number)"""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "incident_members",
        sa.Column("incident", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=True),
        sa.Column("runs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_over", sa.Boolean(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["atlas.incidents.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("incident", "fingerprint"),
        schema="atlas",
    )
    op.alter_column("incidents", "created_at", new_column_name="begun_at", schema="atlas")
    op.execute("ALTER INDEX atlas.incidents_created RENAME TO incidents_begun")
    op.add_column("incidents", sa.Column("totals", postgresql.JSONB()), schema="atlas")
    op.execute(_MEMBERS)
    op.execute(_TOTALS)
    op.alter_column("incidents", "totals", nullable=False, schema="atlas")
    _index("order", ["incident", "is_over", "first_at", "fingerprint"])
    _index("dataset", ["dataset"], where="dataset IS NOT NULL")
    _index("fingerprint", ["fingerprint"])
    _index("runs", ["runs"], where="dataset IS NULL", using="gin")
    for column in ("datasets", "runs", "fingerprints"):
        op.drop_index(f"incidents_{column}", "incidents", schema="atlas")
        op.drop_column("incidents", column, schema="atlas")


def _index(name: str, columns: list[str], where: str | None = None, using: str = "btree") -> None:
    op.create_index(
        f"incident_members_{name}",
        "incident_members",
        columns,
        schema="atlas",
        postgresql_using=using,
        postgresql_where=sa.text(where) if where else None,
    )
