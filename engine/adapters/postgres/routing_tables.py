"""The tables of what was said in chat about routes: subscriptions and mutes."""

from sqlalchemy import BigInteger, Column, DateTime, Identity, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from engine.adapters.postgres.tables import metadata

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("place", Text, nullable=False),
    Column("topic", JSONB, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("place", "topic"),
)

mutes = Table(
    "mutes",
    metadata,
    Column("dataset", Text, primary_key=True),
    Column("until", DateTime(timezone=True), nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
)
"""One a dataset: a later mute takes the place of the earlier one."""
