"""What is tried again because it can pass by itself, how often, and after how long."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_never,
    wait_random_exponential,
)

from engine.clock import Clock
from engine.errors import EngineError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a step is tried in all, and the longest waits between: doubling, at random."""

    attempts: int = 5
    first: float = 0.5
    longest: float = 20.0


USUAL = Retries()

UNTIL_IT_WORKS = Retries(attempts=0, first=0.5, longest=10.0)
"""A state that must be stored waits for a database that is away, however long."""


def can_pass(error: BaseException) -> bool:
    """Whether the same work may succeed a moment later."""
    return isinstance(error, EngineError) and error.passes


async def with_retries(
    work: Callable[[], Awaitable[T]],
    retries: Retries,
    clock: Clock,
    failed: Callable[[EngineError, int], None],
) -> T:
    """What the work returns, tried again while it fails with what can pass; tells each failure."""
    stop = stop_after_attempt(retries.attempts) if retries.attempts else stop_never

    def tell(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, EngineError):
            failed(error, state.attempt_number)

    retrying = AsyncRetrying(
        retry=retry_if_exception(can_pass),
        stop=stop,
        wait=wait_random_exponential(multiplier=retries.first, max=retries.longest),
        sleep=clock.sleep,
        before_sleep=tell,
        reraise=True,
    )

    async def awaited() -> T:
        return await work()  # tenacity awaits coroutine functions only, and a lambda is none

    result: T = await retrying(awaited)
    return result
