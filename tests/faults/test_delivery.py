"""kill -9 of whoever delivers, between any two operations: all arrives once and in order."""

import asyncio
import signal
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise

import asyncpg
import pytest

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.outbox import PostgresOutbox
from engine.alerts.model import Post
from engine.cards import Card, CardKind, Severity
from engine.clock import SystemClock
from tests.faults.delivering import SURVIVED

ROUNDS = 30
NEVER = 0
PLACES = ("web:#general", "web:#data-alerts")

# each form in which people saw a message, in the order in which they saw them
SEEN = """
CREATE SCHEMA faults;
CREATE TABLE faults.seen (n bigint GENERATED ALWAYS AS IDENTITY, key text, title text);
CREATE FUNCTION faults.see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO faults.seen (key, title) VALUES (NEW.client_id, NEW.card ->> 'title');
  RETURN NULL;
END $$;
CREATE TRIGGER see AFTER INSERT OR UPDATE ON atlas.web_messages
FOR EACH ROW EXECUTE FUNCTION faults.see();
"""


class Postman:
    """Asks the process that delivers."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def deliver(self, moment: int) -> int:
        """Have all delivered, and whoever does it killed at that moment; how that ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{moment}\n".encode())
        await self._process.stdin.drain()
        async with asyncio.timeout(30):
            return int(await self._process.stdout.readline())


@asynccontextmanager
async def postman(url: str) -> AsyncIterator[Postman]:
    """A process that delivers what is in the outbox of that database."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.delivering", url,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Postman(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        async with asyncio.timeout(10):
            await process.wait()


def a_post(key: str, form: int) -> Post:
    """A form of a message; even numbers go to one place, odd ones to the other."""
    card = Card(CardKind.ALERT, Severity.CRITICAL, f"{form:03}")
    return Post(key, PLACES[int(key) % 2], card)


async def put(database: Database, posts: Sequence[Post]) -> None:
    """Commit each by itself."""
    for post in posts:
        async with database.begin() as connection:
            await PostgresOutbox(connection, SystemClock()).put(post)


@pytest.mark.timeout(180)
async def test_killed_between_any_two_operations_a_deliverer_shows_each_message_once(
    database: Database, database_url: str
) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute(SEEN)
    newest: dict[str, int] = {}
    killed = 0
    async with postman(database_url) as delivering:
        for number in range(ROUNDS):
            # four new messages a round, and an edit of one that arrived or is on its way
            new = [str(4 * number + each) for each in range(4)]
            edited = [str(4 * number - 3)] if number else []
            newest |= dict.fromkeys(new, 0) | {key: newest[key] + number for key in edited}
            await put(database, [a_post(key, newest[key]) for key in (*edited, *new)])
            killed += await delivering.deliver(number + 1) == -signal.SIGKILL
        assert await delivering.deliver(NEVER) == SURVIVED
    shown = await connection.fetch("SELECT * FROM atlas.web_messages ORDER BY id")
    seen = await connection.fetch("SELECT key, title FROM faults.seen ORDER BY n")
    waiting = await connection.fetchval(
        "SELECT count(*) FROM atlas.outbox WHERE delivered_revision < revision"
    )
    await connection.close()

    assert killed == ROUNDS
    assert waiting == 0
    assert sorted(int(row["client_id"]) for row in shown) == list(range(4 * ROUNDS))
    last = {row["key"]: int(row["title"]) for row in seen}
    assert last == newest
    for place in PLACES:
        arrived = [int(row["client_id"]) for row in shown if f"web:{row['channel']}" == place]
        assert arrived == sorted(arrived)
    assert in_order((row["key"], row["title"]) for row in seen)


def in_order(seen: Iterable[tuple[str, str]]) -> bool:
    """Whether no older form of a message came after a newer one."""
    forms: dict[str, list[str]] = defaultdict(list)
    for key, title in seen:
        forms[key].append(title)
    return all(a <= b for each in forms.values() for a, b in pairwise(each))
