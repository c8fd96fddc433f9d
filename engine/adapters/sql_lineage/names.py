"""Names as PostgreSQL understands them: folded, cut, and those it gives to columns itself."""

import string

from sqlglot import exp

from engine.adapters.sql_lineage.parsing import CALLED

_FOLD = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
"""PostgreSQL folds no other letters in UTF-8."""

UNNAMED = "?column?"

_TYPE_NAMES = {
    exp.DType.INT: "int4",
    exp.DType.BIGINT: "int8",
    exp.DType.SMALLINT: "int2",
    exp.DType.DECIMAL: "numeric",
    exp.DType.DOUBLE: "float8",
    exp.DType.FLOAT: "float4",
    exp.DType.BOOLEAN: "bool",
    exp.DType.VARCHAR: "varchar",
    exp.DType.CHAR: "bpchar",
    exp.DType.TIMESTAMPTZ: "timestamptz",
    exp.DType.VARBINARY: "bytea",
}

_FIXED: dict[type[exp.Expr], str] = {
    exp.Exists: "exists",
    exp.Array: "array",
    exp.Tuple: "row",
    exp.CurrentDate: "current_date",
    exp.CurrentTimestamp: "current_timestamp",
    exp.AtTimeZone: "timezone",
    exp.Interval: "interval",
}

_TRIMS = {"LEADING": "ltrim", "TRAILING": "rtrim"}


_AROUND = (
    exp.Paren,
    exp.Subquery,
    exp.Bracket,
    exp.Collate,
    exp.SetOperation,
    exp.Window,
    exp.Filter,
    exp.WithinGroup,
    exp.Order,
)
"""What has the name of what it is put around."""


def folded(identifier: object) -> str:
    """An identifier as PostgreSQL stores it; empty where there is none."""
    if isinstance(identifier, str):
        return identifier.translate(_FOLD)
    if not isinstance(identifier, exp.Identifier):
        # an alias with a type, or a column where only its name matters
        inner = identifier.this if isinstance(identifier, exp.Expr) else None
        return folded(inner) if inner is not None else ""
    text = str(identifier.this)
    name = text if identifier.args.get("quoted") else text.translate(_FOLD)
    return name.encode()[:63].decode(errors="ignore")


def name_of(node: exp.Expr) -> str:
    """What PostgreSQL calls an output column without an alias."""
    found = _named(node)
    return found or UNNAMED


def _named(node: exp.Expr) -> str:
    """The name that an expression suggests; empty where it suggests none."""
    called = node.meta.get(CALLED)
    if isinstance(node, exp.Cast):
        return _named(node.this) or _type_name(node.args.get("to"))
    if isinstance(node, exp.Case):
        default = node.args.get("default")
        return (_named(default) if isinstance(default, exp.Expr) else "") or "case"
    if isinstance(node, exp.Trim) and called in (None, "trim", "TRIM"):
        return _TRIMS.get(str(node.args.get("position")).upper(), "btrim")
    if isinstance(called, str) and not isinstance(node, exp.Column | exp.Interval):
        return called.translate(_FOLD)
    if type(node) in _FIXED:
        return _FIXED[type(node)]
    return _of_a_part(node)


def _of_a_part(node: exp.Expr) -> str:
    """The name that the column or query within gives."""
    if isinstance(node, exp.Column | exp.Identifier | exp.Alias | exp.Anonymous):
        return folded(node.args.get("alias") or node.this)
    part: object = None
    if isinstance(node, exp.Dot):
        part = node.expression
    elif isinstance(node, exp.Select):
        part = node.expressions[0] if node.expressions else None
    elif isinstance(node, _AROUND):
        part = node.this
    return _named(part) if isinstance(part, exp.Expr) else ""


def _type_name(kind: object) -> str:
    if not isinstance(kind, exp.DataType) or not isinstance(kind.this, exp.DType):
        return ""
    return _TYPE_NAMES.get(kind.this, kind.this.value.lower())
