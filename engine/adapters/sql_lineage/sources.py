"""What a FROM clause brings into sight: tables, queries, functions, and how they are joined."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlglot import exp

from engine.adapters.sql_lineage.expressions import each_made_of, made_of
from engine.adapters.sql_lineage.functions import COLUMNS
from engine.adapters.sql_lineage.made import NOTHING, Made, changed, deciding, together
from engine.adapters.sql_lineage.names import folded
from engine.adapters.sql_lineage.parsing import CALLED
from engine.adapters.sql_lineage.relations import LOST, Column, Relation, Rows
from engine.adapters.sql_lineage.scope import Scope
from engine.lineage.columns import Influence


def rows_from(node: exp.Expr | None, joins: Iterable[exp.Expr], scope: Scope) -> Rows:
    """What stands in FROM, joined from left to right."""
    rows = _item(node, scope) if node is not None else Rows()
    for join in joins:
        rows = _joined(rows, join, scope)
    return rows


def _item(node: exp.Expr, scope: Scope) -> Rows:
    """One item with the joins that sqlglot hangs below it."""
    rows = _alone(node, scope)
    for join in node.args.get("joins") or ():
        rows = _joined(rows, join, scope)
    return rows


def _alone(node: exp.Expr, scope: Scope) -> Rows:
    if isinstance(node, exp.Subquery) and not isinstance(node.this, exp.Query):
        return _bracketed(node, scope)
    relation, name = _relation(node, scope)
    alias = node.args.get("alias")
    if isinstance(alias, exp.TableAlias):
        name = folded(alias.this) or name
        relation = relation.renamed([folded(each) for each in alias.columns])
    return Rows.of(name, relation)


def _bracketed(node: exp.Subquery, scope: Scope) -> Rows:
    """`(a JOIN b)`, whose alias hides the names within."""
    rows = _item(node.this, scope) if isinstance(node.this, exp.Expr) else Rows()
    name = folded(node.args.get("alias") and node.args["alias"].this)
    if not name:
        return rows
    names = [folded(each) for each in node.args["alias"].columns]
    return Rows.of(name, Relation(rows.visible, rows.influences).renamed(names))


def _relation(node: exp.Expr, scope: Scope) -> tuple[Relation, str]:
    """A relation and the name that it has without an alias."""
    if isinstance(node, exp.Table):
        return _table(node, scope)
    if isinstance(node, exp.Lateral) and isinstance(node.this, exp.Subquery):
        return scope.reading.relation_of(node.this, scope.within()), ""
    if isinstance(node, exp.Lateral):
        return _function(node, node.this, scope)
    if isinstance(node, exp.Unnest):
        return _function(node, node, scope)
    if isinstance(node, exp.Subquery | exp.Values):
        return scope.reading.relation_of(node, _blind(scope)), ""
    scope.reading.note(f"a {node.key} in FROM is not understood")
    return LOST, ""


def _blind(scope: Scope) -> Scope:
    """A query in FROM does not see what stands beside it."""
    return scope.seeing(Rows()).within()


def _table(node: exp.Table, scope: Scope) -> tuple[Relation, str]:
    if node.args.get("rows_from"):
        return _rows_from_functions(node, scope), ""
    if not isinstance(node.this, exp.Identifier):
        return _function(node, node.this, scope)
    schema, name = folded(node.args.get("db")), folded(node.this)
    query = None if schema else scope.queries.get(name)
    if query is not None:
        scope.reading.read(query.reads)
        scope.reading.spend(len(query.columns))
        return query, name
    return scope.reading.table(schema, name), name


def _function(node: exp.Expr, function: exp.Expr, scope: Scope) -> tuple[Relation, str]:
    """A function in FROM: its columns are made of its arguments."""
    if isinstance(function, exp.JSONTable | exp.XMLTable):
        return _documents(function, scope), function.key
    called = function.expression if isinstance(function, exp.Dot) else function
    name = str(called.meta.get(CALLED) or called.name or "unnest").lower()
    made = changed(made_of(function, scope))
    names = _column_names(node, name)
    if isinstance(function, exp.Unnest) and len(function.expressions) > 1:
        columns = _one_each(function, names, scope)
    else:
        columns = tuple((each, made) for each in names)
    columns = (*columns, *_ordinality(node, function))
    has_all = name in COLUMNS or isinstance(function, exp.Unnest)
    return Relation(columns, beyond=None if has_all else lambda _: made), name


def _column_names(node: exp.Expr, function: str) -> tuple[str, ...]:
    """As its alias says, or as PostgreSQL does by itself."""
    alias = node.args.get("alias")
    given = tuple(folded(each) for each in alias.columns) if alias else ()
    if node.args.get("ordinality") and given and function not in COLUMNS:
        return given[:-1] if len(given) > 1 else given
    own = COLUMNS.get(function, ())
    if own:
        return (*given[: len(own)], *own[len(given) :])
    return given or ((folded(alias.this) if alias else "") or function,)


def _one_each(node: exp.Unnest, names: Sequence[str], scope: Scope) -> tuple[Column, ...]:
    made = [changed(made_of(each, scope)) for each in node.expressions]
    padded = (*names, *["unnest"] * (len(made) - len(names)))
    return tuple(zip(padded, made, strict=False))


def _ordinality(node: exp.Expr, function: exp.Expr) -> tuple[Column, ...]:
    offset = node.args.get("offset") or function.args.get("offset")
    if isinstance(offset, exp.Identifier):
        return ((folded(offset), NOTHING),)
    if not offset and not node.args.get("ordinality"):
        return ()
    return (("ordinality", NOTHING),)


def _documents(node: exp.Expr, scope: Scope) -> Relation:
    """JSON_TABLE and XMLTABLE: each column is made of the document."""
    passing = node.args.get("passing") or []
    made = changed(made_of(node.this, scope) | each_made_of(passing, scope))
    kinds = (exp.JSONColumnDef, exp.ColumnDef)
    return Relation(tuple((folded(each.this), made) for each in node.find_all(*kinds)))


def _rows_from_functions(node: exp.Table, scope: Scope) -> Relation:
    """ROWS FROM (…): the columns of several functions side by side."""
    parts = [_relation(each, scope)[0] for each in node.args["rows_from"]]
    return Relation(tuple(column for part in parts for column in part.columns))


def _joined(left: Rows, join: exp.Expr, scope: Scope) -> Rows:
    right = _item(join.this, scope.seeing(left))
    scope.reading.spend((len(left.visible) + len(right.visible)) // 8)
    if str(join.args.get("method") or "").upper() == "NATURAL":
        return _sharing(left, right, join, _in_both(left, right, scope), scope)
    using = [folded(each) for each in join.args.get("using") or ()]
    if using:
        return _sharing(left, right, join, using, scope)
    both = left.beside(right)
    condition = made_of(join.args.get("on"), scope.seeing(both))
    return both.under(deciding(condition, Influence.JOIN))


def _in_both(left: Rows, right: Rows, scope: Scope) -> list[str]:
    if left.unknown or right.unknown:
        scope.reading.note("NATURAL JOIN of tables whose columns are not all known")
    return list(dict.fromkeys(name for name, _ in left.visible if right.named(name)))


def _sharing(left: Rows, right: Rows, join: exp.Expr, names: Sequence[str], scope: Scope) -> Rows:
    """A join by columns of the same name: each is shown once."""
    shared: list[Column] = []
    deciders: list[Made] = []
    for name in names:
        mine = scope.seeing(left).unqualified(name)
        yours = replace(scope, rows=right, outer=None).unqualified(name)
        shared.append((name, _of_which(mine, yours, str(join.args.get("side") or ""))))
        deciders.extend((mine, yours))
    return left.merged(right, shared, deciding(together(deciders), Influence.JOIN))


def _of_which(left: Made, right: Made, side: str) -> Made:
    """Whose value a shared column shows: PostgreSQL takes that of the side which is kept."""
    if side.upper() == "FULL":
        return changed(left | right)
    return right if side.upper() == "RIGHT" else left
