"""What PostgreSQL's errors become: the right error of ours, and never a value of a row."""

import pytest
from sqlalchemy import text

from engine.adapters.postgres.database import Database, DatabaseLimits, async_url
from engine.errors import (
    ConfigurationError,
    DatabaseBusy,
    DatabaseError,
    DatabaseRefused,
    DatabaseUnreachable,
    DiskFull,
    StatementFailed,
    TableBusy,
)
from tests.adapters.builders import Lab, address, execute, fresh


async def fault(database: Database, statement: str) -> DatabaseError:
    with pytest.raises(DatabaseError) as caught:
        async with database.begin() as connection:
            await connection.exec_driver_sql(statement)
    said = f"{caught.value.message} {caught.value.hint}"
    assert "secret" not in said
    assert caught.value.hint
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    return caught.value


REFUSED = {
    "INSERT INTO people VALUES ('secret@x.org')": "unique violation (23505)",
    "INSERT INTO people VALUES (NULL, 'secret')": "not null violation (23502)",
    "INSERT INTO people VALUES ('b', 'secret')": "check violation (23514)",
    "SELECT 'secret'::int": "invalid text representation (22P02)",
    "SELECT '2026-02-30 secret'::date": "(22007)",
    "SELECT 1 / 0": "division by zero (22012)",
    "SELECT 'secret'::varchar(3)::numeric": "(22P02)",
    "SELECT 99999999999::int": "numeric value out of range (22003)",
    "DO $$ BEGIN RAISE EXCEPTION 'secret'; END $$": "(P0001)",
    "SELECT * FROM nobody": 'relation "nobody" does not exist',
    "SELECT nothing FROM people": 'column "nothing" does not exist',
    "SELEC 1": "syntax error",
    "DROP TABLE people": "other objects depend on it",
}


async def test_a_refused_statement_is_told_without_values(
    database: Database, database_url: str
) -> None:
    await execute(
        database_url,
        "CREATE TABLE people (email text PRIMARY KEY, name text CHECK (name = 'x'))",
        "CREATE VIEW mine AS SELECT * FROM people",
        "INSERT INTO people VALUES ('secret@x.org', 'x')",
    )

    for statement, said in REFUSED.items():
        error = await fault(database, statement)

        assert type(error) is StatementFailed
        assert said in error.message


async def test_a_missing_right_is_told_by_its_object(server: str, database_url: str) -> None:
    role = fresh("weak")
    await execute(
        database_url, f"CREATE ROLE {role} LOGIN", "CREATE TABLE people AS SELECT 'secret' AS name"
    )
    weak = Database(database_url.replace("postgres:@", f"{role}:@"), DatabaseLimits())

    error = await fault(weak, "SELECT * FROM people")

    await weak.close()
    await execute(server, f"DROP ROLE {role}")
    assert type(error) is DatabaseRefused
    assert "people" in error.message


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://atlas:secret@127.0.0.1:1/atlas",
        "postgresql://atlas:secret@nowhere.invalid/atlas",
        "postgresql://atlas:secret@/atlas?host=/no/such/folder",
    ],
)
async def test_a_server_out_of_reach_is_told_without_the_password(url: str) -> None:
    database = Database(url, DatabaseLimits())

    error = await fault(database, "SELECT 1")

    await database.close()
    assert type(error) is DatabaseUnreachable


async def test_a_database_that_is_not_there_is_told_and_not_waited_for(server: str) -> None:
    database = Database(address(server, "nowhere"), DatabaseLimits())

    error = await fault(database, "SELECT 1")

    await database.close()
    assert type(error) is DatabaseRefused
    assert "nowhere" in error.message
    assert not error.passes


PASSING = {
    "40P01": DatabaseBusy,  # a deadlock
    "40001": DatabaseBusy,  # a serialization failure
    "53300": DatabaseBusy,  # too many connections
    "57P01": DatabaseUnreachable,  # the server shuts down
    "57P02": DatabaseUnreachable,  # it crashed
    "57P03": DatabaseUnreachable,  # it starts
    "08006": DatabaseUnreachable,  # the connection failed
    "55P03": TableBusy,  # somebody holds a lock
}
LASTING = {
    "53100": DiskFull,
    "42501": DatabaseRefused,
    "25006": DatabaseRefused,
    "57014": StatementFailed,  # it took too long
    "42601": StatementFailed,  # a syntax error
    "42703": StatementFailed,  # a missing column
}


@pytest.mark.parametrize("state", [*PASSING, *LASTING])
async def test_what_may_be_gone_a_moment_later_says_so_and_nothing_else_does(
    lab: Lab, state: str
) -> None:
    raising = f"DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '{state}'; END $$"

    error = await fault(lab.database, raising)

    assert type(error) is {**PASSING, **LASTING}[state]
    assert error.passes == (state in PASSING)


async def test_a_pool_without_a_free_connection_passes(database_url: str) -> None:
    database = Database(database_url, DatabaseLimits(connections=1))
    database.engine.pool._timeout = 0.05  # type: ignore[attr-defined]  # half a minute by default

    async with database.begin():
        error = await fault(database, "SELECT 1")

    await database.close()
    assert type(error) is DatabaseBusy


async def test_a_connection_that_was_cut_is_told_and_the_next_one_works(
    database: Database, database_url: str
) -> None:
    async def be_cut_off() -> None:
        async with database.begin() as connection:
            pid = await connection.scalar(text("SELECT pg_backend_pid()"))
            await execute(database_url, f"SELECT pg_terminate_backend({pid})")
            await connection.execute(text("SELECT 'secret'"))

    with pytest.raises(DatabaseUnreachable):
        await be_cut_off()

    await database.ping()


@pytest.mark.parametrize(
    "url",
    [
        "nonsense secret",
        "mysql://atlas:secret@host/atlas",
        "postgresql://atlas:x@host:secret/atlas",
        "postgresql://[::1/secret",
        "",
    ],
)
def test_what_is_no_address_is_told_without_repeating_it(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        async_url(url)

    assert "secret" not in f"{caught.value} {caught.value.hint} {caught.value.__cause__}"


async def test_a_read_only_database_is_told_as_such(lab: Lab) -> None:
    async def write() -> None:
        async with lab.database.begin() as connection:
            await connection.execute(text("SET TRANSACTION READ ONLY"))
            await connection.execute(text("CREATE TABLE public.never (a int)"))

    with pytest.raises(DatabaseRefused, match="read-only"):
        await write()
