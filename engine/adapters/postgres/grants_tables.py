"""The tables of who may do what: grants, and commands that wait to be confirmed."""

from sqlalchemy import Boolean, Column, DateTime, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from engine.adapters.postgres.tables import metadata

grants = Table(
    "grants",
    metadata,
    Column("person", Text, primary_key=True),
    Column("pipeline", Text, primary_key=True, server_default=""),
    Column("channel", Text, primary_key=True, server_default=""),
    Column("role", Text, nullable=False),
    Column("granted_by", Text, nullable=False),
    Column("granted_at", DateTime(timezone=True), nullable=False),
)
"""One a person and scope; an empty pipeline or channel stands for all of them."""

confirmations = Table(
    "confirmations",
    metadata,
    Column("code", Text, primary_key=True),
    Column("command", Text, nullable=False),
    Column("slots", JSONB, nullable=False),
    Column("asker_platform", Text, nullable=False),
    Column("asker_person", Text, nullable=False),
    Column("asker_name", Text, nullable=False),
    Column("asker_channel", Text, nullable=False),
    Column("asker_thread", Text),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("second", Boolean, nullable=False),
    Column("confirmed_by", Text),
)
