"""What a gold model's SQL reads, found by parsing it."""

from dataclasses import dataclass

import sqlglot
from sqlglot import TokenType, exp
from sqlglot.errors import SqlglotError

from engine.catalog.model import DatasetName, Layer


@dataclass(frozen=True, slots=True)
class NotAModel:
    """Why some SQL can't be a gold model, and at which line."""

    problem: str
    line: int | None = None


def datasets_read(sql: str) -> tuple[DatasetName, ...] | NotAModel:
    """The datasets that one SELECT reads; its own CTE names are not among them."""
    query = _parsed(sql)
    if isinstance(query, NotAModel):
        return query
    own = {cte.alias for cte in query.find_all(exp.CTE)}
    found: dict[DatasetName, None] = {}
    for table in query.find_all(exp.Table):
        if isinstance(table.this, exp.Func) or (not table.db and table.name in own):
            continue
        name = _dataset(table)
        if isinstance(name, NotAModel):
            return name
        found[name] = None
    return tuple(found)


def names_in(sql: str) -> frozenset[str]:
    """Every name that stands in SQL outside of comments and texts, in lower case."""
    named = {TokenType.VAR, TokenType.IDENTIFIER}
    tokens = sqlglot.tokenize(sql, read="postgres")
    return frozenset(token.text.lower() for token in tokens if token.token_type in named)


def line_that_reads(sql: str, dataset: DatasetName) -> int | None:
    """The first line of SQL where a dataset is named with its layer."""
    tokens = sqlglot.tokenize(sql, read="postgres")
    pairs = zip(tokens, tokens[2:], strict=False)
    wanted = (dataset.layer, dataset.table)
    return next((table.line for layer, table in pairs if (layer.text, table.text) == wanted), None)


def _parsed(sql: str) -> exp.Query | NotAModel:
    try:
        statements = [each for each in sqlglot.parse(sql, read="postgres") if each is not None]
    except SqlglotError as error:
        details = getattr(error, "errors", None) or [{}]
        line = details[0].get("line")
        return NotAModel("PostgreSQL would not understand this SQL", line)
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        return NotAModel("a model is exactly one SELECT statement")
    if any(statements[0].find_all(exp.DML, exp.Into)):
        return NotAModel("a model only reads: no INSERT, UPDATE, DELETE, MERGE or INTO")
    return statements[0]


def _dataset(table: exp.Table) -> DatasetName | NotAModel:
    if table.db not in (Layer.SILVER, Layer.GOLD):
        shown = f"{table.db}.{table.name}" if table.db else table.name
        return NotAModel(f"a model reads silver.<table> or gold.<model>, not {shown}")
    return DatasetName(Layer(table.db), table.name)
