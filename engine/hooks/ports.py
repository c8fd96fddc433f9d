"""What calls hooks need from outside: the hooks, and to know when something is committed."""

from collections.abc import Callable
from typing import Protocol

from engine.hooks.model import Call


class Hook(Protocol):
    """One piece of people's own code."""

    @property
    def name(self) -> str:
        """The name that its package gives it."""
        ...

    async def call(self, call: Call) -> None:
        """Let it run; may raise anything. Cancelling gives it up."""
        ...

    def close(self) -> None:
        """Let go of it, without waiting."""
        ...


class Committing(Protocol):
    """A transaction that tells when it is committed."""

    def after_commit(self, act: Callable[[], None]) -> None:
        """Do that once the transaction is committed, and never if it is not."""
        ...
