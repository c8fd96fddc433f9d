"""What a text of SQL writes and from what, one entry for each table that it writes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from engine.adapters.sql_lineage.made import Made
from engine.adapters.sql_lineage.names import folded
from engine.adapters.sql_lineage.parsing import Unreadable, parsed
from engine.adapters.sql_lineage.queries import query
from engine.adapters.sql_lineage.relations import Column, Relation
from engine.adapters.sql_lineage.scope import Reading, Schema, Scope, TooMuch, Write
from engine.adapters.sql_lineage.writing import write
from engine.lineage.columns import ColumnLineage, ColumnOrigin

RESULT = ""
"""The target of a SELECT: its rows go to whoever asks."""


@dataclass(frozen=True, slots=True)
class Written:
    """A table that a statement writes, the tables that it reads for it, and the columns."""

    target: str
    inputs: tuple[str, ...]
    lineage: ColumnLineage


def statement_lineage(sql: str, schema: Schema) -> tuple[Written, ...]:
    """What a text of PostgreSQL's SQL writes; it never raises, and never guesses.

    The result of a SELECT has the target RESULT. What only decides about rows is among the
    influences, with these choices:

    - the results of CASE are direct, and what it looks at is CONDITIONAL; COALESCE and its like
      have direct arguments only;
    - a window's PARTITION BY and ORDER BY are WINDOW of the column that is computed over it, and a
      scalar subquery's conditions belong to the column that it gives;
    - DISTINCT and UNION group by all columns, DISTINCT ON by its own; the second part of EXCEPT
      and INTERSECT filters the first;
    - masking is said of hashes and of counting, which leave nothing of the value. A path with a
      step that masks, masks; a column is masked if all its direct ones do. Encryption, parts of
      texts and masks that leave letters are not said to mask, and a constant instead of a column
      has no source;
    - a table that is written is among its own inputs only where its columns take part.
    """
    statements = parsed(sql)
    if isinstance(statements, Unreadable):
        return (_told(statements.reason),)
    return tuple(each for node in statements for each in _statement(node, schema))


def _told(reason: str) -> Written:
    return Written(RESULT, (), ColumnLineage(unresolved=(reason,)))


def _statement(node: exp.Expr, schema: Schema) -> tuple[Written, ...]:
    reading = Reading(schema, _relation_of)
    try:
        _read(node, Scope(reading))
    except TooMuch:
        return (_told("the statement is too large for its lineage to be told"),)
    except RecursionError:
        return (_told("the statement is nested too deep"),)
    except (AttributeError, TypeError, ValueError, LookupError) as error:
        # sqlglot's tree is not what its types say for what nobody would write
        return (_told(f"the statement is not understood ({type(error).__name__})"),)
    if reading.notes and not reading.writes:
        reading.writes.append(Write(RESULT, frozenset()))
    return tuple(_written(each, tuple(reading.notes)) for each in reading.writes)


def _written(write: Write, notes: tuple[str, ...]) -> Written:
    influences = tuple(sorted(write.influences))
    lineage = ColumnLineage(write.columns, influences, notes)
    return Written(write.target, tuple(sorted(write.reads)), lineage)


def _relation_of(node: exp.Expr, scope: Scope) -> Relation:
    """The rows of a query, or of what a statement returns."""
    scope.reading.spend()
    return write(node, scope) if isinstance(node, exp.DML) else query(node, scope)


def _read(node: exp.Expr, scope: Scope) -> None:
    """Note all that one statement writes."""
    if isinstance(node, exp.Insert | exp.Update | exp.Delete | exp.Merge):
        write(node, scope)
    elif isinstance(node, exp.Query | exp.Subquery | exp.Values):
        _selected(node, scope)
    elif isinstance(node, exp.Create):
        _created(node, scope)
    elif not isinstance(node, exp.Semicolon):
        scope.reading.note(f"{_kind(node)} is no statement whose lineage can be told")


def _kind(node: exp.Expr) -> str:
    """The statement in one word; nothing else of it, which may hold values."""
    word = str(node.this) if isinstance(node, exp.Command) else node.key
    return word.upper() if word.isalpha() else "this"


def _selected(node: exp.Expr, scope: Scope) -> None:
    into = node.args.get("into")
    with scope.reading.reads() as reads:
        relation = query(node, scope)
    target = _name(into.this, scope.reading) if isinstance(into, exp.Into) else RESULT
    _note(target, relation.columns, relation.influences, reads, scope.reading)


def _created(node: exp.Create, scope: Scope) -> None:
    """A table or a view of a query; one without a query is made of nothing."""
    source = node.args.get("expression")
    if node.args.get("kind") not in ("TABLE", "VIEW"):
        scope.reading.note(f"CREATE {node.args.get('kind')} is no statement of data")
    if not isinstance(source, exp.Query | exp.Subquery | exp.Values):
        return
    schema = node.this if isinstance(node.this, exp.Schema) else None
    names = [folded(each) for each in schema.expressions] if schema else []
    with scope.reading.reads() as reads:
        relation = query(source, scope).renamed(names)
    target = _name(schema.this if schema else node.this, scope.reading)
    _note(target, relation.columns, relation.influences, reads, scope.reading)


def _name(table: object, reading: Reading) -> str:
    """A table that is made; where PostgreSQL makes one without a schema can't be told."""
    if not isinstance(table, exp.Table):
        return RESULT
    schema, name = folded(table.args.get("db")), folded(table.this)
    if not schema:
        reading.note(f"{name} is made without naming a schema")
    return f"{schema}.{name}" if schema else name


def _note(
    target: str, columns: Sequence[Column], influences: Made, reads: set[str], reading: Reading
) -> None:
    told = tuple(ColumnOrigin(name, tuple(sorted(made))) for name, made in columns)
    reading.writes.append(Write(target, frozenset(reads), told, influences))
