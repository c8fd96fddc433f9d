"""Works what arrived: in order within a lane, several lanes at once, no bad one ends it."""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.intake.batches import PATIENCE, Batches
from connectors.intake.ports import Arrived, Inbox, IntakeFull, Work
from engine.clock import Clock
from engine.errors import EngineError
from engine.logs import place_of

logger = logging.getLogger(__name__)

KNOWN_FOR = timedelta(days=1)
"""How long a repeat is known as one; platforms stop sending them within minutes."""

REMEMBERED = 10_000
"""Keys of messages that this process took into its lanes: a repeat of one is never worked."""


@dataclass(frozen=True, slots=True)
class IntakeLimits:
    """How much is worked at once, and how long anything may take, in seconds."""

    lanes: int = 16
    waiting: int = 1_000
    longest: float = 120.0
    patience: float = PATIENCE
    """A message that is not kept by then is refused, and the platform sends it again."""
    grace: float = 5.0
    """What was accepted gets that long when Atlas stops; the rest is worked at the next start."""
    look_around: float = 60.0
    """How often it looks for what a process that is gone left; at first more often."""


DEFAULTS = IntakeLimits()
FIRST_LOOK = 0.5
"""Seconds after the first look: sessions of a process that just ended are seen for a moment."""


class Intake:
    """One platform's way in: `take` keeps a message, `run` works it."""

    def __init__(
        self,
        platform: str,
        inbox: Inbox,
        work: Work,
        clock: Clock,
        limits: IntakeLimits = DEFAULTS,
    ) -> None:
        self._platform = platform
        self._inbox = inbox
        self._work = work
        self._clock = clock
        self._limits = limits
        self._keeping = Batches[Arrived, bool](
            self._keep, late=self._kept_late, patience=limits.patience
        )
        self._noting = Batches[str, None](self._note)
        self._lanes: dict[str, deque[Arrived]] = {}
        self._ready: asyncio.Queue[str] = asyncio.Queue()
        self._accepted = 0
        self._unnoted: set[str] = set()
        self._lined_up: OrderedDict[str, None] = OrderedDict()
        self._idle = asyncio.Event()
        self._idle.set()
        self._closing = asyncio.Event()
        self._ended = asyncio.Event()

    async def take(self, arrived: Arrived) -> bool:
        """Keep a message and put it in line; False where it is a repeat.

        Raises EngineError where it can't be kept now: then it was not accepted.
        """
        if self._closing.is_set() or self._accepted >= self._limits.waiting:
            raise IntakeFull("Atlas has too much to answer just now.")
        self._accept()  # before anything is awaited, so that many at once don't get past the limit
        try:
            is_new = await self._keeping.written(arrived)
        except BaseException:
            self._settle()
            raise
        is_to_be_worked = is_new and arrived.key not in self._lined_up
        if is_to_be_worked:
            self._line_up(arrived)
        else:
            self._settle()
        return is_to_be_worked

    async def run(self) -> None:
        """Work messages until closed or cancelled; never raises anything else."""
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._serve(), name=f"{self._platform} intake {number}")
                    for number in range(self._limits.lanes)
                ]
                tasks += [
                    group.create_task(beside(), name=f"{self._platform} {name}")
                    for name, beside in (
                        ("looking around", self._look_around),
                        ("keeping", self._keeping.run),
                        ("noting", self._noting.run),
                    )
                ]
                await self._closing.wait()
                await self._last_words()
                for task in tasks:
                    task.cancel()
        finally:
            self._ended.set()

    async def close(self) -> None:
        """Take no more, and answer what was accepted for as long as `grace` says."""
        self._closing.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._limits.grace + 1.0):
                await self._ended.wait()

    async def _last_words(self) -> None:
        try:
            async with asyncio.timeout(self._limits.grace):
                await self._idle.wait()
        except TimeoutError:
            logger.warning("%s: some messages wait for the next start", self._platform)

    async def _serve(self) -> None:
        while True:
            lane = await self._ready.get()
            arrived = self._lanes[lane].popleft()
            await self._worked(arrived)
            self._noting.hand(arrived.key).add_done_callback(self._noted)
            if self._lanes[lane]:
                self._ready.put_nowait(lane)
            else:
                del self._lanes[lane]

    async def _worked(self, arrived: Arrived) -> None:
        try:
            async with asyncio.timeout(self._limits.longest):
                await self._work(arrived)
        except Exception as error:  # noqa: BLE001  # whatever it is, the next one is worked
            place = place_of(error)
            logger.error("%s: message %s broke: %s", self._platform, arrived.key, place)  # noqa: TRY400  # a traceback may hold what was said

    async def _note(self, keys: Sequence[str]) -> Sequence[None]:
        """Note that they were worked, or remember to do so once the database is back."""
        try:
            await self._inbox.done(self._platform, keys)
        except EngineError as error:
            self._unnoted.update(keys)
            logger.warning("%s: %s messages: %s", self._platform, len(keys), error.message)
        return [None] * len(keys)

    def _noted(self, noted: "asyncio.Future[None]") -> None:
        """One is over, whether it could be noted or not."""
        self._settle()
        if not noted.cancelled() and (error := noted.exception()) is not None:
            logger.error("%s: a message was not noted: %s", self._platform, place_of(error))

    async def _look_around(self) -> None:
        wait = FIRST_LOOK
        while True:
            try:
                await self._look()
            except EngineError as error:
                logger.warning("%s: the inbox can't be read: %s", self._platform, error.message)
            await self._clock.sleep(min(wait, self._limits.look_around))
            wait *= 2

    async def _look(self) -> None:
        if unnoted := tuple(self._unnoted):
            await self._inbox.done(self._platform, unnoted)
            self._unnoted.difference_update(unnoted)
        await self._inbox.forget(self._long_ago())
        self._take_over(await self._inbox.waiting(self._platform))

    def _take_over(self, left: Iterable[Arrived]) -> None:
        for arrived in left:
            if arrived.key not in self._lined_up:
                self._accept()
                self._line_up(arrived)

    async def _keep(self, arrived: Sequence[Arrived]) -> Sequence[bool]:
        """Keep them; True also where one was kept before without anybody knowing."""
        kept = await self._inbox.keep(arrived)
        repeats = {each.key for each, is_new in zip(arrived, kept, strict=True) if not is_new}
        unknown = repeats - self._lined_up.keys() - self._unnoted
        if not unknown:
            return kept
        unworked = await self._inbox.unworked(self._platform, sorted(unknown))
        return [is_new or each.key in unworked for each, is_new in zip(arrived, kept, strict=True)]

    def _kept_late(self, arrived: Arrived, is_new: bool) -> None:
        """Work what was kept after its platform was told that it was not: it will be a repeat."""
        if is_new:
            self._take_over((arrived,))

    def _long_ago(self) -> datetime:
        return self._clock.now() - KNOWN_FOR

    def _line_up(self, arrived: Arrived) -> None:
        self._lined_up[arrived.key] = None
        while len(self._lined_up) > REMEMBERED:
            self._lined_up.popitem(last=False)
        line = self._lanes.get(arrived.lane)
        if line is not None:
            line.append(arrived)
            return
        self._lanes[arrived.lane] = deque([arrived])
        self._ready.put_nowait(arrived.lane)

    def _accept(self) -> None:
        self._accepted += 1
        self._idle.clear()

    def _settle(self) -> None:
        self._accepted -= 1
        if not self._accepted:
            self._idle.set()
