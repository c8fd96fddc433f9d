"""The audit log in PostgreSQL: one chain, however many append, and nothing that changes it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from engine.adapters.audit_witness import FILE, FileWitness
from engine.adapters.postgres.audit import GatheredAudit, PostgresAudit, PostgresAuditLog
from engine.adapters.postgres.retention import PostgresStoreroom
from engine.audit.inspection import Inspection, Known, inspect
from engine.audit.model import AuditEntry, Mark
from engine.audit.seals import Seals
from engine.errors import DatabaseError, DatabaseRefused, EngineError, KeyMissing
from engine.retention.model import Aging
from engine.testing.audit import MemoryAudit, MemoryWitness
from engine.testing.clock import EPOCH
from tests.adapters.builders import Lab, execute
from tests.audit.trails import KEYED, PLAINLY, an_entry

HOUR = timedelta(hours=1)

OPEN = ("SET session_replication_role = replica",)
"""What somebody does who owns the server: the trigger is out of the way."""


@pytest.fixture(params=["postgres", "memory"])
def audit(request: pytest.FixtureRequest, lab: Lab) -> PostgresAudit | MemoryAudit:
    """The log, in the database and as its fake."""
    if request.param == "postgres":
        return PostgresAudit(lab.database, KEYED)
    return MemoryAudit(KEYED)


async def looked_at(lab: Lab, known: Known | None = None, seals: Seals = KEYED) -> Inspection:
    """What a look at the whole log finds."""
    return await inspect(PostgresAudit(lab.database, seals), seals, known or Known())


async def test_what_was_recorded_is_read_as_it_was(audit: PostgresAudit | MemoryAudit) -> None:
    entries = (
        an_entry(1, where="web:#general", rows=3, columns=("a", "ß")),
        an_entry(2, dry_run=False),
        an_entry(3),
    )
    await audit.record(*entries[:1])
    await audit.record(*entries[1:])
    await audit.record()

    newest = await audit.newest(None, 10)
    since = await audit.newest(entries[1].at, 1)

    assert tuple(each.entry for each in reversed(newest)) == entries
    assert [each.number for each in newest] == [3, 2, 1]
    assert [each.entry for each in since] == [entries[2]]
    assert [await audit.count(at) for at in (None, entries[1].at, EPOCH + HOUR)] == [3, 2, 0]
    assert (await inspect(audit, KEYED, Known())).head == newest[0].mark


async def test_any_text_is_read_as_it_was_sealed(audit: PostgresAudit | MemoryAudit) -> None:
    odd = "\0 \ud800 \u2028 😀 \\ \" ' %s :name {}"
    await audit.record(AuditEntry(EPOCH, odd, odd, odd, {odd: odd, "many": (odd, odd)}))
    await audit.record(AuditEntry(EPOCH, "x" * 9_000, "", "", {"big": 10**30, "less": -1}))

    assert (await inspect(audit, KEYED, Known())).broken is None


async def test_fifty_that_append_at_once_make_one_chain(lab: Lab) -> None:
    logs = [PostgresAudit(lab.database, KEYED) for _ in range(5)]

    async with asyncio.TaskGroup() as group:
        for number in range(50):
            group.create_task(logs[number % 5].record(an_entry(number), an_entry(number)))

    found = await looked_at(lab)
    assert found.broken is None
    assert found.head.number == 100
    told = await lab.rows("SELECT count(*) AS times FROM atlas.audit_log GROUP BY subject")
    assert [row["times"] for row in told] == [2] * 50


async def test_two_records_never_follow_on_the_same_one(lab: Lab) -> None:
    await PostgresAudit(lab.database, KEYED).record(an_entry(1), an_entry(2))

    with pytest.raises(Exception, match="unique"):
        await execute(
            lab.url,
            "INSERT INTO atlas.audit_log SELECT 3, at, actor, action, subject, detail, "
            "key_version, previous, hash FROM atlas.audit_log WHERE id = 2",
        )


async def test_what_is_rolled_back_leaves_neither_a_record_nor_a_gap(lab: Lab) -> None:
    audit = PostgresAudit(lab.database, KEYED)
    await audit.record(an_entry(1))

    async def rolled_back() -> None:
        async with lab.database.begin() as connection:
            await PostgresAuditLog(connection, KEYED).record(an_entry(2))
            raise EngineError("not so")

    with pytest.raises(EngineError, match="not so"):
        await rolled_back()
    await audit.record(an_entry(3))

    found = await looked_at(lab)

    assert found.broken is None
    assert [each.entry for each in await audit.newest(None, 9)] == [an_entry(3), an_entry(1)]


async def test_nobody_waits_for_what_a_long_transaction_gathers(lab: Lab) -> None:
    audit, gathered = PostgresAudit(lab.database, KEYED), GatheredAudit()

    async with lab.database.begin() as connection:
        await gathered.record(an_entry(1))
        await asyncio.wait_for(audit.record(an_entry(2)), 10)
        mark = await gathered.written(connection, KEYED)
        assert await gathered.written(connection, KEYED) is None

    assert [each.entry for each in await audit.newest(None, 9)] == [an_entry(1), an_entry(2)]
    assert mark == (await looked_at(lab)).head


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE atlas.audit_log SET actor = 'web:nobody'",
        "UPDATE atlas.audit_log SET actor = actor WHERE false",
        "DELETE FROM atlas.audit_log WHERE id = 1",
        "TRUNCATE atlas.audit_log",
        "TRUNCATE atlas.audit_log CASCADE",
        """INSERT INTO atlas.audit_log SELECT * FROM atlas.audit_log
        ON CONFLICT (id) DO UPDATE SET actor = 'web:nobody'""",
    ],
)
async def test_the_database_refuses_to_change_or_delete(lab: Lab, statement: str) -> None:
    await PostgresAudit(lab.database, KEYED).record(an_entry(1))

    with pytest.raises(DatabaseRefused, match="only grows"):
        async with lab.database.begin() as connection:
            await connection.exec_driver_sql(statement)

    assert (await looked_at(lab)).head.number == 1


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("UPDATE atlas.audit_log SET actor = 'web:nobody' WHERE id = 3", 3),
        ("UPDATE atlas.audit_log SET at = at + interval '1 microsecond' WHERE id = 3", 3),
        ("UPDATE atlas.audit_log SET detail = '{\"where\": 5.0}' WHERE id = 3", 3),
        ('UPDATE atlas.audit_log SET detail = \'{"a": [{"b": null}]}\' WHERE id = 3', 3),
        ("UPDATE atlas.audit_log SET key_version = 0 WHERE id = 3", 3),
        ("UPDATE atlas.audit_log SET hash = repeat('é', 64) WHERE id = 3", 3),
        ("DELETE FROM atlas.audit_log WHERE id = 3", 3),
        ("DELETE FROM atlas.audit_log WHERE id < 3", 1),
        (
            """UPDATE atlas.audit_log one SET (at, subject, detail) =
            (SELECT at, subject, detail FROM atlas.audit_log other WHERE other.id = 7 - one.id)
            WHERE id IN (3, 4)""",
            3,
        ),
        ("UPDATE atlas.audit_log SET id = -1 WHERE id = 1", -1),
        ("UPDATE atlas.audit_log SET id = 99 WHERE id = 5", 5),
    ],
)
async def test_what_the_owner_of_the_server_changes_shows(
    lab: Lab, statement: str, number: int
) -> None:
    await PostgresAudit(lab.database, KEYED).record(*map(an_entry, range(1, 6)))
    await execute(lab.url, *OPEN, statement)

    broken = (await looked_at(lab)).broken

    assert broken is not None
    assert broken.number == number


async def test_a_cut_off_tail_shows_by_what_a_witness_saw(lab: Lab) -> None:
    witness = MemoryWitness()
    audit = PostgresAudit(lab.database, KEYED, witness)
    await audit.record(*map(an_entry, range(1, 6)))
    await execute(lab.url, *OPEN, "DELETE FROM atlas.audit_log WHERE id >= 4")

    without = await looked_at(lab)
    seen = witness.last()
    assert seen is not None
    found = await looked_at(lab, Known((seen,)))

    assert without.broken is None
    assert found.broken is not None
    assert "records 4 to 5 are missing" in found.broken.problem


async def test_a_process_without_the_key_can_not_append_to_a_sealed_log(lab: Lab) -> None:
    await PostgresAudit(lab.database, PLAINLY).record(an_entry(1))
    await PostgresAudit(lab.database, KEYED).record(an_entry(2))

    with pytest.raises(KeyMissing):
        await PostgresAudit(lab.database, PLAINLY).record(an_entry(3))

    found = await looked_at(lab, Known(unsealed=1))
    assert (found.broken, found.head.number) == (None, 2)


async def test_what_can_not_be_recorded_is_said(lab: Lab) -> None:
    await execute(lab.url, "ALTER TABLE atlas.audit_log RENAME TO away")
    try:
        with pytest.raises(DatabaseError):
            await PostgresAudit(lab.database, KEYED).record(an_entry(1))
    finally:
        await execute(lab.url, "ALTER TABLE atlas.away RENAME TO audit_log")


async def test_retention_forgets_none_of_it(lab: Lab) -> None:
    await PostgresAudit(lab.database, KEYED).record(an_entry(1), an_entry(2))
    storeroom = PostgresStoreroom(lab.database)

    for what in Aging:
        await storeroom.clear(what, EPOCH + timedelta(days=9_999), 1_000)

    assert (await looked_at(lab)).head.number == 2


async def test_a_long_log_is_read_page_by_page(lab: Lab) -> None:
    audit = PostgresAudit(lab.database, KEYED, batch=3)
    await audit.record(*map(an_entry, range(1, 8)))

    pages = [len(page) async for page in audit.batches()]

    assert pages == [3, 3, 1]


Opened = Callable[[str], FileWitness]


@pytest.fixture
def witness(tmp_path: Path) -> Opened:
    """Witnesses of databases, in one data folder."""
    return lambda name: FileWitness(tmp_path, f"postgresql://me:secret@here:5432/{name}")


def test_a_witness_remembers_the_furthest_of_each_database(witness: Opened, tmp_path: Path) -> None:
    assert witness("one").last() is None
    for name, number in (("one", 3), ("two", 9), ("one", 5), ("one", 4)):
        witness(name).saw(Mark(number, f"{number:064}"))

    assert witness("one").last() == Mark(5, f"{5:064}")
    assert witness("two").last() == Mark(9, f"{9:064}")
    assert [each.name for each in tmp_path.iterdir()] == [FILE]
    assert "secret" not in (tmp_path / FILE).read_text()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": 1}', '{"a": [1]}', '{"a": ["x", "y"]}'])
def test_a_witness_that_lost_its_memory_begins_anew(
    witness: Opened, tmp_path: Path, content: str
) -> None:
    (tmp_path / FILE).write_text(content)
    assert witness("one").last() is None

    witness("one").saw(Mark(1, "ab"))

    assert witness("one").last() == Mark(1, "ab")


def test_a_witness_without_a_folder_stops_nobody(tmp_path: Path) -> None:
    away = FileWitness(tmp_path / "away", "postgresql://here/one")

    away.saw(Mark(1, "ab"))

    assert away.last() is None
