"""SQL of a check that names its own table, made to read another one in its place.

A gate judges what a run staged; SQL that names the table would read what was published before.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import sqlglot
from sqlglot import TokenType, exp
from sqlglot.errors import SqlglotError

from engine.sodacl.model import (
    AnomalyCheck,
    FailedRowsCheck,
    FreshnessCheck,
    GroupByCheck,
    Measure,
    MetricCheck,
    ReferenceCheck,
    Rule,
)

_AROUND = "SELECT ("
_READS = re.compile(r"\W*(select|with)\b", re.IGNORECASE)
_WHOLE = re.compile(r"\btable\s", re.IGNORECASE)
"""`TABLE orders` is a SELECT that has no FROM."""
_UPPER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


class Unbindable(Exception):  # caught where a check becomes not evaluated
    """It names its table, and it can't be told for sure where."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A table by its layer and name, and the name of the one there to read instead."""

    layer: str
    table: str
    staged: str

    def query(self, sql: str) -> str:
        """A SELECT that reads the other one; raises Unbindable."""
        found = self._edits(sql)
        for start, end, text in sorted(found, reverse=True):
            sql = sql[:start] + text + sql[end:]
        return sql

    def expression(self, sql: str) -> str:
        """An expression whose SELECTs read the other one; raises Unbindable."""
        return self.query(f"{_AROUND}{sql}\n)")[len(_AROUND) : -len("\n)")]

    def _edits(self, sql: str) -> list[tuple[int, int, str]]:
        if not self._is_named(sql):
            return []
        root = _parsed(sql) if _READS.match(sql) and not _WHOLE.search(sql) else None
        if root is None or any(self._is_whole(each) for each in root.find_all(exp.Column)):
            raise Unbindable(self._why)
        return [self._edit(sql, each) for each in self._tables(root)]

    @property
    def _why(self) -> str:
        return (
            f"its SQL names {self.table}, and not so that the rows to be judged can be put there; "
            "name it after FROM or JOIN, with an alias"
        )

    def _is_named(self, sql: str) -> bool:
        try:
            tokens = sqlglot.tokenize(sql, read="postgres")
        except SqlglotError:
            return self.table in sql.casefold()
        names = (each for each in tokens if each.token_type is not TokenType.STRING)
        return any(self.table in {each.text, each.text.translate(_UPPER)} for each in names)

    def _is_whole(self, column: exp.Column) -> bool:
        """A column with the layer before its table, which would not be found any more."""
        return bool(column.args.get("db")) and _name(column.args.get("table")) == self.table

    def _tables(self, root: exp.Query) -> Iterator[exp.Table]:
        """The places that mean the table; a bare name may be that of a WITH."""
        shadows = [each for each in root.find_all(exp.CTE) if each.alias == self.table]
        for each in root.find_all(exp.Table):
            layer = _name(each.args.get("db"))
            if _name(each.this) != self.table or layer not in {"", self.layer}:
                continue
            if layer or not shadows:
                yield each
            elif any(cte in shadows for cte in _around(each)):
                raise Unbindable(self._why)

    def _edit(self, sql: str, table: exp.Table) -> tuple[int, int, str]:
        first = table.args.get("db") or table.this
        start, end = first.meta.get("start"), table.this.meta.get("end")
        if table.args.get("catalog") or start is None or end is None:
            raise Unbindable(self._why)
        written = sql[start : end + 1].rpartition(".")[2].strip().strip('"')
        if written.translate(_UPPER) != self.table and written != self.table:
            raise Unbindable(self._why)
        alias = "" if table.args.get("alias") else f" AS {_quoted(self.table)}"
        return start, end + 1, f"{_quoted(self.layer)}.{_quoted(self.staged)}{alias}"


def rebound(rule: Rule, binding: Binding) -> Rule:
    """The rule with all of its SQL reading the other table; raises Unbindable."""
    match rule:
        case MetricCheck(measure) | AnomalyCheck(measure):
            return replace(rule, measure=_measure(measure, binding))
        case FreshnessCheck(filter=where):
            return replace(rule, filter=_expression(where, binding))
        case ReferenceCheck(other=other, filter=where):
            own = other in {binding.table, f"{binding.layer}.{binding.table}"}
            return replace(
                rule, other=binding.staged if own else other, filter=_expression(where, binding)
            )
        case FailedRowsCheck(condition, query):
            return replace(
                rule, condition=_expression(condition, binding), query=_query(query, binding)
            )
        case GroupByCheck(query=query):
            return replace(rule, query=binding.query(query))
        case _:
            return rule


def _measure(measure: Measure, binding: Binding) -> Measure:
    return replace(
        measure,
        filter=_expression(measure.filter, binding),
        expression=_expression(measure.expression, binding),
        query=_query(measure.query, binding),
    )


def _expression(sql: str | None, binding: Binding) -> str | None:
    return None if sql is None else binding.expression(sql)


def _query(sql: str | None, binding: Binding) -> str | None:
    return None if sql is None else binding.query(sql)


def _around(node: exp.Expr) -> Iterator[exp.Expr]:
    above = node.parent
    while above is not None:
        yield above
        above = above.parent


def _parsed(sql: str) -> exp.Query | None:
    try:
        found = sqlglot.parse(sql, read="postgres")
    except (SqlglotError, RecursionError):
        return None
    root = found[0] if len(found) == 1 else None
    return root if isinstance(root, exp.Query) else None


def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql("postgres")


def _name(identifier: object) -> str:
    if not isinstance(identifier, exp.Identifier):
        return ""
    name = str(identifier.this)
    return name if identifier.quoted else name.translate(_UPPER)
