"""What every kind of step has in common."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from engine.runs.model import Run, Step, StepReport
from engine.runs.ports import RunTransaction

Act = Callable[[RunTransaction], Awaitable[StepReport]]
"""What a step does inside the transaction that commits its state."""


class StepWork(Protocol):
    """A kind of step."""

    async def prepare(self, run: Run, step: Step) -> Act:
        """Do what is slow or needs no transaction, and return what the transaction does."""
        ...
