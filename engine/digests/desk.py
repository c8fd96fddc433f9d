"""Makes summaries, and sends those that a schedule is for."""

from datetime import timedelta
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from engine.alerts.model import Post
from engine.cards import Card
from engine.catalog.model import Project
from engine.clock import Clock
from engine.digests.card import digest_card
from engine.digests.model import USUAL, Period, Quality, Summary, next_first
from engine.digests.ports import DigestNumbers, DigestTransaction, OpenIncidents
from engine.quality.past import VerdictHistory, newest
from engine.quality.report import Past, declared_in, named_checks, overview
from engine.quality.span import span_of
from engine.runs.ports import Transactions
from engine.schedules.model import Schedule
from engine.schedules.ports import Timetable

T = TypeVar("T", bound=DigestTransaction)


class DigestDesk(Generic[T]):
    """Sums up a period out of what is stored; nothing is run for it."""

    def __init__(
        self,
        project: Project,
        transactions: Transactions[T],
        numbers: DigestNumbers,
        history: VerdictHistory,
        clock: Clock,
        timetable: Timetable,
        *,
        incidents: OpenIncidents | None = None,
    ) -> None:
        self._project = project
        self._transactions = transactions
        self._numbers = numbers
        self._history = history
        self._clock = clock
        self._timetable = timetable
        self._incidents = incidents

    async def summary(self, period: Period) -> Summary:
        """What happened in a period; raises DatabaseError."""
        async with self._transactions.begin() as tx:
            ahead = tuple(next_first(await tx.schedules.all()))
        return Summary(
            period,
            tuple(await self._numbers.pipelines(period)),
            await self._quality(period),
            tuple(await self._incidents.by_owner()) if self._incidents else (),
            tuple(await self._numbers.personal(period)),
            ahead,
        )

    async def written(self, schedule: Schedule) -> Card | None:
        """The digest of a schedule whose time has come; None for a quiet one without news."""
        digest = schedule.digest
        summary = await self.summary(self._period(schedule))
        if digest is None or (digest.quiet and summary.says_nothing):
            return None
        return digest_card(summary, digest.title)

    async def put(self, tx: T, schedule: Schedule, card: Card) -> None:
        """Into the outbox, under a key that stands for the due time."""
        if schedule.digest is not None:
            key = f"digest:{schedule.key}"
            await tx.outbox.put(Post(key, schedule.digest.place, card))

    def _period(self, schedule: Schedule) -> Period:
        """So many days, or since the last one; the first goes back as far as its rhythm."""
        now, zone = self._clock.now(), ZoneInfo(schedule.recurrence.zone)
        days = schedule.digest.period if schedule.digest else None
        if days is not None:
            return Period.of(now - timedelta(days=days), now, zone)
        if schedule.last_due is not None:
            return Period.of(schedule.last_due, now, zone)
        due = schedule.next_due
        following = self._timetable.after(schedule.recurrence, due, schedule.made_at)
        return Period.of(due - (following - due if following else USUAL), now, zone)

    async def _quality(self, period: Period) -> Quality | None:
        declared = declared_in(self._project)
        if not declared:
            return None
        span = span_of(period.since, period.until, self._clock.now(), period.zone)
        checks = named_checks(declared)
        course = await self._history.course(checks, span.ends)
        before = await self._history.latest(checks, period.since)
        score = overview(declared, Past(latest=newest(course), course=course), span)
        then = overview(declared, Past(latest=before), span)
        return Quality(score.score, then.score, score.trend)
