"""How the corpus writes down lineage: `sum o.amount` for the sum of silver.orders.amount."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.lineage.columns import ColumnSource, Influence

SCHEMA: dict[str, dict[str, str]] = {
    "silver.orders": {
        "id": "integer",
        "customer_id": "integer",
        "product_id": "integer",
        "amount": "numeric",
        "status": "text",
        "ordered_at": "timestamptz",
        "data": "jsonb",
        "tags": "text[]",
    },
    "silver.customers": {
        "id": "integer",
        "name": "text",
        "email": "text",
        "country": "text",
        "boss_id": "integer",
    },
    "silver.products": {"id": "integer", "title": "text", "price": "numeric"},
    "silver.events": {
        "id": "integer",
        "customer_id": "integer",
        "kind": "text",
        "at": "timestamptz",
        "payload": "jsonb",
    },
    "silver.Odd Names": {"Id": "integer", "Full Name": "text", "plain": "text"},
    "archive.customers": {"id": "integer", "name": "text"},
    "gold.revenue": {"country": "text", "total": "numeric", "orders": "bigint"},
    "gold.totals": {"id": "integer", "amount": "numeric", "note": "text"},
    "quarantine.rejected": {"id": "integer", "amount": "numeric", "reason": "text"},
}

KEYS = {"gold.revenue": "country", "gold.totals": "id"}

SHORT = {
    "o": "silver.orders",
    "c": "silver.customers",
    "p": "silver.products",
    "e": "silver.events",
    "odd": "silver.Odd Names",
    "old": "archive.customers",
    "r": "gold.revenue",
    "t": "gold.totals",
    "q": "quarantine.rejected",
}

_WORDS = {
    "made": (Influence.TRANSFORMATION, False),
    "sum": (Influence.AGGREGATION, False),
    "count": (Influence.AGGREGATION, True),
    "hash": (Influence.TRANSFORMATION, True),
    "if": (Influence.CONDITIONAL, False),
    "window": (Influence.WINDOW, False),
    "where": (Influence.FILTER, False),
    "join": (Influence.JOIN, False),
    "group": (Influence.GROUP_BY, False),
    "sort": (Influence.SORT, False),
}


def sources(text: str) -> frozenset[ColumnSource]:
    """`o.id, sum o.amount`; a column without a word is taken as it is."""
    return frozenset(_source(each.strip()) for each in text.split(",") if each.strip())


def _source(text: str) -> ColumnSource:
    word, _, rest = text.partition(" ")
    influence, masking = _WORDS.get(word, (Influence.IDENTITY, False))
    table, column = (rest if word in _WORDS else text).split(".", 1)
    return ColumnSource(SHORT[table], column, influence, masking)


@dataclass(frozen=True, slots=True)
class Wrote:
    """What is expected of one table: what is read for it, its columns, what acts on all rows."""

    target: str
    reads: frozenset[str]
    columns: Mapping[str, frozenset[ColumnSource]]
    influences: frozenset[ColumnSource] = frozenset()


@dataclass(frozen=True, slots=True)
class Example:
    """A statement and the lineage that it has."""

    title: str
    sql: str
    wrote: tuple[Wrote, ...] = field(default=())


def to(target: str, reads: str, columns: Mapping[str, str], rows: str = "") -> Wrote:
    """What goes into one table; the target of a SELECT is empty."""
    return Wrote(
        SHORT.get(target, target),
        frozenset(SHORT[each] for each in reads.split()),
        {name: sources(text) for name, text in columns.items()},
        sources(rows),
    )


def gives(reads: str, columns: Mapping[str, str], rows: str = "") -> Wrote:
    """What a SELECT gives."""
    return to("", reads, columns, rows)


def ddl() -> tuple[str, ...]:
    """The tables of the corpus as statements."""
    schemas = sorted({name.partition(".")[0] for name in SCHEMA})
    tables = (
        f"CREATE TABLE {_quoted(name)} ({', '.join(_columns(name, columns))})"
        for name, columns in SCHEMA.items()
    )
    return (*(f"CREATE SCHEMA IF NOT EXISTS {each}" for each in schemas), *tables)


def _quoted(dataset: str) -> str:
    schema, _, table = dataset.partition(".")
    return f'{schema}."{table}"'


def _columns(dataset: str, columns: Mapping[str, str]) -> list[str]:
    key = [f"PRIMARY KEY ({KEYS[dataset]})"] if dataset in KEYS else []
    return [*(f'"{name}" {kind}' for name, kind in columns.items()), *key]
