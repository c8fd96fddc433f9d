"""What privacy leaves behind: a trail that only grows, erasures, findings, marks of the keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

_REFUSAL = """CREATE FUNCTION atlas.refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'atlas.audit_log only grows: % is refused', lower(TG_OP)
    USING ERRCODE = 'insufficient_privilege';
END $$"""

_APPEND_ONLY = """CREATE TRIGGER audit_log_only_grows
BEFORE UPDATE OR DELETE OR TRUNCATE ON atlas.audit_log
FOR EACH STATEMENT EXECUTE FUNCTION atlas.refuse_audit_change()"""


def upgrade() -> None:
    """Apply."""
    _audit_log()
    _erasures()
    _privacy_findings()
    _key_fingerprints()


def _audit_log() -> None:
    """The ids are counted by whoever appends: those of an identity would have gaps."""
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        # two records can't follow on the same one, whatever appends them
        sa.UniqueConstraint("previous"),
        sa.CheckConstraint("jsonb_typeof(detail) = 'object'", name="audit_log_detail"),
        schema="atlas",
    )
    op.create_index("audit_log_at", "audit_log", ["at"], schema="atlas")
    op.execute(_REFUSAL)
    op.execute(_APPEND_ONLY)


def _erasures() -> None:
    """Tokens only: whoever is to be forgotten is not written down once more."""
    op.create_table(
        "erasures",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tokens", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="atlas",
    )
    # the numbers of ids such as E12
    op.execute("CREATE SEQUENCE atlas.erasure_numbers OWNED BY atlas.erasures.id")


def _privacy_findings() -> None:
    op.create_table(
        "privacy_findings",
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("cells", sa.BigInteger(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("dataset", "column", "entity"),
        schema="atlas",
    )


def _key_fingerprints() -> None:
    """Never a key: what is here only tells one from another."""
    op.create_table(
        "key_fingerprints",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column(
            "first_used",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("version"),
        schema="atlas",
    )
