"""The tables of free text that is read ahead: chunks, and what was found; no text in either."""

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, LargeBinary, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB

from engine.adapters.postgres.tables import metadata

text_chunks = Table(
    "text_chunks",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("table_name", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("attempt", Integer, nullable=False),
    Column("columns", JSONB, nullable=False),
    Column("first_page", BigInteger, nullable=False),
    Column("end_page", BigInteger, nullable=False),
    Column("after_row", BigInteger, nullable=False),
    Column("terms", LargeBinary, nullable=False),
    Column("taken_by", Text),
    Column("taken_until", DateTime(timezone=True)),
    prefixes=["UNLOGGED"],
)
"""One a piece of a bronze table that somebody is to read; gone once it was read."""

text_findings = Table(
    "text_findings",
    metadata,
    Column("imprint", LargeBinary, primary_key=True),
    Column("found", Text, nullable=False),
    Column("read_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("text_findings_read_at", "read_at"),
    prefixes=["UNLOGGED"],
)
"""What stands where in a text that is known by its keyed imprint only; a crash empties it."""
