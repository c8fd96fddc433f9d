"""Roles and waiting commands in memory."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

from engine.approvals.model import Held
from engine.commands import Command
from engine.people import Role
from engine.roles.model import Rule
from engine.roles.people import People


class MemoryGrants:
    """Grants and their book in one; a change that raises leaves all as it was."""

    def __init__(self, *kept: Rule) -> None:
        self.kept = list(kept)

    async def of(self, person: str) -> tuple[Rule, ...]:
        """What was granted to a person."""
        return tuple(each for each in self.kept if each.person == person)

    async def all(self) -> tuple[Rule, ...]:
        """Every grant."""
        return tuple(self.kept)

    @asynccontextmanager
    async def changing(self) -> AsyncIterator["MemoryGrants"]:
        """The same, rolled back where the block raises."""
        before = list(self.kept)
        try:
            yield self
        except BaseException:
            self.kept = before
            raise

    async def put(self, rule: Rule) -> None:
        """Keep it, in the place of one with the same scope."""
        key = (rule.person, rule.scope)
        self.kept = [each for each in self.kept if (each.person, each.scope) != key]
        self.kept.append(rule)

    async def remove(self, rule: Rule) -> None:
        """Forget it."""
        self.kept.remove(rule)


class MemoryConfirmations:
    """Waiting commands by their code."""

    def __init__(self) -> None:
        self.kept: dict[str, Held] = {}

    async def keep(self, waiting: Held) -> bool:
        """Keep one, unless its code is taken."""
        return self.kept.setdefault(waiting.code, waiting) is waiting

    async def get(self, code: str) -> Held | None:
        """The one under that code."""
        return self.kept.get(code)

    async def take(self, code: str, key: str) -> bool:
        """Note who confirmed it, once."""
        waiting = self.kept[code]
        if waiting.confirmed_by is not None:
            return False
        self.kept[code] = replace(waiting, confirmed_by=key)
        return True

    async def forget(self, before: datetime) -> None:
        """Forget the old ones."""
        self.kept = {c: each for c, each in self.kept.items() if each.expires_at >= before}


def known_people(
    roles: Mapping[str, Role],
    default: Role = Role.VIEWER,
    grants: MemoryGrants | None = None,
    pipelines: Mapping[Command, str] | None = None,
) -> People:
    """People with these roles everywhere; `pipelines` says what commands are about."""
    known = pipelines or {}

    async def pipeline_of(command: Command) -> str | None:
        return known.get(command) or getattr(command, "pipeline", None)

    rules = tuple(Rule(person, role) for person, role in roles.items())
    return People(rules, default, grants or MemoryGrants(), pipeline_of)
