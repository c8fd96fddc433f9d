"""Takes what admins want of one person: find them, plan to forget them, confirm that, carry on."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from engine.audit.model import Action, AuditEntry
from engine.clock import Clock
from engine.errors import EngineError, KeyMissing, TableBusy, Unknown
from engine.people import Asker
from engine.persons.model import (
    LASTS,
    Erasure,
    ErasureState,
    Found,
    Marks,
    erasure_id,
    marks_of,
    require_confirmable,
    require_withdrawable,
    total,
)
from engine.persons.ports import Erasures, Recorder, Traces
from engine.privacy.ports import Policies
from engine.privacy.protect import PREFIXES, Keyring

logger = logging.getLogger(__name__)

AGAIN = 60.0
"""Seconds between looks for erasures that a run, or a crash, kept from their end."""


class UnknownErasure(Unknown):
    """No erasure has that id."""

    noun = "erasure"
    hint = "Plan one with «erase …»; its card tells the id."


@dataclass(frozen=True, slots=True)
class Sighted:
    """Where somebody occurs."""

    marks: Marks
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """What would be erased; None where there is nothing."""

    erasure: Erasure | None
    sighted: Sighted


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased just now, what is left, and what could not be reached for a run at work."""

    erasure: Erasure
    found: tuple[Found, ...]
    left: tuple[Found, ...]
    waiting: tuple[str, ...] = ()

    @property
    def done(self) -> bool:
        """Whether nothing is left of the person."""
        return not self.waiting and not total(self.left)


@dataclass(frozen=True, slots=True)
class Listed:
    """The erasures that were planned last, newest first, as they stand at a moment."""

    erasures: tuple[Erasure, ...]
    at: datetime


