"""SQL of a check that judges each row alone: the same row is judged alike at any time."""

import re
from collections.abc import Collection

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

_CALM: tuple[type[exp.Expr], ...] = (
    *(exp.Paren, exp.Tuple, exp.Identifier, exp.Null, exp.Boolean, exp.And, exp.Or, exp.Not),
    *(exp.Is, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ),
    *(exp.Between, exp.Like, exp.ILike, exp.RegexpLike, exp.RegexpILike),
    *(exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Abs, exp.Coalesce, exp.Case, exp.If),
    *(exp.Length, exp.Lower, exp.Upper, exp.Trim),
)
"""What gives the same for the same values, at any time, in any session."""

_TYPES = frozenset(
    (
        *(exp.DType.DATE, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ),
        *(exp.DType.INT, exp.DType.BIGINT, exp.DType.DECIMAL, exp.DType.TEXT),
    )
)

_MOVING = re.compile(r"\b(now|today|tomorrow|yesterday)\b", re.IGNORECASE)
"""PostgreSQL reads these words as another date each day, where a date is wanted."""

_UPPER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def judges_a_row_alone(written: str, columns: Collection[str]) -> bool:
    """Whether a condition looks at nothing but the named columns of its row, for sure.

    Another table, the time of day, and whatever is not known to be calm make it False.
    """
    try:
        root = sqlglot.parse_one(f"SELECT ({written}\n)", read="postgres")
    except (SqlglotError, RecursionError):
        return False
    if not isinstance(root, exp.Select) or set(_given(root)) != {"expressions"}:
        return False
    (condition, *others) = root.expressions
    return not others and all(_is_calm(each, columns) for each in condition.walk())


def _given(node: exp.Expr) -> Collection[str]:
    return [name for name, value in node.args.items() if value]


def _is_calm(node: exp.Expr, columns: Collection[str]) -> bool:
    match node:
        case exp.Column():
            return _given(node) == ["this"] and _name(node.this) in columns
        case exp.Literal():
            return not (node.is_string and _MOVING.search(str(node.this)))
        case exp.In():
            return not ({*_given(node)} - {"this", "expressions"})
        case exp.Cast():
            return isinstance(node.this, exp.Literal) and type(node) is exp.Cast
        case exp.DataType():
            return node.this in _TYPES
        case _:
            return type(node) in _CALM


def _name(identifier: object) -> str:
    if not isinstance(identifier, exp.Identifier):
        return ""
    name = str(identifier.this)
    return name if identifier.quoted else name.translate(_UPPER)
