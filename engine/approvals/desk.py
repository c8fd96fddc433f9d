"""Asks back before something is done for good, and hands it on once it is confirmed."""

from collections.abc import Collection

from engine.approvals.cards import asking_card
from engine.approvals.model import (
    LASTS_FOR_OTHERS,
    Deed,
    Held,
    UnknownConfirmation,
    code_of,
    deed_of,
    held,
    require_confirmable,
)
from engine.approvals.ports import Confirmations, Foresight, Permits
from engine.audit.model import AuditEntry, Told
from engine.audit.ports import AuditLog
from engine.cards import Card
from engine.clock import Clock
from engine.commands import Command
from engine.commands.people import Confirm
from engine.people import Asker

ASKED_BACK = "asked back"
CONFIRMED = "confirmed"


class ApprovalDesk:
    """Stands between the permission to do something and the doing."""

    def __init__(
        self,
        waiting: Confirmations,
        permits: Permits,
        foresee: Foresight,
        log: AuditLog,
        clock: Clock,
        second: Collection[Deed] = (),
    ) -> None:
        self._waiting = waiting
        self._permits = permits
        self._foresee = foresee
        self._log = log
        self._clock = clock
        self._second = frozenset(second)

    async def ask_back(self, command: Command, asker: Asker) -> Card | None:
        """The question what is to become of a command; None where it may be done at once.

        A program with a token states what it wants and is not asked. Raises EngineError where the
        command would be refused anyway.
        """
        deed = deed_of(command)
        if deed is None or asker.role is not None:
            return None
        foreseen = await self._foresee(command, asker)
        if foreseen is None:
            return None
        meant = foreseen.command or command
        waiting = await self._kept(meant, asker, second=deed in self._second)
        await self._record(ASKED_BACK, waiting, asker)
        return asking_card(waiting, foreseen)

    async def confirm(self, command: Confirm, asker: Asker, key: str | None = None) -> Held:
        """What is to be done now, in the name of whoever asked for it.

        The message of the same key gets the same again: its work may have been cut off. Raises
        UnknownConfirmation, ConfirmationRefused, and NotAllowed where one of the two may not do it
        any more.
        """
        code = code_of(command.code)
        waiting = await self._waiting.get(code)
        is_again = waiting is not None and waiting.was_confirmed_by(key)
        if waiting is None or (waiting.confirmed_by is not None and not is_again):
            raise UnknownConfirmation(code)
        if not is_again:
            require_confirmable(waiting, asker, self._clock.now())
        for each in dict.fromkeys((waiting.asker, asker)):
            await self._permits.require(each, waiting.command)
        if is_again:
            return waiting
        if not await self._waiting.take(code, key or ""):
            raise UnknownConfirmation(code)
        await self._record(CONFIRMED, waiting, asker)
        return waiting

    async def _kept(self, command: Command, asker: Asker, *, second: bool) -> Held:
        now = self._clock.now()
        await self._waiting.forget(now - LASTS_FOR_OTHERS)
        waiting = held(command, asker, now, second=second)
        while not await self._waiting.keep(waiting):
            waiting = held(command, asker, now, second=second)
        return waiting

    async def _record(self, action: str, waiting: Held, asker: Asker) -> None:
        detail: dict[str, Told] = {
            "where": asker.place,
            "code": waiting.code,
            "asked by": waiting.asker.id,
        }
        subject = waiting.command.name
        await self._log.record(AuditEntry(self._clock.now(), asker.id, action, subject, detail))
