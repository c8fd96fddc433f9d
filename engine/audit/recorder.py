"""Records the commands that people and programs give: those worth it, before they are done."""

import logging
from collections.abc import Collection

from engine.audit.entries import asked, refused, worth_recording
from engine.audit.ports import AuditLog
from engine.clock import Clock
from engine.commands import Command
from engine.errors import EngineError
from engine.people import Asker

logger = logging.getLogger(__name__)


class CommandRecorder:
    """Stands between the permission to do something and the doing."""

    def __init__(self, log: AuditLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock

    async def asked(self, command: Command, asker: Asker, known: Collection[str]) -> None:
        """Record what is about to be done; raises DatabaseError, so that it is not done then."""
        if worth_recording(command):
            await self._log.record(asked(command, asker, self._clock.now(), known))

    async def refused(
        self, command: Command, asker: Asker, error: EngineError, known: Collection[str]
    ) -> None:
        """Record what was not done; where that fails too, the refusal is still told."""
        if not worth_recording(command):
            return
        try:
            await self._log.record(refused(command, asker, error, self._clock.now(), known))
        except EngineError as failed:
            logger.warning("a refused %s was not recorded: %s", command.name, failed.message)
