"""What the runner tells the rest of the engine, in the transaction in which it happens."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from engine.runs.model import Run, Step

Tx = TypeVar("Tx")


@dataclass(frozen=True, slots=True)
class RunChanged:
    """A run was queued, started, or came one step further."""

    run: Run


@dataclass(frozen=True, slots=True)
class StepFinished:
    """A step ended; its report tells what it did and saw."""

    run: Run
    step: Step


@dataclass(frozen=True, slots=True)
class RunFinished:
    """A run ended, one way or another."""

    run: Run


RunEvent = RunChanged | StepFinished | RunFinished
Listener = Callable[[Tx, RunEvent], Awaitable[None]]
