"""What PostgreSQL's errors mean to people; no value of a row is ever passed on."""

import re

import asyncpg
from sqlalchemy.exc import DBAPIError

from engine.errors import (
    DatabaseError,
    DatabaseRefused,
    DatabaseUnreachable,
    DiskFull,
    StatementFailed,
)

FAULTS = (asyncpg.PostgresError, asyncpg.InterfaceError, DBAPIError, OSError)
"""All that a statement or a connection can raise."""

_SPEAKS_OF_NAMES = ("42", "2B", "3F", "0A", "55", "57")
"""Classes of SQLSTATE whose messages name objects; those of 22 and 23 may hold values."""


def translated(error: BaseException) -> DatabaseError:
    """The engine's error for one of PostgreSQL's or of its drivers'."""
    cause = _cause(error)
    match cause:
        case asyncpg.DiskFullError():
            return DiskFull(
                "PostgreSQL has no room left on its disk.",
                "Free some space there; nothing half-done was published.",
            )
        case asyncpg.InsufficientPrivilegeError():
            return DatabaseRefused(
                f"The database user may not do this: {cause.args[0]}.",
                "Grant it the right to create schemas and tables in this database.",
            )
        case asyncpg.QueryCanceledError():
            return StatementFailed(
                "A statement took longer than it may and was stopped.",
                "Look at the SQL, or raise statement_timeout in configuration.yaml.",
            )
        case asyncpg.ReadOnlySQLTransactionError():
            return DatabaseRefused(
                "The database takes no writes: it is read-only.",
                "Point ATLAS_DATABASE_URL at the primary, or end its read-only mode.",
            )
        case asyncpg.LockNotAvailableError():
            return StatementFailed(
                "A table stayed locked by somebody else for too long.",
                "Look for long transactions on it in pg_stat_activity, then run it again.",
            )
        case _:
            return _statement(cause)


def _cause(error: BaseException) -> BaseException:
    while isinstance(error, DBAPIError) or type(error).__module__.startswith("sqlalchemy"):
        inner = getattr(error, "orig", None) or error.__cause__
        if inner is None:
            return error
        error = inner
    return error


def _statement(error: BaseException) -> DatabaseError:
    if not isinstance(error, asyncpg.PostgresError):
        return unreachable(error)
    state = error.sqlstate or "?"
    if state.startswith(("08", "57P", "28", "3D")):
        return unreachable(error)
    if state.startswith(_SPEAKS_OF_NAMES):
        return StatementFailed(f"PostgreSQL refused a statement: {error.args[0]}.", _advice(state))
    kind = re.sub(r"(?<!^)(?=[A-Z])", " ", type(error).__name__.removesuffix("Error")).lower()
    return StatementFailed(f"PostgreSQL stopped at a value: {kind} ({state}).", _advice(state))


def _advice(state: str) -> str:
    if state == "2BP01":
        return "Something depends on that table, such as a view; drop it or move it first."
    if state.startswith("42"):
        return "Look at the SQL of the model, and whether the columns it names still exist."
    return "Look at the table's declaration and at its quarantine."


def unreachable(error: BaseException) -> DatabaseUnreachable:
    """PostgreSQL can't be reached, or closed the connection."""
    said = error.args[0] if isinstance(error, asyncpg.PostgresError) else type(error).__name__
    return DatabaseUnreachable(
        f"PostgreSQL can't be reached ({said}).",
        "Check that it runs and that ATLAS_DATABASE_URL is right; `atlas doctor` helps.",
    )
