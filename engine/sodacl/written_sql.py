"""The SQL that people write in a check: that it only reads, and what it names for sure."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import sqlglot
from sqlglot import Token, TokenType, exp
from sqlglot.errors import SqlglotError

from engine.sodacl.mistakes import Mistake
from engine.sodacl.parts import Part

_WRITES = frozenset(
    (
        *("delete", "insert", "update", "merge", "truncate", "drop", "alter", "create"),
        *("grant", "revoke", "copy", "call", "do", "vacuum", "lock"),
    )
)
_CHANGES_ROWS = {"delete": "from", "insert": "into", "merge": "into"}
"""Words that change rows, and which word follows."""

_NO_COLUMNS = frozenset(
    (
        *("current_catalog", "current_role", "current_schema", "current_user", "session_user"),
        *("system_user", "localtime", "localtimestamp", "current_date", "current_time"),
        *("current_timestamp", "user", "source", "overlaps", "nfc", "nfd", "nfkc", "nfkd"),
        *("ctid", "tableoid", "xmin", "xmax", "cmin", "cmax"),
    )
)
"""Names that PostgreSQL knows by itself, and what the checked rows are called."""

_UPPER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def expression(part: Part) -> str:
    """A condition or an expression, without the semicolon at its end."""
    return _one_that_reads(part, "one expression")


def query(part: Part) -> str:
    """One SELECT, without the semicolon at its end."""
    first = part.text().split(maxsplit=1)[0]
    if first.lower() in _WRITES:
        raise _writing(part, first)
    return _one_that_reads(part, "one SELECT")


def _one_that_reads(part: Part, expected: str) -> str:
    sql = part.text().removesuffix(";").rstrip()
    tokens = _tokens(sql)
    changing = _changing(tokens)
    if changing is not None:
        raise _writing(part, changing)
    for token, following in pairwise(tokens):
        if token.token_type is TokenType.SEMICOLON:
            word = following.text
            raise part.mistake(f"{part.name}: write {expected}, nothing from {word!r} on", word)
    return sql


def _writing(part: Part, word: str) -> Mistake:
    return part.mistake(f"{part.name}: a check only reads; write a SELECT, not {word!r}", word)


def _tokens(sql: str) -> tuple[Token, ...]:
    """The words of SQL; none where it has no end, which PostgreSQL tells better."""
    try:
        return tuple(sqlglot.tokenize(sql, read="postgres"))
    except SqlglotError:
        return ()


def _changing(tokens: tuple[Token, ...]) -> str | None:
    """The first word after a bracket that would change rows."""
    words = [token.text.lower() for token in tokens]
    for place, word in enumerate(words[1:-1], start=1):
        is_word = tokens[place].token_type not in {TokenType.STRING, TokenType.IDENTIFIER}
        follows = words[place + 1] == _CHANGES_ROWS.get(word)
        if words[place - 1] == "(" and is_word and (follows or _updates(words[place:])):
            return tokens[place].text
    return None


def _updates(words: list[str]) -> bool:
    """`update x set`, `update x.y set`, `update x as z set`."""
    return words[0] == "update" and "set" in words[2:6]


def columns_in(written: str) -> tuple[str, ...]:
    """The columns that an expression names for sure, without those of a SELECT within it."""
    root = _parsed(f"SELECT ({written}\n)")
    return tuple(_columns(root, None)) if root is not None else ()


@dataclass(frozen=True, slots=True)
class PlainQuery:
    """A SELECT from one table."""

    layer: str
    """Empty where it names none."""
    table: str
    columns: tuple[str, ...]
    """Those of the table that it names."""


def plain_query(written: str) -> PlainQuery | None:
    """What a SELECT reads, where that is one table and nothing else."""
    root = _parsed(written)
    table = _only_table(root) if root is not None else None
    if root is None or table is None:
        return None
    name = _name(table.this)
    own = {_output(each) for each in root.expressions if isinstance(each, exp.Alias)}
    columns = _columns(root, _name(table.args.get("alias")) or name)
    read = tuple(each for each in columns if each not in own and each != name)
    return PlainQuery(_name(table.args.get("db")), name, read)


def outputs(written: str) -> tuple[str, ...] | None:
    """The columns that a SELECT gives; None where their names can't be told for sure."""
    root = _parsed(written)
    if root is None:
        return None
    found = _outputs(root)
    return found if len(found) == len(root.expressions) else None


def plain_outputs(written: str) -> dict[str, str]:
    """Columns that a SELECT from one table gives as they are, and which of that table they are."""
    root = _parsed(written)
    if root is None or _only_table(root) is None:
        return {}
    found = {_output(each): each.unalias() for each in root.expressions}
    return {
        name: _name(column.this)
        for name, column in found.items()
        if name and isinstance(column, exp.Column) and not column.is_star
    }


def _parsed(sql: str) -> exp.Select | None:
    first = next(iter(_tokens(sql)), None)
    if first is None or first.token_type not in {TokenType.SELECT, TokenType.WITH}:
        return None  # of other statements the parser would warn in the log
    try:
        found = sqlglot.parse(sql, read="postgres")
    except (SqlglotError, RecursionError):
        return None
    root = found[0] if len(found) == 1 else None
    return root if isinstance(root, exp.Select) else None


def _only_table(root: exp.Select) -> exp.Table | None:
    """The table of a SELECT that has one, no join and no WITH; None of any other."""
    source = root.args.get("from_")
    table = source.this if isinstance(source, exp.From) else None
    if not isinstance(table, exp.Table) or not isinstance(table.this, exp.Identifier):
        return None
    beside = [root.args.get(key) for key in ("with_", "joins", "laterals")]
    alias = table.args.get("alias")
    renamed = isinstance(alias, exp.TableAlias) and bool(alias.args.get("columns"))
    return None if any(beside) or renamed or table.args.get("joins") else table


def _columns(root: exp.Select, table: str | None) -> Iterator[str]:
    if root.find(exp.Dot, exp.Lambda, exp.Kwarg):
        return
    for column in root.find_all(exp.Column):
        mine = not column.table or _name(column.args.get("table")) == table
        if mine and column.parent_select is root and isinstance(column.this, exp.Identifier):
            name = _name(column.this)
            if name not in _NO_COLUMNS:
                yield name


def _outputs(root: exp.Select) -> tuple[str, ...]:
    return tuple(name for each in root.expressions if (name := _output(each)))


def _output(projection: exp.Expression) -> str:
    """What PostgreSQL calls it; empty where only PostgreSQL knows."""
    if isinstance(projection, exp.Alias):
        return _name(projection.args["alias"])
    if isinstance(projection, exp.Column) and not projection.is_star:
        return _name(projection.this)
    return ""


def _name(identifier: object) -> str:
    """A name as PostgreSQL takes it: in small letters unless it is quoted."""
    if isinstance(identifier, exp.TableAlias):
        identifier = identifier.this
    if not isinstance(identifier, exp.Identifier):
        return ""
    name = str(identifier.this)
    return name if identifier.quoted else name.translate(_UPPER)
