"""What statements write: INSERT, UPDATE, DELETE, MERGE, and the tables and views of a query.

Each gives what its RETURNING would show, so that a query can go on with it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from engine.adapters.sql_lineage.expressions import made_of
from engine.adapters.sql_lineage.made import NOTHING, Made, changed, deciding, together
from engine.adapters.sql_lineage.names import folded
from engine.adapters.sql_lineage.queries import projected, with_queries
from engine.adapters.sql_lineage.relations import Column, Relation, Rows
from engine.adapters.sql_lineage.scope import Reading, Scope, Write
from engine.adapters.sql_lineage.sources import rows_from
from engine.lineage.columns import ColumnOrigin, Influence


@dataclass(frozen=True, slots=True)
class _Target:
    """The table that is written, as the statement calls it."""

    name: str
    alias: str
    relation: Relation

    def column_names(self, listed: Sequence[object], reading: Reading) -> Sequence[str]:
        """The columns that are written, in their order."""
        if not listed and self.relation.beyond is not None:
            reading.note(f"the columns of {self.name} are not known")
        return [folded(each) for each in listed] or [name for name, _ in self.relation.columns]

    def rows(self) -> Rows:
        """Its rows as they were, in sight."""
        return Rows.of(self.alias, self.relation)

    def as_written(self, written: Mapping[str, Made], *, kept: bool) -> Relation:
        """Its rows as they are then: a column that is not written stays, or has its default."""
        columns = tuple(
            (name, written.get(name, made if kept else NOTHING))
            for name, made in self.relation.columns
        )
        beyond = self.relation.beyond
        return replace(
            self.relation,
            columns=columns,
            beyond=beyond and (lambda name: written.get(name, NOTHING)),
        )


def _target(table: exp.Expr, reading: Reading) -> _Target:
    if not isinstance(table, exp.Table):
        reading.note("what is written is not a table by its name")
        return _Target("", "", Relation(beyond=lambda _: NOTHING))
    relation = reading.target(folded(table.args.get("db")), folded(table.this))
    alias = table.args.get("alias")
    name = folded(alias.this) if alias else folded(table.this)
    return _Target(relation.dataset or folded(table.this), name, relation)


def write(node: exp.DML, scope: Scope) -> Relation:
    """What a statement writes is noted; what it returns comes back."""
    scope = with_queries(node, scope)
    for kind, how in _HOW:
        if isinstance(node, kind):
            return how(node, scope)
    scope.reading.note(f"a {node.key} is not understood")
    return Relation()


def _noted(
    target: _Target,
    written: Mapping[str, Made],
    influences: Made,
    scope: Scope,
    reads: Iterable[str],
) -> None:
    """Remember a write; its own table is read only where its columns take part."""
    taking_part = {each.dataset for made in (*written.values(), influences) for each in made}
    columns = tuple(ColumnOrigin(name, tuple(sorted(made))) for name, made in written.items())
    everything = frozenset({*reads, *taking_part})
    scope.reading.writes.append(Write(target.name, everything, columns, influences))


def _returned(node: exp.Expr, influences: Made, reads: Iterable[str], scope: Scope) -> Relation:
    clause = node.args.get("returning")
    scope.reading.read(frozenset(reads))
    if not isinstance(clause, exp.Expr):
        return Relation(influences=influences)
    return Relation(projected(clause.expressions, scope), influences)


def _insert(node: exp.Expr, scope: Scope) -> Relation:
    reading = scope.reading
    listed = node.this.expressions if isinstance(node.this, exp.Schema) else []
    table = node.this.this if isinstance(node.this, exp.Schema) else node.this
    target = _target(table, reading)
    with reading.reads() as reads:
        relation = _inserted(node, scope)
        written = _by_position(target, listed, relation.columns, reading)
        conflict = node.args.get("conflict")
        influences = relation.influences
        if isinstance(conflict, exp.OnConflict):
            written, deciders = _on_conflict(conflict, target, written, scope)
            influences |= deciders
    _noted(target, written, influences, scope, reads)
    rows = Rows.of(target.alias, target.as_written(written, kept=False))
    return _returned(node, influences, reads, scope.seeing(rows))


def _inserted(node: exp.Expr, scope: Scope) -> Relation:
    source = node.args.get("expression")
    return scope.reading.relation_of(source, scope) if isinstance(source, exp.Expr) else Relation()


def _by_position(
    target: _Target, listed: Sequence[object], columns: Sequence[Column], reading: Reading
) -> dict[str, Made]:
    names = target.column_names(listed, reading) if columns else []
    if names and len(names) < len(columns):
        reading.note(f"more values than columns are written into {target.name}")
    return {name: made for name, (_, made) in zip(names, columns, strict=False)}


def _on_conflict(
    node: exp.OnConflict, target: _Target, written: Mapping[str, Made], scope: Scope
) -> tuple[dict[str, Made], Made]:
    """What DO UPDATE adds, with `excluded` for the row that was to be inserted."""
    excluded = target.as_written(written, kept=False)
    rows = target.rows().beside(Rows((("excluded", excluded),)))
    scope = scope.seeing(rows)
    assigned = _assigned(node.expressions, scope)
    where = node.args.get("where")
    deciders = deciding(made_of(where.this, scope), Influence.FILTER) if where else NOTHING
    return _added(written, assigned), deciders


def _added(written: Mapping[str, Made], more: Mapping[str, Made]) -> dict[str, Made]:
    both = dict(written)
    for name, made in more.items():
        both[name] = both.get(name, NOTHING) | made
    return both


def _assigned(expressions: Sequence[exp.Expr], scope: Scope) -> dict[str, Made]:
    """What SET gives to each column."""
    found: dict[str, Made] = {}
    for each in expressions:
        if isinstance(each, exp.EQ):
            found = _added(found, dict(_assignment(each, scope)))
        else:
            scope.reading.note("an assignment in SET is not understood")
    return found


def _assignment(node: exp.EQ, scope: Scope) -> Iterable[Column]:
    if not isinstance(node.this, exp.Tuple | exp.Paren):
        made = made_of(node.expression, scope)
        # an element of a list, or a field, leaves the rest of the value as it is
        kept = made_of(node.this.this, scope) if isinstance(node.this, exp.Bracket) else NOTHING
        return ((_assigned_name(node.this), changed(made | kept) if kept else made),)
    several = isinstance(node.this, exp.Tuple)
    columns = node.this.expressions if several else [node.this.this]
    names = [_assigned_name(each) for each in columns]
    return zip(names, _row(node.expression, len(names), scope), strict=False)


def _assigned_name(node: exp.Expr) -> str:
    """The column of `a`, `a[1]` and `a.field`."""
    if isinstance(node, exp.Bracket):
        return _assigned_name(node.this)
    return folded(node.args.get("table") or node.this)


def _row(node: exp.Expr, width: int, scope: Scope) -> Sequence[Made]:
    """The values of a row: of a query, of ROW(…), or in brackets."""
    inner = node.this if isinstance(node, exp.Paren) else node
    if isinstance(inner, exp.Query | exp.Subquery):
        relation = scope.reading.relation_of(inner, scope.within())
        return [made | relation.influences for _, made in relation.columns]
    is_row = isinstance(inner, exp.Anonymous) and str(inner.this).lower() == "row"
    if isinstance(inner, exp.Tuple) or is_row:
        return [made_of(each, scope) for each in inner.expressions]
    return [made_of(inner, scope)] * width


def _update(node: exp.Expr, scope: Scope) -> Relation:
    target = _target(node.this, scope.reading)
    with scope.reading.reads() as reads:
        clause = node.args.get("from_")
        others = _others([clause.this] if clause else [], target, scope)
        joined = scope.seeing(target.rows().beside(others))
        written = _assigned(node.expressions, joined)
        influences = others.influences | _condition(node, joined)
    _noted(target, written, influences, scope, reads)
    after = Rows.of(target.alias, target.as_written(written, kept=True)).beside(others)
    return _returned(node, influences, _own(target, reads), scope.seeing(after))


def _delete(node: exp.Expr, scope: Scope) -> Relation:
    target = _target(node.this, scope.reading)
    with scope.reading.reads() as reads:
        others = _others(node.args.get("using") or [], target, scope)
        joined = scope.seeing(target.rows().beside(others))
        influences = others.influences | _condition(node, joined)
    _noted(target, {}, influences, scope, reads)
    return _returned(node, influences, _own(target, reads), joined)


def _own(target: _Target, reads: Iterable[str]) -> frozenset[str]:
    """What is read by whoever goes on with the rows that are returned."""
    return frozenset({*reads, target.name})


def _others(items: Iterable[exp.Expr], target: _Target, scope: Scope) -> Rows:
    """The further tables; those that are LATERAL see the table that is written too."""
    rows = Rows()
    for each in items:
        seen = scope.seeing(target.rows().beside(rows))
        rows = rows.beside(rows_from(each, (), seen))
    return rows


def _condition(node: exp.Expr, scope: Scope) -> Made:
    where = node.args.get("where")
    made = made_of(where.this, scope) if isinstance(where, exp.Expr) else NOTHING
    return deciding(made, Influence.FILTER)


def _merge(node: exp.Expr, scope: Scope) -> Relation:
    target = _target(node.this, scope.reading)
    with scope.reading.reads() as reads:
        others = rows_from(node.args.get("using"), (), scope)
        joined = scope.seeing(target.rows().beside(others))
        on = deciding(made_of(node.args.get("on"), joined), Influence.JOIN)
        written, deciders = _whens(node, target, joined)
        influences = others.influences | on | deciders
    _noted(target, written, influences, scope, reads)
    # PostgreSQL shows the columns of the source first
    after = others.beside(Rows.of(target.alias, target.as_written(written, kept=True)))
    return _returned(node, influences, _own(target, reads), scope.seeing(after))


def _whens(node: exp.Expr, target: _Target, scope: Scope) -> tuple[dict[str, Made], Made]:
    """What the WHEN clauses write, and which columns decide between them."""
    written: dict[str, Made] = {}
    deciders: list[Made] = []
    whens = node.args.get("whens")
    for each in whens.expressions if isinstance(whens, exp.Expr) else []:
        deciders.append(made_of(each.args.get("condition"), scope))
        then = each.args.get("then")
        if isinstance(then, exp.Update):
            written = _added(written, _assigned(then.expressions, scope))
        elif isinstance(then, exp.Insert):
            written = _added(written, _when_inserted(then, target, scope))
    return written, deciding(together(deciders), Influence.FILTER)


def _when_inserted(node: exp.Insert, target: _Target, scope: Scope) -> dict[str, Made]:
    values = node.args.get("expression")
    if not isinstance(values, exp.Tuple):
        # INSERT (a), (b) of one value each, or DEFAULT VALUES
        inner = values.unnest() if isinstance(values, exp.Paren) else None
        columns = [("", made_of(inner, scope))] if inner is not None else []
    else:
        columns = [("", made_of(each, scope)) for each in values.expressions]
    listed = _listed(node.this) if values is not None else []
    return _by_position(target, listed, columns, scope.reading)


def _listed(node: object) -> Sequence[object]:
    if isinstance(node, exp.Tuple):
        return node.expressions
    return [node.unnest()] if isinstance(node, exp.Paren) else []


_HOW: tuple[tuple[type[exp.Expr], Callable[[exp.Expr, Scope], Relation]], ...] = (
    (exp.Insert, _insert),
    (exp.Update, _update),
    (exp.Delete, _delete),
    (exp.Merge, _merge),
)
