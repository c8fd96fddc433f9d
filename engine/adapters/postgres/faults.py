"""What PostgreSQL's errors mean to people; no value of a row is ever passed on."""

import re
from collections.abc import Callable, Sequence

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from engine.errors import (
    DatabaseBusy,
    DatabaseError,
    DatabaseRefused,
    DatabaseUnreachable,
    DiskFull,
    StatementFailed,
    TableBusy,
)

FAULTS = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    # asyncpg's confusion over a connection that is lost in the middle of an answer
    asyncpg.InternalClientError,
    DBAPIError,
    PoolTimeout,
    OSError,
)
"""All that a statement or a connection can raise."""

_SPEAKS_OF_NAMES = ("42", "2B", "3F", "0A", "55", "57")
"""Classes of SQLSTATE whose messages name objects; those of 22 and 23 may hold values."""


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
    if state.startswith(("08", "57P")):
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


def translated(error: BaseException) -> DatabaseError:
    """The engine's error for one of PostgreSQL's or of its drivers'."""
    cause = _cause(error)
    meant = next((mean for kind, mean in _MEANINGS if isinstance(cause, kind)), _statement)
    return meant(cause)


def _disk_full(_: BaseException) -> DatabaseError:
    return DiskFull(
        "PostgreSQL has no room left on its disk.",
        "Free some space there; nothing half-done was published.",
    )


def _no_right(cause: BaseException) -> DatabaseError:
    return DatabaseRefused(
        f"The database user may not do this: {cause.args[0]}.",
        "Grant it the right to create schemas and tables in this database.",
    )


def _not_let_in(cause: BaseException) -> DatabaseError:
    return DatabaseRefused(
        f"PostgreSQL does not let Atlas in: {cause.args[0]}.",
        "Check the user, the password and the database in ATLAS_DATABASE_URL.",
    )


def _read_only(_: BaseException) -> DatabaseError:
    return DatabaseRefused(
        "The database takes no writes: it is read-only.",
        "Point ATLAS_DATABASE_URL at the primary, or end its read-only mode.",
    )


def _took_too_long(_: BaseException) -> DatabaseError:
    return StatementFailed(
        "A statement took longer than it may and was stopped.",
        "Look at the SQL, or raise statement_timeout in configuration.yaml.",
    )


def _not_ready(cause: BaseException) -> DatabaseError:
    """Of the errors about a state, this one is about the database itself, and passes."""
    closed = "accepting connections" in str(cause.args[0])
    return unreachable(cause) if closed else _statement(cause)


def _stayed_locked(_: BaseException) -> DatabaseError:
    return TableBusy(
        "A table stayed locked by somebody else for too long.",
        "Look for long transactions on it in pg_stat_activity, then run it again.",
    )


def _gave_way(_: BaseException) -> DatabaseError:
    return DatabaseBusy(
        "PostgreSQL gave way to another transaction on the same rows.",
        "It is tried again by itself; if it stays, look for what else writes there.",
    )


def _no_connection_free(_: BaseException) -> DatabaseError:
    return DatabaseBusy(
        "PostgreSQL has no connection free.",
        "Raise max_connections there, or lower runs_at_once here.",
    )


_MEANINGS: Sequence[tuple[type[BaseException], Callable[[BaseException], DatabaseError]]] = (
    (asyncpg.DiskFullError, _disk_full),
    (asyncpg.InsufficientPrivilegeError, _no_right),
    (asyncpg.InvalidAuthorizationSpecificationError, _not_let_in),
    (asyncpg.InvalidCatalogNameError, _not_let_in),
    (asyncpg.QueryCanceledError, _took_too_long),
    (asyncpg.ReadOnlySQLTransactionError, _read_only),
    (asyncpg.LockNotAvailableError, _stayed_locked),
    (asyncpg.ObjectNotInPrerequisiteStateError, _not_ready),
    (asyncpg.DeadlockDetectedError, _gave_way),
    (asyncpg.SerializationError, _gave_way),
    (asyncpg.TooManyConnectionsError, _no_connection_free),
    (PoolTimeout, _no_connection_free),
)
"""The first kind that fits tells what an error means."""
