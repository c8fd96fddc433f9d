"""Turns what runs and monitors tell into posts, in the transaction in which they tell it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from engine.alerts.circumstances import circumstances, left_out
from engine.alerts.ending import ending_of
from engine.alerts.finding_cards import card_of, personal_key
from engine.alerts.incidents.desk import IncidentDesk
from engine.alerts.incidents.ports import IncidentTransaction
from engine.alerts.incidents.signals import Noted, Signal
from engine.alerts.model import NOTHING_KNOWN, Post
from engine.alerts.places import lasting_place
from engine.alerts.ports import AlertTransaction
from engine.alerts.progress import run_card
from engine.alerts.routing.model import Notice
from engine.cards import Severity
from engine.catalog.model import Project
from engine.clock import Clock
from engine.findings.clearing import Cleared, cleared_by
from engine.findings.model import ChecksFailed, Finding, PersonalData, StepBroke
from engine.findings.monitors import findings_of
from engine.runs.events import RunChanged, RunEvent, RunFinished
from engine.runs.model import Priority, Run


class AnnouncingTransaction(AlertTransaction, IncidentTransaction, Protocol):
    """What announcing needs of a transaction."""


class Announcer:
    """Keeps the card of each run up to date, and brings findings to whoever must know."""

    def __init__(self, project: Project, incidents: IncidentDesk, clock: Clock) -> None:
        self._project = project
        self._incidents = incidents
        self._clock = clock

    async def hear(self, tx: AnnouncingTransaction, event: RunEvent) -> None:
        """A listener for the runner."""
        if isinstance(event, RunChanged | RunFinished) and _has_a_card(event.run):
            await tx.outbox.put(self._progress(event))
            await self._end(tx, event)
        await self._note(tx, findings_of(event), cleared_by(event), event.run)

    async def noted(
        self, tx: AnnouncingTransaction, findings: Sequence[Finding], cleared: Sequence[Cleared]
    ) -> None:
        """What monitors found and what is over, without a run of which more is known."""
        await self._note(tx, findings, cleared, None)

    async def _note(
        self,
        tx: AnnouncingTransaction,
        findings: Sequence[Finding],
        cleared: Sequence[Cleared],
        run: Run | None,
    ) -> None:
        at = self._clock.now()
        signals: list[Signal] = []
        for finding in findings:
            first_time = await tx.findings.record(finding, at)
            if isinstance(finding.evidence, PersonalData):
                if first_time:
                    await self._post_personal(tx, finding, finding.evidence, at)
            elif finding.severity is not Severity.INFO:
                # what is only worth knowing, such as a new column, is noted and wakes nobody
                signals.append(await self._signal(tx, finding, run, at))
        await self._incidents.hear(tx, (*signals, *cleared))

    async def _signal(
        self, tx: AnnouncingTransaction, finding: Finding, run: Run | None, at: datetime
    ) -> Noted:
        desk, dataset = self._incidents, finding.dataset
        around, left = NOTHING_KNOWN, tuple[str, ...]()
        if run is not None and dataset is not None:
            above, below = desk.lineage.above(dataset), desk.lineage.below(dataset)
            upstream = await desk.open_about(tx, above)
            around = await circumstances(tx, run, finding, above, upstream, desk.zone)
            left = left_out(run, below) if _stops(finding) else ()
        # of one run's attempt each trouble is noted once, of a look whenever it tells
        seen_in = f"{run.id}/{run.attempt}" if run else f"{finding.run_id}/{at.isoformat()}"
        return Noted(
            fingerprint=finding.fingerprint,
            kind=finding.topic_kind,
            dataset=dataset,
            severity=finding.severity,
            at=at,
            occurrence=seen_in,
            card=card_of(finding, self._project, around, desk.zone),
            run_id=finding.run_id,
            holds_back=isinstance(finding.evidence, ChecksFailed) and not finding.only_looked,
            left_out=left,
        )

    async def _post_personal(
        self, tx: AnnouncingTransaction, finding: Finding, personal: PersonalData, at: datetime
    ) -> None:
        """A card of its own wherever the routes send it: somebody must decide about it."""
        notice = Notice.about(self._project, finding.topic_kind, finding.severity, finding.dataset)
        decision = await self._incidents.telling.decision(tx, notice, at)
        card, key = card_of(finding, self._project), personal_key(finding, personal)
        for each in decision.places:
            await tx.outbox.put(Post(f"{key}@{each.place}", each.place, card))
        for each in decision.later:
            late = Post(f"{key}@{each.place}", each.place, card, not_before=decision.until)
            await tx.outbox.put(late)

    async def _end(self, tx: AnnouncingTransaction, event: RunChanged | RunFinished) -> None:
        word = ending_of(event.run) if isinstance(event, RunFinished) else None
        if word is not None:
            await tx.outbox.put(replace(word, place=self._place(event.run)))

    def _progress(self, event: RunChanged | RunFinished) -> Post:
        run, pace = event.run, event.pace if isinstance(event, RunChanged) else None
        card = run_card(run, self._project, pace)
        # that it is still at work can wait; that it began, waits again or ended can't
        return Post(_key(run), self._place(run), card, urgent=pace is None)

    def _place(self, run: Run) -> str:
        """Where it was asked for; of a run that a schedule started, where somebody still is."""
        if run.priority is Priority.SCHEDULE:
            return lasting_place(run.asker, self._incidents.telling.platform)
        return run.asker.answer_place


def _stops(finding: Finding) -> bool:
    """Whether what is made from its dataset is not made now."""
    return isinstance(finding.evidence, ChecksFailed | StepBroke) and not finding.only_looked


def _key(run: Run) -> str:
    """One message a run; a retry begins another one, where it was asked for."""
    taken_up = run.parameters.taken_up
    return f"run:{run.id}:{taken_up}" if taken_up else f"run:{run.id}"


def _has_a_card(run: Run) -> bool:
    """Whether somebody reads it where it was asked for; the days of a backfill share one card."""
    return bool(run.asker.channel) and run.backfill is None
