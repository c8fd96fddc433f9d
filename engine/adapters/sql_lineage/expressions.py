"""What the value of an expression is made of."""

from collections.abc import Callable

from sqlglot import exp

from engine.adapters.sql_lineage.functions import AGGREGATES, HASH_NODES, HASHES, ONE_ROW
from engine.adapters.sql_lineage.made import (
    NOTHING,
    Made,
    changed,
    deciding,
    gathered,
    hidden,
    together,
)
from engine.adapters.sql_lineage.names import folded
from engine.adapters.sql_lineage.parsing import CALLED
from engine.adapters.sql_lineage.scope import Scope
from engine.lineage.columns import Influence


def made_of(node: object, scope: Scope) -> Made:
    """The columns that an expression's value is made of, and those that decide about it."""
    if not isinstance(node, exp.Expr):
        return NOTHING
    scope.reading.spend()
    for kinds, how in _HOW:
        if isinstance(node, kinds):
            found = how(node, scope)
            scope.reading.spend(len(found))
            return found
    return changed(_parts(node, scope))


def each_made_of(nodes: object, scope: Scope) -> Made:
    """The same of several expressions together."""
    return together(made_of(each, scope) for each in _listed(nodes))


def _listed(nodes: object) -> list[object]:
    return list(nodes) if isinstance(nodes, list) else [nodes]


def _parts(node: exp.Expr, scope: Scope) -> Made:
    return together(made_of(each, scope) for each in node.iter_expressions())


def _within(node: exp.Expr, scope: Scope) -> Made:
    return made_of(node.this, scope)


def _argument(node: exp.Expr, scope: Scope) -> Made:
    return changed(made_of(node.expression, scope))


def _nothing(_node: exp.Expr, _scope: Scope) -> Made:
    return NOTHING


def _column(node: exp.Expr, scope: Scope) -> Made:
    schema, table = folded(node.args.get("db")), folded(node.args.get("table"))
    if isinstance(node.this, exp.Star):
        return _whole_row(schema, table, scope)
    if table:
        return scope.qualified(schema, table, folded(node.this))
    # a reserved word of PostgreSQL, which no column can be called without quotes
    is_default = folded(node.this) == "default" and not node.this.args.get("quoted")
    return NOTHING if is_default else scope.unqualified(folded(node.this))


def _whole_row(schema: str, table: str, scope: Scope) -> Made:
    relation = scope.relation(table, schema)
    if relation is None or relation.beyond is not None:
        scope.reading.note(f"the columns of {table} are not known, and {table}.* is one value")
    return relation.row() if relation else NOTHING


def _binary(node: exp.Expr, scope: Scope) -> Made:
    """Both sides; a long chain is walked without going deeper with each link."""
    found: list[Made] = []
    waiting: list[object] = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, exp.Binary) and not isinstance(each, exp.Dot):
            scope.reading.spend()
            waiting.extend((each.this, each.expression))
        else:
            found.append(made_of(each, scope))
    return changed(together(found))


def _dot(node: exp.Expr, scope: Scope) -> Made:
    """A field of a row, or a function that is called with its schema."""
    field = node.expression
    if isinstance(field, exp.Func):
        return _function_of_a_schema(node, field, scope)
    inner = node.this.unnest() if isinstance(node.this, exp.Paren) else node.this
    if isinstance(inner, exp.Column) and not inner.args.get("table"):
        name = folded(inner.this)
        relation = None if scope.knows(name) else scope.relation(name)
        if relation is not None and not isinstance(field, exp.Star):
            return relation.find(folded(field)) or NOTHING
    return changed(made_of(inner, scope))


def _function_of_a_schema(node: exp.Expr, function: exp.Func, scope: Scope) -> Made:
    schema, name = folded(node.this), str(function.meta.get(CALLED) or function.name).lower()
    if schema != "pg_catalog" and name not in HASHES:
        scope.reading.note(f"what {schema}.{name}() reads by itself is not known")
    return made_of(function, scope)


def _lambda(node: exp.Expr, scope: Scope) -> Made:
    """`data -> 'key'` as an argument, which sqlglot takes for a function of its own."""
    columns = (scope.unqualified(folded(each)) for each in node.expressions)
    return changed(together((*columns, made_of(node.this, scope))))