class PersonDesk:
    """Knows identifiers only while it turns them into tokens; nothing of them is kept."""

    def __init__(
        self,
        policies: Policies,
        traces: Traces,
        erasures: Erasures,
        keys: Keyring | None,
        clock: Clock,
        record: Recorder,
    ) -> None:
        self._policies = policies
        self._traces = traces
        self._erasures = erasures
        self._keys = keys
        self._clock = clock
        self._record = record

    async def find(self, identifier: str, asker: Asker) -> Sighted:
        """Where a person occurs; raises EngineError where the text means nobody."""
        sighted = await self._sighted(identifier)
        await self._note(asker, Action.PERSON_SEARCHED, "a person", sighted.found)
        return sighted

    async def plan(self, identifier: str, asker: Asker) -> Planned:
        """Keep the tokens of a person for somebody else to confirm; changes no data.

        Who is planned to be erased already gets no second plan: it would stay open for nothing.
        """
        sighted = await self._sighted(identifier)
        if not total(sighted.found):
            await self._note(asker, Action.PERSON_SEARCHED, "a person", sighted.found)
            return Planned(None, sighted)
        now = self._clock.now()
        erasure = await self._erasures.plan(sighted.marks, asker.id, now, now + LASTS)
        is_new = (erasure.asked_by, erasure.asked_at) == (asker.id, now)
        action = Action.ERASURE_PLANNED if is_new else Action.PERSON_SEARCHED
        await self._note(asker, action, erasure.id if is_new else "a person", sighted.found)
        return Planned(erasure, sighted)

    async def confirm(self, named: str, asker: Asker) -> Erased:
        """Erase what somebody else planned, or carry on; raises UnknownErasure, ErasureRefused."""
        erasure = await self._named(named)
        now = self._clock.now()
        require_confirmable(erasure, asker.id, now)
        if erasure.state is ErasureState.PLANNED:
            # recorded before anything is erased: what can't be recorded is not done
            await self._note(asker, Action.ERASURE_CONFIRMED, erasure.id, ())
            await self._erasures.begin(erasure.id, asker.id, now)
            erasure = await self._named(named)
            # it may have been withdrawn meanwhile
            require_confirmable(erasure, asker.id, now)
        return await self._carry_out(erasure)

    async def withdraw(self, named: str, asker: Asker) -> Erasure:
        """Take back what was planned, and forget who was meant; raises as confirming does."""
        erasure, now = await self._named(named), self._clock.now()
        require_withdrawable(erasure, now)
        await self._note(asker, Action.ERASURE_WITHDRAWN, erasure.id, ())
        if not await self._erasures.withdraw(erasure.id):
            require_withdrawable(await self._named(named), now)
        return erasure

    async def newest(self, limit: int) -> Listed:
        """The erasures that were planned last, whatever became of them."""
        return Listed(await self._erasures.newest(limit), self._clock.now())

    async def _named(self, named: str) -> Erasure:
        erasure = await self._erasures.get(erasure_id(named))
        if erasure is None:
            raise UnknownErasure(erasure_id(named))
        return erasure

    async def resume(self) -> int:
        """Carry on with what was confirmed and is not done; how many still are not."""
        await self._erasures.forget(self._clock.now())
        unfinished = 0
        for erasure in await self._erasures.begun():
            unfinished += not (await self._carry_out(erasure)).done
        return unfinished

    async def watch(self) -> None:
        """Do so now and then until cancelled."""
        while True:
            await self._clock.sleep(AGAIN)
            try:
                await self.resume()
            except EngineError as error:
                logger.warning("an erasure could not be carried on: %s", error.message)

    async def _sighted(self, identifier: str) -> Sighted:
        marks = marks_of(identifier, await self._entities(), self._required_keys())
        return Sighted(marks, await self._found(marks))

    def _required_keys(self) -> Keyring:
        if self._keys is None:
            message = "People are found by tokens, and there is no secret key."
            raise KeyMissing(message)
        return self._keys

    async def _entities(self) -> frozenset[str]:
        """Every entity under which a token may have been made."""
        project = await self._policies.current()
        policy = project.privacy
        named = {column.entity for table in project.tables for column in table.columns}
        named |= {each.entity for each in policy.rules} | {each.entity for each in policy.patterns}
        for rule in policy.columns.values():
            named |= {rule.entity, *rule.holds}
        known = {*PREFIXES, *policy.operators, *filter(None, named)}
        return await self._traces.entities() | known

    async def _found(self, marks: Marks) -> tuple[Found, ...]:
        found: list[Found] = []
        project = await self._policies.current()
        for table in project.tables:
            found += await self._traces.in_table(table, marks)
        for model in project.models:
            found += await self._traces.in_model(model, marks)
        return tuple(found)

    async def _carry_out(self, erasure: Erasure) -> Erased:
        """Tables first: what is built from them afterwards is clean."""
        found, waiting = await self._erase(erasure.marks)
        left = await self._found(erasure.marks)
        erased = Erased(erasure, found, left, waiting)
        by = erasure.confirmed_by or erasure.asked_by
        await self._record(_entry(self._clock, by, Action.PERSON_ERASED, erasure.id, found))
        if erased.done:
            await self._erasures.end(erasure.id)
        return erased

    async def _erase(self, marks: Marks) -> tuple[tuple[Found, ...], tuple[str, ...]]:
        found: list[Found] = []
        waiting: list[str] = []
        project = await self._policies.current()
        for table in project.tables:
            try:
                found += await self._traces.erase_from_table(table, marks)
            except TableBusy:
                waiting.append(str(table.silver))
        for model in project.models:
            try:
                found += await self._traces.erase_from_model(model, marks)
            except TableBusy:
                waiting.append(str(model.gold))
        return tuple(found), tuple(waiting)

    async def _note(self, asker: Asker, action: str, subject: str, found: Iterable[Found]) -> None:
        await self._record(_entry(self._clock, asker.id, action, subject, found))


def _entry(
    clock: Clock, actor: str, action: str, subject: str, found: Iterable[Found]
) -> AuditEntry:
    """Counts by place; the ids of runs in the names of staged tables say no more."""
    rows = {each.place: each.rows for each in found if each.rows}
    return AuditEntry(clock.now(), actor, action, subject, rows)
