"""Identifiers and literals as PostgreSQL wants them, by sqlglot's own quoting."""

from sqlglot import exp

from engine.catalog.model import DatasetName


def ident(name: str) -> str:
    """A quoted identifier."""
    return exp.to_identifier(name, quoted=True).sql("postgres")


def qualified(schema: str, table: str) -> str:
    """A quoted `schema.table`."""
    return f"{ident(schema)}.{ident(table)}"


def dataset(name: DatasetName) -> str:
    """The quoted name of a dataset."""
    return qualified(name.layer, name.table)


def text_literal(value: str) -> str:
    """A quoted string."""
    return exp.Literal.string(value).sql("postgres")