def _case(node: exp.Expr, scope: Scope) -> Made:
    """Its results are what it is made of; what is looked at only decides between them."""
    branches = [each for each in node.args.get("ifs") or () if isinstance(each, exp.If)]
    results = [made_of(each.args.get("true"), scope) for each in branches]
    results.append(made_of(node.args.get("default"), scope))
    looked_at = [made_of(each.this, scope) for each in branches] + [made_of(node.this, scope)]
    return changed(together(results)) | deciding(together(looked_at), Influence.CONDITIONAL)


def _query(node: exp.Expr, scope: Scope) -> Made:
    """A query as a value: its columns, and what acts on its rows."""
    relation = scope.reading.relation_of(node, scope.within())
    return together(made for _, made in relation.columns) | relation.influences


def _exists(node: exp.Expr, scope: Scope) -> Made:
    if not isinstance(node.this, exp.Query):
        return changed(_parts(node, scope))
    return scope.reading.relation_of(node.this, scope.within()).influences


def _aggregate(node: exp.Expr, scope: Scope) -> Made:
    if isinstance(node, ONE_ROW):
        return changed(_parts(node, scope))
    if isinstance(node, exp.Grouping):
        return deciding(_parts(node, scope), Influence.GROUP_BY)
    masking = isinstance(node, exp.Count | exp.CountIf | exp.ApproxDistinct)
    return gathered(_parts(node, scope), masking=masking)


def _ordered(node: exp.Expr, scope: Scope) -> Made:
    """`x ORDER BY y` within an aggregate."""
    order = deciding(each_made_of(node.expressions, scope), Influence.SORT)
    return made_of(node.this, scope) | order


def _within_group(node: exp.Expr, scope: Scope) -> Made:
    """The value of an ordered-set aggregate is one of those that it orders."""
    order = node.expression
    ordered = each_made_of(order.expressions, scope) if isinstance(order, exp.Order) else NOTHING
    return made_of(node.this, scope) | gathered(ordered)


def _filtered(node: exp.Expr, scope: Scope) -> Made:
    condition = made_of(node.expression.this, scope)
    return made_of(node.this, scope) | deciding(condition, Influence.FILTER)


def _window(node: exp.Expr, scope: Scope) -> Made:
    return made_of(node.this, scope) | window_made_of(node, scope)


def window_made_of(node: exp.Expr, scope: Scope) -> Made:
    """What decides which rows a window function sees, and in which order."""
    order = node.args.get("order")
    by = each_made_of(node.args.get("partition_by") or [], scope)
    ordered = each_made_of(order.expressions, scope) if isinstance(order, exp.Order) else NOTHING
    named = scope.windows.get(folded(node.args.get("alias")), NOTHING)
    return deciding(by | ordered, Influence.WINDOW) | named


def _anonymous(node: exp.Expr, scope: Scope) -> Made:
    name = str(node.this).lower()
    if name in HASHES:
        return hidden(_parts(node, scope))
    if name in AGGREGATES:
        return gathered(_parts(node, scope))
    return changed(_parts(node, scope))


def _hash(node: exp.Expr, scope: Scope) -> Made:
    return hidden(_parts(node, scope))


_How = Callable[[exp.Expr, Scope], Made]

_HOW: tuple[tuple[type[exp.Expr] | tuple[type[exp.Expr], ...], _How], ...] = (
    (exp.Column, _column),
    ((exp.Literal, exp.Star, exp.Identifier, exp.Var, exp.DataType, exp.Null), _nothing),
    ((exp.Paren, exp.Alias, exp.Collate, exp.Ordered), _within),
    (exp.Kwarg, _argument),
    (exp.Dot, _dot),
    (exp.Lambda, _lambda),
    (exp.Case, _case),
    (exp.Exists, _exists),
    ((exp.Subquery, exp.Query), _query),
    (exp.Filter, _filtered),
    (exp.WithinGroup, _within_group),
    (exp.Window, _window),
    (HASH_NODES, _hash),
    (exp.AggFunc, _aggregate),
    (exp.Order, _ordered),
    (exp.Anonymous, _anonymous),
    (exp.Binary, _binary),
)
"""How each kind of node is read; any other changes the values of its parts."""
