"""Atlas's own tables in schema atlas, as SQLAlchemy Core knows them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

metadata = MetaData(schema="atlas")


def _moment(name: str, *, nullable: bool = True) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("pipeline", Text, nullable=False),
    Column("table_name", Text),
    Column("status", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("worker", Text, nullable=False, server_default=""),
    Column("asker_platform", Text, nullable=False),
    Column("asker_person", Text, nullable=False),
    Column("asker_name", Text, nullable=False),
    Column("asker_channel", Text, nullable=False),
    Column("asker_thread", Text),
    _moment("requested_at", nullable=False),
    _moment("started_at"),
    _moment("finished_at"),
    Column("error", Text),
    Column("hint", Text, nullable=False, server_default=""),
    Column("parameters", JSONB, nullable=False, server_default="{}"),
    Column("priority", Integer, nullable=False, server_default="10"),
    Column("key", Text, unique=True),
    Column("backfill", Text),
    Column("cancelled_by", Text),
    Column("targets", ARRAY(Text), nullable=False, server_default="{}"),
    Column("job_id", BigInteger),
    Index("runs_unfinished", "status", postgresql_where=text("status IN ('queued', 'running')")),
    Index("runs_requested", text("requested_at DESC"), text("id DESC")),
    Index("runs_backfill", "backfill", postgresql_where=text("backfill IS NOT NULL")),
)

backfills = Table(
    "backfills",
    metadata,
    Column("id", Text, primary_key=True),
    Column("pipeline", Text, nullable=False),
    Column("table_name", Text),
    Column("start", Date, nullable=False),
    Column("end", Date, nullable=False),
    Column("at_once", Integer, nullable=False),
    Column("asker_platform", Text, nullable=False),
    Column("asker_person", Text, nullable=False),
    Column("asker_name", Text, nullable=False),
    Column("asker_channel", Text, nullable=False),
    Column("asker_thread", Text),
    _moment("requested_at", nullable=False),
)

step_runs = Table(
    "step_runs",
    metadata,
    Column("run_id", Text, ForeignKey("atlas.runs.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("dataset", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    _moment("started_at"),
    _moment("finished_at"),
    Column("report", JSONB, nullable=False),
    Column("error", Text),
    Column("hint", Text, nullable=False, server_default=""),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("table_name", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("rows", BigInteger, nullable=False),
    Column("run_id", Text, nullable=False),
    _moment("loaded_at", nullable=False),
    Column("columns", ARRAY(Text)),
    Column("types", ARRAY(Text)),
)

check_results = Table(
    "check_results",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("dataset", Text, nullable=False),
    Column("check", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("value", Text),
    Column("reason", Text, nullable=False),
    _moment("at", nullable=False),
    Index("check_results_history", "dataset", "at"),
    Index("check_results_newest", "dataset", text('md5("check")'), "at", "id"),
)

metrics = Table(
    "metrics",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("dataset", Text, nullable=False),
    Column("metric", Text, nullable=False),
    Column("value", Double, nullable=False),
    _moment("at", nullable=False),
    Column("accepted", Boolean, nullable=False),
    Index("metrics_once", "run_id", "dataset", "metric", unique=True),
    Index("metrics_history", "dataset", "metric", "at"),
)

metric_marks = Table(
    "metric_marks",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("dataset", Text, primary_key=True),
    Column("by", Text, nullable=False),
    _moment("at", nullable=False),
)

findings = Table(
    "findings",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("fingerprint", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("dataset", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    _moment("at", nullable=False),
)

pii_findings = Table(
    "pii_findings",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("dataset", Text, nullable=False),
    Column("column", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("operator", Text, nullable=False),
    Column("reasons", ARRAY(Text), nullable=False),
    Column("run_id", Text, nullable=False),
    _moment("at", nullable=False),
)

lineage_events = Table(
    "lineage_events",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("run_id", Text, nullable=False, index=True),
    Column("event_type", Text, nullable=False),
    Column("job", Text, nullable=False),
    Column("openlineage_run_id", UUID(as_uuid=True)),
    _moment("event_time", nullable=False),
    Column("event", JSONB, nullable=False),
    Column("producer", Text, nullable=False, server_default=""),
    Column("fingerprint", Text),
    Index("lineage_events_worded", "fingerprint", unique=True),
    Index("lineage_events_time", "event_time"),
    Index(
        "lineage_events_once",
        "openlineage_run_id",
        "event_type",
        "job",
        unique=True,
        postgresql_where=text("producer = '' AND event_type <> 'RUNNING'"),
    ),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("platform", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("origin", Text, nullable=False, server_default=""),
    Column("card", JSONB, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("delivered_revision", Integer, nullable=False, server_default="0"),
    Column("receipt", Text),
    Column("thread", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _moment("due_at", nullable=False),
    _moment("created_at", nullable=False),
    _moment("delivered_at"),
    _moment("tried_at"),
    _moment("failing_since"),
    _moment("dead_at"),
    Column("reason", Text, nullable=False, server_default=""),
    Column("hint", Text, nullable=False, server_default=""),
)

web_messages = Table(
    "web_messages",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("channel", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("card", JSONB),
    Column("client_id", Text),
    _moment("at", nullable=False),
    _moment("edited_at"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("fingerprint", Text, nullable=False, unique=True),
    _moment("created_at", nullable=False),
    _moment("expires_at"),
    _moment("revoked_at"),
    _moment("used_at"),
)

schedules = Table(
    "schedules",
    metadata,
    Column("number", BigInteger, Identity(), primary_key=True),
    Column("pipeline", Text, nullable=False),
    Column("table_name", Text),
    Column("recurrence", JSONB, nullable=False),
    Column("asker_platform", Text, nullable=False),
    Column("asker_person", Text, nullable=False),
    Column("asker_name", Text, nullable=False),
    Column("asker_channel", Text, nullable=False),
    Column("asker_thread", Text),
    _moment("made_at", nullable=False),
    _moment("next_due", nullable=False),
    Column("paused", Boolean, nullable=False),
    _moment("last_due"),
    Column("last_run_id", Text),
)

watermarks = Table(
    "watermarks",
    metadata,
    Column("dataset", Text, primary_key=True),
    Column("bronze_row", BigInteger, nullable=False),
    Column("newest", Text),
    Column("form", JSONB, nullable=False),
    Column("run_id", Text, nullable=False),
    _moment("at", nullable=False),
    Column("carried", JSONB, nullable=False, server_default="{}"),
)

increments = Table(
    "increments",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("dataset", Text, primary_key=True),
    Column("plan", JSONB, nullable=False),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    _moment("at", nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", JSONB, nullable=False),
    Column("key_version", Integer, nullable=False),
    Column("previous", Text, nullable=False, unique=True),
    Column("hash", Text, nullable=False),
    Index("audit_log_at", "at"),
)
"""It only grows: the database refuses to change or delete a record."""

erasures = Table(
    "erasures",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tokens", JSONB, nullable=False),
    Column("asked_by", Text, nullable=False),
    _moment("asked_at", nullable=False),
    _moment("expires_at", nullable=False),
    Column("confirmed_by", Text),
    _moment("confirmed_at"),
    Column("state", Text, nullable=False),
)
"""The numbers of their ids, such as E12, come from the sequence atlas.erasure_numbers."""

privacy_findings = Table(
    "privacy_findings",
    metadata,
    Column("dataset", Text, primary_key=True),
    Column("column", Text, primary_key=True),
    Column("entity", Text, primary_key=True),
    Column("cells", BigInteger, nullable=False),
    Column("share", Double, nullable=False),
    _moment("first_seen", nullable=False),
    _moment("last_seen", nullable=False),
    Column("run_id", Text, nullable=False),
)

key_fingerprints = Table(
    "key_fingerprints",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", Text, nullable=False),
    Column("first_used", DateTime(timezone=True), nullable=False, server_default=text("now()")),
)
"""Of each key by which something was protected here; never the key itself."""
