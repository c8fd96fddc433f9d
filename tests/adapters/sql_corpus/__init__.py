"""Statements of PostgreSQL with the lineage that they have, written down by thinking."""
