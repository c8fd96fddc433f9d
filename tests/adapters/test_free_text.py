"""Free text that is read before it is protected, in chunks, by every process that is free."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from typing_extensions import override

from engine.adapters.postgres.retention import PostgresStoreroom
from engine.adapters.postgres.text_chunks import PostgresChunks
from engine.adapters.postgres.text_reading import PostgresTexts
from engine.adapters.presidio.protection import Recipe
from engine.catalog.model import Column, ColumnType, Load, LoadMode, Operator, Table
from engine.clock import SystemClock
from engine.errors import DatabaseUnreachable
from engine.privacy.chunks import Chunk, Reading, TextColumn, chunks_of
from engine.privacy.coverage import Coverage, Reach
from engine.privacy.free_text import FreeText
from engine.privacy.model import Protection
from engine.privacy.protect import Keyring, SecretKey
from engine.privacy.recognition import STANDARD, Recognition
from engine.retention.model import Aging
from engine.runs.model import Run, RunStatus
from engine.testing.fixed import FixedPolicies
from tests.adapters.builders import CLOCK, KEYS, Lab, a_table, column_of, refining
from tests.builders import a_project

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAME = "Ada Lovelace"
LEASE = 60.0
NOTES = a_table("note", name="notes")
COVERAGE = Coverage("note", Reach.TEXT, otherwise=Protection("note", Operator.REDACT))


def note(number: int) -> str:
    """One of forty texts: as many as it takes, and read in a moment."""
    kind = number % 40
    return f"please ask for {NAME} at gate {kind}" if kind % 2 else f"left at gate {kind}"


ROWS = [(str(n), note(n)) for n in range(1_200)]


class Process:
    """What one process on the database has for reading."""

    def __init__(self, lab: Lab, name: str = "atlas", keys: Keyring | None = KEYS) -> None:
        self.texts = PostgresTexts(lab.database, keys, lab.shields, CLOCK)
        self.chunks = PostgresChunks(lab.database, name)
        policies = FixedPolicies(a_project((NOTES,)))
        self.free_text = FreeText(self.texts, self.chunks, policies, SystemClock())

    async def take(self, recognition: Recognition = STANDARD) -> Chunk | None:
        """The next chunk, as somebody takes it who was not asked."""
        terms = self.texts.terms(recognition)
        assert terms is not None
        return await self.chunks.take(terms, LEASE)


async def at_work(lab: Lab, table: Table = NOTES) -> Run:
    """A run that is about to refine."""
    run = replace(refining(table), status=RunStatus.RUNNING, started_at=CLOCK.now())
    async with lab.transactions.begin() as tx:
        await tx.runs.add(run)
    return run


def reading_of(run: Run, table: Table = NOTES) -> Reading:
    return Reading(run.id, run.attempt, table, (TextColumn("note"),), STANDARD)


async def published(lab: Lab, process: Process) -> Reading:
    """The chunks of a run, before anybody has read one."""
    await lab.fill_bronze(NOTES, ROWS)
    reading = reading_of(await at_work(lab))
    terms = process.texts.terms(STANDARD)
    assert terms is not None
    chunks = chunks_of(reading, await process.texts.extent(reading), terms)
    assert len(chunks) > 1
    await process.chunks.publish(reading, chunks)
    return reading


async def test_texts_that_were_read_ahead_become_what_they_become_without(lab: Lab) -> None:
    await lab.fill_bronze(NOTES, ROWS)
    without = await lab.cover(NOTES, COVERAGE)
    silver = await lab.silver(NOTES)

    await Process(lab).free_text.read(reading_of(await at_work(lab)))
    known = await lab.value("SELECT count(*) FROM atlas.text_findings")
    ahead = await lab.cover(NOTES, COVERAGE)

    assert known == 40
    assert ahead == without
    assert await lab.silver(NOTES) == silver
    assert NAME not in str(column_of(silver, "note"))
    assert await lab.value("SELECT count(*) FROM atlas.text_chunks") == 0


async def test_what_was_read_once_is_not_read_again(lab: Lab) -> None:
    await lab.fill_bronze(NOTES, ROWS)
    await Process(lab).free_text.read(reading_of(await at_work(lab)))
    # whoever read again would find it
    await lab.rows("UPDATE atlas.text_findings SET found = '[]'")

    await Process(lab).free_text.read(reading_of(await at_work(lab)))
    await lab.cover(NOTES, COVERAGE)

    assert column_of(await lab.silver(NOTES), "note") == [text for _, text in sorted(ROWS)]


async def test_neither_chunks_nor_findings_hold_a_text(lab: Lab) -> None:
    process = Process(lab)
    await published(lab, process)
    chunks = await lab.text("SELECT * FROM atlas.text_chunks")
    while chunk := await process.take():
        await process.texts.read(chunk, STANDARD)
    findings = await lab.text("SELECT * FROM atlas.text_findings")

    assert "PERSON" in findings
    for told in (chunks, findings):
        assert not any(word in told for word in (*NAME.split(), "please", "gate"))


async def test_somebody_who_is_free_takes_part(lab: Lab) -> None:
    asked, other = Process(lab), Process(lab, "atlas two")
    reading = await published(lab, asked)

    await other.free_text.take_part()

    assert await asked.chunks.left(reading) == 0
    assert await lab.value("SELECT count(*) FROM atlas.text_findings") == 40


async def test_a_chunk_is_somebodys_until_it_died_or_is_late(lab: Lab) -> None:
    alive, dead, late = (Process(lab, name) for name in ("atlas", "killed", "atlas"))
    reading = await published(lab, alive)
    first = await alive.take()
    lost = await dead.take()
    assert first is not None
    assert lost is not None

    others = [first.number]
    while chunk := await alive.take():
        others.append(chunk.number)
    await lab.rows("UPDATE atlas.text_chunks SET taken_until = now() WHERE number = $1", 0)
    again = await late.take()

    assert sorted(others) == list(range(await alive.chunks.left(reading)))
    assert lost.number in others
    assert again == first


@pytest.mark.parametrize(
    "end",
    [
        "UPDATE atlas.runs SET status = 'failed'",
        "UPDATE atlas.runs SET cancelled_by = 'somebody'",
        "UPDATE atlas.runs SET attempt = attempt + 1",
    ],
)
async def test_chunks_of_a_run_that_is_over_or_elsewhere_are_nobodys(lab: Lab, end: str) -> None:
    process = Process(lab)
    await published(lab, process)

    await lab.rows(end)

    assert await process.take() is None


async def test_who_would_find_something_else_takes_no_part(lab: Lab) -> None:
    process = Process(lab)
    await published(lab, process)

    assert await Process(lab, keys=Keyring(SecretKey(bytes(32)))).take() is None
    assert await process.take(replace(STANDARD, off=frozenset())) is None
    assert await process.take() is not None


async def test_what_is_read_too_late_leaves_nothing(lab: Lab) -> None:
    process = Process(lab)
    reading = await published(lab, process)
    chunk = await process.take()
    assert chunk is not None

    await process.chunks.withdraw(reading)
    await process.texts.read(chunk, STANDARD)

    assert await lab.value("SELECT count(*) FROM atlas.text_findings") == 0


async def test_a_reading_that_is_cancelled_withdraws_its_chunks(lab: Lab) -> None:
    await lab.fill_bronze(NOTES, ROWS)
    reading = reading_of(await at_work(lab))
    process = Process(lab)
    task = asyncio.create_task(process.free_text.read(reading))
    while not await process.chunks.left(reading):
        await asyncio.sleep(0.01)

    task.cancel()
    await asyncio.wait([task])

    assert task.cancelled()
    assert await process.chunks.left(reading) == 0


class Stuck(PostgresChunks):
    """Chunks on a database that goes away while they are read."""

    @override
    async def left(self, reading: Reading) -> int:
        raise DatabaseUnreachable("away", "")

    @override
    async def withdraw(self, reading: Reading) -> None:
        raise DatabaseUnreachable("still away", "")


async def test_a_reading_that_fails_tells_why_even_if_it_can_withdraw_nothing(lab: Lab) -> None:
    await lab.fill_bronze(NOTES, ROWS)
    process, chunks = Process(lab), Stuck(lab.database, "atlas")
    policies = FixedPolicies(a_project((NOTES,)))
    stuck = FreeText(process.texts, chunks, policies, SystemClock())

    with pytest.raises(DatabaseUnreachable, match=r"^away"):
        await stuck.read(reading_of(await at_work(lab)))


async def test_without_a_key_nothing_is_read_ahead(lab: Lab) -> None:
    await lab.fill_bronze(NOTES, ROWS)

    await Process(lab, keys=None).free_text.read(reading_of(await at_work(lab)))

    assert await lab.value("SELECT count(*) FROM atlas.text_findings") == 0
    assert Recipe((COVERAGE,), None, STANDARD).imprints is None


async def test_of_an_incremental_load_the_new_rows_are_read(lab: Lab) -> None:
    day = Column("day", ColumnType.DATE)
    table = replace(
        a_table("note", day, name="events", watermark="day"), load=Load(LoadMode.INCREMENTAL)
    )
    dated = [(number, text, "2026-03-01") for number, text in ROWS]
    lab.deliver("id,note,day\n" + "".join(f"{','.join(row)}\n" for row in dated))
    await lab.ingest(table)
    texts = Process(lab).texts
    reading = reading_of(await at_work(lab, table), table)
    before = await texts.extent(reading)
    await lab.cover(table, COVERAGE)
    lab.deliver("id,note,day\n9001,one more note,2026-03-02\n", "2.csv")
    await lab.ingest(table)

    after = await texts.extent(reading)
    whole = await texts.extent(replace(reading, again=True))

    assert (before.texts, after.texts, whole.texts) == (1_200, 1, 1_201)
    assert after.after == 1_200


async def test_chunks_of_runs_that_are_over_and_old_findings_go(lab: Lab) -> None:
    process = Process(lab)
    reading = await published(lab, process)
    chunk = await process.take()
    assert chunk is not None
    await process.texts.read(chunk, STANDARD)
    await lab.rows("UPDATE atlas.text_findings SET read_at = $1", CLOCK.now())
    storeroom, limit = PostgresStoreroom(lab.database), CLOCK.now() + timedelta(days=1)

    kept = await storeroom.clear(Aging.CHUNKS, limit, 100)
    left = await process.chunks.left(reading)
    await lab.rows("UPDATE atlas.runs SET status = 'failed', finished_at = $1", CLOCK.now())

    assert (kept, left) == (0, await storeroom.clear(Aging.CHUNKS, limit, 100))
    assert await storeroom.clear(Aging.TEXT_FINDINGS, limit, 100) == 40
    assert await storeroom.clear(Aging.TEXT_FINDINGS, limit, 100) == 0
