"""Delivers posts to the page in processes that are killed at a chosen moment.

Reads moments from its input: for each it forks, which spares the imports. The child delivers all
that is due and kills itself at that statement, counted from 1: odd ones before, even ones after.
The parent says how the child ended.
"""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass
from typing import cast

from sqlalchemy import event

from connectors.web.room import Room
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.outbox import PostgresOutboxQueue
from engine.adapters.postgres.transcript import PostgresTranscript
from engine.alerts.model import Due
from engine.alerts.outbox import Deliverer
from engine.clock import Clock, SystemClock
from engine.host import EngineDatabase
from engine.transcript import Said, Transcript

SETTLING = 0.1
SURVIVED = 7
UNAWARE = 8
"""How a child ends that was not told that a message may be there, and it is."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the page needs of an engine."""

    transcript: Transcript
    clock: Clock

    @property
    def engine(self) -> "Standing":
        """Itself."""
        return self


class Page:
    """The page as a sender; nobody has it open."""

    def __init__(self, transcript: Transcript, clock: Clock) -> None:
        self._transcript = transcript
        self._room = Room(cast("EngineDatabase", Standing(transcript, clock)), self._parse)

    async def send(self, due: Due) -> str:
        """Show a card, as the page's connector does."""
        post = due.post
        known = due.receipt is not None or due.doubtful
        if not known and await self._transcript.of_atlas(post.key) is not None:
            os._exit(UNAWARE)
        return await self._room.show(post.channel, post.card, due.receipt, post.key)

    async def _parse(self, said: Said) -> None:
        raise AssertionError(said)


def killed_at(moment: int, database: Database) -> None:
    """Have this process killed there."""
    passed = 0

    def come_to(*_: object) -> None:
        nonlocal passed
        passed += 1
        if passed == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "after_cursor_execute"):
        event.listen(database.engine.sync_engine, name, come_to)


async def deliver(url: str, moment: int) -> None:
    """Deliver all that is due."""
    database, clock = Database(url, DatabaseLimits(connections=4)), SystemClock()
    killed_at(moment, database)
    queue = PostgresOutboxQueue(database, settling=SETTLING)
    page = Page(PostgresTranscript(database), clock)
    deliverer = Deliverer(queue, page, ("web",), clock)
    while await queue.places(("web",), clock.now()):
        await deliverer.deliver_due()
        await clock.sleep(SETTLING / 5)
    await database.close()


def main() -> None:
    """One child for each line."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            asyncio.run(deliver(sys.argv[1], int(line)))
            os._exit(SURVIVED)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
