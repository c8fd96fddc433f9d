"""What watching and digests keep in schema atlas, and the indexes that make a look cheap."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from engine.adapters.postgres.tables import deliveries, metadata, outbox, runs, step_runs

watched = Table(
    "watched",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("dataset", Text),
    Column("severity", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
)
"""Trouble that a look noted and that is not over: a row goes as soon as its trouble does."""

digests = Table(
    "digests",
    metadata,
    Column(
        "schedule",
        BigInteger,
        ForeignKey("atlas.schedules.number", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("place", Text, nullable=False),
    Column("period", Integer),
    Column("quiet", Boolean, nullable=False),
    Column("title", Text, nullable=False),
)
"""What a schedule sends, where it starts no run."""

Index(
    "step_runs_published",
    step_runs.c.dataset,
    step_runs.c.finished_at,
    postgresql_where=text("kind = 'publish' AND status = 'succeeded'"),
)
Index(
    "runs_succeeded",
    runs.c.pipeline,
    text("coalesce(table_name, '')"),
    runs.c.finished_at,
    postgresql_where=text("status = 'succeeded'"),
)
Index("runs_finished", runs.c.finished_at)
Index("deliveries_newest", deliveries.c.table_name, deliveries.c.loaded_at)
Index(
    "outbox_waiting",
    outbox.c.platform,
    outbox.c.due_at,
    postgresql_where=text("delivered_revision < revision"),
)
