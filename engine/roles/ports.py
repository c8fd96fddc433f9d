"""Where grants are kept, and how it is found out which pipeline a command is about."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from engine.commands import Command
from engine.roles.model import Rule

PipelineOf = Callable[[Command], Awaitable[str | None]]
"""The one pipeline that a command is about; None where it is none, several, or not known."""


class GrantBook(Protocol):
    """Grants within one transaction, during which nobody else changes any."""

    async def all(self) -> tuple[Rule, ...]:
        """Every grant."""
        ...

    async def put(self, rule: Rule) -> None:
        """Keep a grant, in the place of one with the same person and scope."""
        ...

    async def remove(self, rule: Rule) -> None:
        """Forget a grant."""
        ...


class Grants(Protocol):
    """What was granted in chat; raises DatabaseError where it can't tell."""

    async def of(self, person: str) -> tuple[Rule, ...]:
        """What was granted to a person, as it is at this moment."""
        ...

    async def all(self) -> tuple[Rule, ...]:
        """Every grant."""
        ...

    def changing(self) -> AbstractAsyncContextManager[GrantBook]:
        """A transaction for a change; those of other processes wait for its end."""
        ...
