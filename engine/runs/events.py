"""What the runner tells the rest of the engine, in the transaction in which it happens."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from engine.runs.model import Run, Step

Tx = TypeVar("Tx")


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the step at work goes, and how long the run may still take, where that is known."""

    rows: int | None = None
    rows_a_second: float | None = None
    seconds_left: float | None = None
    exceeds: float | None = None
    """The seconds that the step at work takes as a rule, where it took longer now."""
    runs: int = 0
    """The earlier runs of the same by which these two are known."""


@dataclass(frozen=True, slots=True)
class RunChanged:
    """A run was queued, started, came one step further, or is still at one."""

    run: Run
    pace: Pace | None = None


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


async def tell(listeners: Iterable[Listener[Tx]], tx: Tx, event: RunEvent) -> None:
    """Let each of them hear it, in the same transaction."""
    for listener in listeners:
        await listener(tx, event)
