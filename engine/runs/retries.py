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
    try:
        return await work()  # most work goes well, and then needs nothing of what follows
    except EngineError as error:
        if not error.passes:
            raise
        return await _again(work, error, retries, clock, failed)


async def _again(
    work: Callable[[], Awaitable[T]],
    first: EngineError,
    retries: Retries,
    clock: Clock,
    failed: Callable[[EngineError, int], None],
) -> T:
    """The same after the first try, which failed so."""
    known: EngineError | None = first

    def tell(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, EngineError):
            failed(error, state.attempt_number)

    async def tried() -> T:
        nonlocal known
        if known is not None:
            error, known = known, None
            raise error
        return await work()

    retrying = AsyncRetrying(
        retry=retry_if_exception(can_pass),
        stop=stop_after_attempt(retries.attempts) if retries.attempts else stop_never,
        wait=wait_random_exponential(multiplier=retries.first, max=retries.longest),
        sleep=clock.sleep,
        before_sleep=tell,
        reraise=True,
    )
    result: T = await retrying(tried)
    return result
