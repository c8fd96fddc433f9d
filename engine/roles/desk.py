"""Grants and revokes roles: one decision at a time, on record before it holds."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.audit.model import AuditEntry, Told
from engine.audit.ports import AuditLog
from engine.clock import Clock
from engine.commands.people import Grant, Revoke
from engine.errors import EngineError
from engine.people import Asker, Role
from engine.roles.model import (
    Book,
    Rule,
    Scope,
    Taken,
    person_id,
    place_of,
    require_grantable,
    require_revocable,
)
from engine.roles.ports import Grants

GRANTED = "role granted"
REVOKED = "role revoked"


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of the roles of a person."""

    person: str
    before: tuple[Rule, ...]
    after: tuple[Rule, ...]
    rules: tuple[Rule, ...]
    """What was granted, or revoked."""
    everywhere: Role
    """The role that the person has now wherever nothing more is said."""


class RoleDesk:
    """Takes what admins say about roles; two who speak at once are heard one after the other."""

    def __init__(
        self,
        configured: Sequence[Rule],
        default: Role,
        grants: Grants,
        log: AuditLog,
        clock: Clock,
        pipelines: Sequence[str],
    ) -> None:
        self._configured = tuple(configured)
        self._default = default
        self._grants = grants
        self._log = log
        self._clock = clock
        self._pipelines = frozenset(pipelines)

    async def book(self) -> Book:
        """All that is said about roles at this moment."""
        return self._book(await self._grants.all())

    async def foresee(self, command: Grant, asker: Asker) -> Changed:
        """What a grant would change; raises RoleRefused where it would be refused."""
        book = await self.book()
        return self._granted(book, self._wanted(command, asker), asker)

    async def grant(self, command: Grant, asker: Asker) -> Changed:
        """Give a role; raises RoleRefused."""
        rule = self._wanted(command, asker)
        async with self._grants.changing() as grants:
            changed = self._granted(self._book(await grants.all()), rule, asker)
            await grants.put(rule)
            await self._record(GRANTED, changed, asker)
        return changed

    async def revoke(self, command: Revoke, asker: Asker) -> Changed:
        """Take roles away; raises RoleRefused."""
        taken = self._taken(command, asker)
        async with self._grants.changing() as grants:
            book = self._book(await grants.all())
            gone = require_revocable(book, taken, asker.id)
            left = book.without(gone)
            for each in gone:
                await grants.remove(each)
            changed = _changed(book, left, taken.person, gone)
            await self._record(REVOKED, changed, asker)
        return changed

    def _granted(self, book: Book, rule: Rule, asker: Asker) -> Changed:
        require_grantable(book, rule, asker.id)
        return _changed(book, book.granting(rule), rule.person, (rule,))

    def _wanted(self, command: Grant, asker: Asker) -> Rule:
        person = person_id(command.person, asker.platform, asker.id)
        pipelines = (self._known(command.pipeline),) if command.pipeline else ()
        channels = (self._channel(command.channel, asker),) if command.channel else ()
        scope = Scope(pipelines, channels)
        return Rule(person, Role(command.role), scope, asker.id, self._clock.now())

    def _taken(self, command: Revoke, asker: Asker) -> Taken:
        channel = self._channel(command.channel, asker) if command.channel else None
        person = person_id(command.person, asker.platform, asker.id)
        return Taken(person, command.role, command.pipeline, channel)

    @staticmethod
    def _channel(said: str, asker: Asker) -> str:
        return place_of(said, asker.platform, asker.channel)

    def _known(self, pipeline: str) -> str:
        if pipeline not in self._pipelines:
            message = f"There is no pipeline {pipeline!r}, so no role was given for it."
            raise EngineError(message, f"There are: {', '.join(sorted(self._pipelines))}.")
        return pipeline

    def _book(self, granted: tuple[Rule, ...]) -> Book:
        return Book(self._configured, granted, self._default)

    async def _record(self, action: str, changed: Changed, asker: Asker) -> None:
        """On record within the change: what can't be recorded is not done."""
        detail: dict[str, Told] = {
            "where": asker.place,
            "role": tuple(map(str, changed.rules)),
            "before": tuple(map(str, changed.before)),
        }
        now = self._clock.now()
        await self._log.record(AuditEntry(now, asker.id, action, changed.person, detail))


def _changed(before: Book, after: Book, person: str, rules: tuple[Rule, ...]) -> Changed:
    return Changed(person, before.of(person), after.of(person), rules, after.everywhere(person))
