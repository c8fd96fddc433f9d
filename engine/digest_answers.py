"""Answers about digests: one at once, or one whenever its time comes."""

from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from engine.alerts.model import Post
from engine.alerts.places import platform_for
from engine.cards import Button, Card, CardKind, Severity
from engine.clock import Clock
from engine.commands import DigestNow, ScheduleDigest
from engine.digests.card import digest_card
from engine.digests.desk import DigestDesk
from engine.digests.model import USUAL, Period
from engine.digests.ports import DigestTransaction
from engine.errors import NotSchedulable
from engine.people import Asker
from engine.runs.ports import Transactions
from engine.schedule_answers import schedule_card
from engine.schedules.desk import ScheduleDesk

T = TypeVar("T", bound=DigestTransaction)

DigestCommand = DigestNow | ScheduleDigest


class DigestAnswers(Generic[T]):
    """What people hear when they ask for a digest; `announce` is the platform of all channels."""

    def __init__(
        self,
        digests: DigestDesk[T],
        schedules: ScheduleDesk[T],
        transactions: Transactions[T],
        clock: Clock,
        zone: ZoneInfo,
        announce: str,
    ) -> None:
        self._digests = digests
        self._schedules = schedules
        self._transactions = transactions
        self._clock = clock
        self._zone = zone
        self._announce = announce

    async def answer(self, command: DigestCommand, asker: Asker) -> Card:
        """Sum up, or schedule it; raises EngineError where it is refused."""
        match command:
            case DigestNow():
                return await self._now(command, asker)
            case ScheduleDigest():
                place = self._place(command.channel, asker)
                schedule = await self._schedules.send(command, place, asker)
                return schedule_card(schedule, self._schedules.times(schedule))

    async def _now(self, command: DigestNow, asker: Asker) -> Card:
        """The digest itself; the word that it is on its way, where it goes to another place."""
        now = self._clock.now()
        period = Period.of(command.since or now - USUAL, now, self._zone)
        card = digest_card(await self._digests.summary(period))
        if command.channel is None:
            return card
        place = self._place(command.channel, asker)
        if place == asker.place:
            return card
        async with self._transactions.begin() as tx:
            await tx.outbox.put(Post(f"digest:{asker.id}:{now.isoformat()}", place, card))
        return _on_its_way(place)

    def _place(self, channel: str | None, asker: Asker) -> str:
        """Where a digest goes; raises NotSchedulable where it would reach nobody."""
        meant = channel or asker.room
        if not meant:
            raise NotSchedulable(
                "There is no channel here that a digest could go to.",
                "Name one, such as «send a digest to #general every Monday at 9».",
            )
        if ":" in meant:
            return meant
        return f"{platform_for(asker, self._announce)}:{meant}"


def _on_its_way(place: str) -> Card:
    channel = place.partition(":")[2]
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.SUCCESS,
        title=f"The digest is on its way to {channel}",
        buttons=(Button("Digest here", "digest now"),),
    )
