"""What the columns of a query are made of: SELECT, set operations, VALUES and WITH."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from itertools import zip_longest

from sqlglot import exp

from engine.adapters.sql_lineage.expressions import each_made_of, made_of, window_made_of
from engine.adapters.sql_lineage.made import NOTHING, Made, deciding, together
from engine.adapters.sql_lineage.names import folded, name_of
from engine.adapters.sql_lineage.relations import Column, Relation
from engine.adapters.sql_lineage.scope import Scope
from engine.adapters.sql_lineage.sources import rows_from
from engine.lineage.columns import Influence


def query(node: exp.Expr, scope: Scope) -> Relation:
    """The relation that a query gives; the scope is the one around it."""
    scope = with_queries(node, scope)
    if isinstance(node, exp.Select):
        return _select(node, scope)
    if isinstance(node, exp.SetOperation):
        return _ordered(node, _set_operation(node, scope), scope)
    if isinstance(node, exp.Values):
        return _values(node, scope)
    if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Expr):
        return _ordered(node, scope.reading.relation_of(node.this, scope), scope)
    scope.reading.note(f"a {node.key} is not understood as a query")
    return Relation()


def with_queries(node: exp.Expr, scope: Scope) -> Scope:
    """The scope in which the queries of WITH have their names."""
    clause = node.args.get("with_")
    if not isinstance(clause, exp.With):
        return scope
    recursive = bool(clause.args.get("recursive"))
    for each in _in_order(clause.expressions) if recursive else clause.expressions:
        name = _called(each)
        relation = _named_query(each, name, scope, recursive=recursive)
        scope = replace(scope, queries={**scope.queries, name: relation})
    return scope


def _called(node: exp.Expr) -> str:
    return folded(node.args["alias"].this)


def _in_order(queries: Sequence[exp.Expr]) -> Sequence[exp.Expr]:
    """Those of WITH RECURSIVE after those they read, which may stand behind them."""
    by_name = {_called(each): each for each in queries}
    graph = {
        name: [read for read in _tables_of(each) if read in by_name and read != name]
        for name, each in by_name.items()
    }
    try:
        return [by_name[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError:
        # PostgreSQL takes no queries that read each other
        return queries


def _tables_of(node: exp.Expr) -> Iterable[str]:
    return (folded(each.this) for each in node.find_all(exp.Table) if not each.args.get("db"))


def _named_query(node: exp.Expr, name: str, scope: Scope, *, recursive: bool) -> Relation:
    names = [folded(each) for each in node.args["alias"].columns]
    with scope.reading.reads() as reads:
        inner = node.this
        if recursive and isinstance(inner, exp.SetOperation) and _reads_itself(inner, name):
            relation = _recursive(inner, name, names, scope)
        else:
            relation = scope.reading.relation_of(inner, scope).renamed(names)
        added = tuple(_added(node, relation))
        columns = (*relation.columns, *added)
        return replace(relation, columns=columns, reads=frozenset(reads), dataset=None)


def _reads_itself(node: exp.SetOperation, name: str) -> bool:
    return name in _tables_of(node.expression)


def _recursive(node: exp.SetOperation, name: str, names: Sequence[str], scope: Scope) -> Relation:
    """What it begins with, and what the second part adds to that until nothing new comes."""
    scope = with_queries(node, scope)
    found = scope.reading.relation_of(node.this, scope).renamed(names)
    while True:
        own = replace(scope, queries={**scope.queries, name: found})
        step = scope.reading.relation_of(node.expression, own)
        grown = _united(found, step)
        if _deduplicates(node):
            grown = _by_all(grown)
        if grown.columns == found.columns and grown.influences == found.influences:
            return found
        found = grown


def _added(node: exp.Expr, relation: Relation) -> Iterable[Column]:
    """The columns of SEARCH and CYCLE: they tell of the rows that were gone through."""
    for key in ("search", "cycle"):
        clause = node.args.get(key)
        if not isinstance(clause, exp.Expr):
            continue
        by = relation.find(folded(clause.this)) or NOTHING
        for part in ("expression", "using"):
            if clause.args.get(part):
                yield folded(clause.args[part]), deciding(by, Influence.SORT)


def _united(left: Relation, right: Relation) -> Relation:
    pairs = zip(left.columns, right.columns, strict=False)
    columns = tuple((name, made | other) for (name, made), (_, other) in pairs)
    return replace(left, columns=columns, influences=left.influences | right.influences)


def _set_operation(node: exp.SetOperation, scope: Scope) -> Relation:
    """From the innermost on: hundreds of UNION ALL lie within each other."""
    chain: list[exp.SetOperation] = [node]
    while isinstance(chain[-1].this, exp.SetOperation) and not chain[-1].this.args.get("with_"):
        chain.append(chain[-1].this)
    found = scope.reading.relation_of(chain[-1].this, scope)
    for each in reversed(chain):
        found = _combined(each, found, scope.reading.relation_of(each.expression, scope), scope)
    return found


def _combined(node: exp.SetOperation, left: Relation, right: Relation, scope: Scope) -> Relation:
    if len(left.columns) != len(right.columns):
        scope.reading.note("the two sides of a set operation have different numbers of columns")
    scope.reading.spend(len(left.columns))
    if isinstance(node, exp.Union):
        both = _united(left, right)
        return _by_all(both) if _deduplicates(node) else both
    # the rows are those of the left; the right one says which of them stay
    staying = deciding(together(made for _, made in right.columns), Influence.FILTER)
    return replace(left, influences=left.influences | right.influences | staying)


def _deduplicates(node: exp.SetOperation) -> bool:
    return bool(node.args.get("distinct")) and isinstance(node, exp.Union)


def _by_all(relation: Relation) -> Relation:
    """Rows that are the same become one, as if they were grouped by all columns."""
    by = deciding(together(made for _, made in relation.columns), Influence.GROUP_BY)
    return replace(relation, influences=relation.influences | by)


def _ordered(node: exp.Expr, relation: Relation, scope: Scope) -> Relation:
    """A query in brackets or of several parts, ordered by its own columns."""
    order = _order_of(node, relation.columns, scope)
    return replace(relation, influences=relation.influences | order | _limits(node, scope))


def _values(node: exp.Values, scope: Scope) -> Relation:
    rows = [
        each.expressions if isinstance(each, exp.Tuple) else [each] for each in node.expressions
    ]
    cells = [[made_of(cell, scope) for cell in row] for row in rows]
    columns = [together(column) for column in zip_longest(*cells, fillvalue=NOTHING)]
    return Relation(tuple((f"column{at}", made) for at, made in enumerate(columns, 1)))


def _select(node: exp.Select, scope: Scope) -> Relation:
    clause = node.args.get("from_")
    first = clause.this if isinstance(clause, exp.Expr) else None
    rows = rows_from(first, node.args.get("joins") or (), scope)
    scope = replace(scope, rows=rows)
    scope = replace(scope, windows=_windows(node, scope))
    columns = tuple(_projected(node.expressions, scope))
    parts = (
        rows.influences,
        deciding(_clause(node, "where", scope), Influence.FILTER),
        deciding(_grouped(node, columns, scope), Influence.GROUP_BY),
        deciding(_clause(node, "having", scope), Influence.FILTER),
        deciding(_distinct(node, columns, scope), Influence.GROUP_BY),
        _order_of(node, columns, scope),
        _limits(node, scope),
    )
    return Relation(columns, together(parts))


def _windows(node: exp.Select, scope: Scope) -> dict[str, Made]:
    found: dict[str, Made] = {}
    for each in node.args.get("windows") or ():
        known = replace(scope, windows=found)
        found = {**found, folded(each.this): window_made_of(each, known)}
    return found


def _clause(node: exp.Expr, name: str, scope: Scope) -> Made:
    clause = node.args.get(name)
    return made_of(clause.this, scope) if isinstance(clause, exp.Expr) else NOTHING


def _projected(expressions: Sequence[exp.Expr], scope: Scope) -> Iterable[Column]:
    for each in expressions:
        if _is_star(each):
            yield from star(each, scope)
        else:
            yield name_of(each), made_of(each, scope)


def projected(expressions: Sequence[exp.Expr], scope: Scope) -> tuple[Column, ...]:
    """The columns of a SELECT list or of RETURNING."""
    return tuple(_projected(expressions, scope))


def _is_star(node: exp.Expr) -> bool:
    inner = node.this if isinstance(node, exp.Column) else node
    inner = node.expression if isinstance(node, exp.Dot) else inner
    return isinstance(inner, exp.Star)


def star(node: exp.Expr, scope: Scope) -> Sequence[Column]:
    """The columns that `*`, `t.*` or `(t).*` stands for."""
    if isinstance(node, exp.Star):
        return _all(scope)
    of = node.this.unnest() if isinstance(node, exp.Dot) else node
    name = folded(of.args.get("table")) if isinstance(node, exp.Column) else folded(of.this)
    schema = folded(node.args.get("db"))
    relation = scope.relation(name, schema) if isinstance(of, exp.Column) else None
    if relation is None or relation.beyond is not None:
        scope.reading.note(f"what {name or 'a value'}.* stands for is not all known")
    scope.reading.spend(len(relation.columns) if relation else 0)
    return relation.columns if relation else ()


def _all(scope: Scope) -> Sequence[Column]:
    for name, relation in scope.rows.relations:
        if relation.beyond is not None and (relation.dataset or not relation.columns):
            scope.reading.note(f"what * stands for is not all known: {relation.dataset or name}")
    scope.reading.spend(len(scope.rows.visible))
    return scope.rows.visible


def _grouped(node: exp.Select, columns: Sequence[Column], scope: Scope) -> Made:
    clause = node.args.get("group")
    if not isinstance(clause, exp.Group):
        return NOTHING
    return together(_group(each, columns, scope) for each in clause.iter_expressions())


def _group(node: exp.Expr, columns: Sequence[Column], scope: Scope) -> Made:
    """A term of GROUP BY: a place, a column of the rows before a column of the result."""
    if isinstance(node, exp.GroupingSets | exp.Rollup | exp.Cube | exp.Tuple | exp.Paren):
        return together(_group(each, columns, scope) for each in node.iter_expressions())
    name = _plain(node)
    if name and scope.knows(name):
        return made_of(node, scope)
    found = _of_result(node, name, columns)
    return found if found is not None else made_of(node, scope)


def _plain(node: exp.Expr) -> str:
    """The name of a column that stands alone, without a table."""
    return folded(node.this) if isinstance(node, exp.Column) and not node.args.get("table") else ""


def _of_result(node: exp.Expr, name: str, columns: Sequence[Column]) -> Made | None:
    """What a term means that names a column of the result, or its place."""
    if isinstance(node, exp.Literal) and not node.is_string and str(node.this).isdigit():
        at = int(str(node.this)) - 1
        return columns[at][1] if 0 <= at < len(columns) else NOTHING
    return next((made for each, made in columns if name and each == name), None)


def _distinct(node: exp.Select, columns: Sequence[Column], scope: Scope) -> Made:
    """Rows of which one is kept: by all columns, or by those of DISTINCT ON."""
    clause = node.args.get("distinct")
    if not isinstance(clause, exp.Distinct):
        return NOTHING
    on = clause.args.get("on")
    if isinstance(on, exp.Tuple):
        return together(_term(each, columns, scope) for each in on.expressions)
    return _term(on, columns, scope) if on else together(made for _, made in columns)


def _term(node: exp.Expr, columns: Sequence[Column], scope: Scope) -> Made:
    """A term of ORDER BY: a column of the result before one of the rows."""
    inner = node.unnest() if isinstance(node, exp.Paren) else node
    found = _of_result(inner, _plain(inner), columns)
    return found if found is not None else made_of(inner, scope)


def _order_of(node: exp.Expr, columns: Sequence[Column], scope: Scope) -> Made:
    clause = node.args.get("order")
    if not isinstance(clause, exp.Order):
        return NOTHING
    terms = (each.this for each in clause.expressions)
    return deciding(together(_term(each, columns, scope) for each in terms), Influence.SORT)


def _limits(node: exp.Expr, scope: Scope) -> Made:
    clauses = [node.args.get(name) for name in ("limit", "offset")]
    given = [each.args.get(key) for each in clauses if each for key in ("expression", "count")]
    return deciding(each_made_of(given, scope), Influence.FILTER)
