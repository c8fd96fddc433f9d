"""PostgreSQL's SQL as sqlglot's tree, or in words why it is none; it never raises."""

from dataclasses import dataclass

from sqlglot import Token, TokenType, exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.errors import SqlglotError
from sqlglot.parsers.postgres import PostgresParser
from typing_extensions import override

LONGEST = 100_000
"""Characters of a text that is read: about two seconds of work."""

DEEPEST = 40
"""Brackets within brackets: the parser looks at some of them twice at each level."""

MOST_SUBSCRIPTS = 400
"""Of `a[1][1]…` the parser looks at all that came before at each of them."""

CALLED = "called"
"""Where a function's node keeps the name that it was called by: its column is named so."""

_OPENING = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE})
_CLOSING = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END})


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a text has no lineage; nothing of the text itself, which may hold values."""

    reason: str


class _Parser(PostgresParser):
    """Keeps the names of functions, and keeps statements out of the log."""

    @override
    def _parse_function_call(self, *args: object, **named: object) -> exp.Expr | None:
        token = self._curr
        found = super()._parse_function_call(*args, **named)  # type: ignore[arg-type]  # whatever it is given goes on as it is
        if isinstance(found, exp.Expr):
            found.meta.setdefault(CALLED, token.text)
        return found

    @override
    def _warn_unsupported(self) -> None:
        """Say nothing: the warning shows the statement, which may hold values."""


def parsed(sql: str) -> tuple[exp.Expr, ...] | Unreadable:
    """The statements of a text, in their order."""
    if len(sql) > LONGEST:
        return Unreadable(f"the SQL is longer than {LONGEST} characters")
    try:
        return _parsed(sql)
    except SqlglotError as error:
        return Unreadable(_reason(error))
    except RecursionError:
        return Unreadable("the SQL is nested too deep")
    except (ValueError, TypeError, AttributeError, LookupError, AssertionError) as error:
        # a parser of a whole language trips over what nobody would write
        return Unreadable(f"the SQL could not be parsed ({type(error).__name__})")


def _parsed(sql: str) -> tuple[exp.Expr, ...] | Unreadable:
    dialect = Postgres()
    tokens = _known(dialect.tokenize(sql))
    if _depth(tokens) > DEEPEST:
        return Unreadable(f"the SQL has more than {DEEPEST} brackets within each other")
    if sum(each.token_type is TokenType.L_BRACKET for each in tokens) > MOST_SUBSCRIPTS:
        return Unreadable(f"the SQL has more than {MOST_SUBSCRIPTS} lists and subscripts")
    found = _Parser(dialect=dialect).parse(tokens, sql)
    return tuple(each for each in found if each is not None)


def _known(tokens: list[Token]) -> list[Token]:
    """Without what says nothing of columns and the parser does not know."""
    kept: list[Token] = []
    at = 0
    while at < len(tokens):
        words = tuple(each.text.upper() for each in tokens[at : at + 4])
        skipped = _skipped(words)
        if not skipped:
            kept.append(tokens[at])
        at += skipped or 1
    return kept


def _skipped(words: tuple[str, ...]) -> int:
    """How many words from here on say nothing of columns."""
    if words[:1] == ("OVERRIDING",) and words[1:3] in (("SYSTEM", "VALUE"), ("USER", "VALUE")):
        return 3
    if words[:3] == ("WITH", "NO", "DATA"):
        return 3
    return 2 if words[:2] == ("WITH", "DATA") else 0


def _depth(tokens: list[Token]) -> int:
    deepest = depth = 0
    for token in tokens:
        depth += (token.token_type in _OPENING) - (token.token_type in _CLOSING)
        deepest = max(deepest, depth)
    return deepest


def _reason(error: SqlglotError) -> str:
    details = getattr(error, "errors", None) or [{}]
    line = details[0].get("line")
    return "the SQL does not parse" + (f" at line {line}" if line else "")
