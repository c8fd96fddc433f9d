"""Asks Slack again where it does not answer, or wants to be left alone for a moment."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from connectors.slack.web_api import SlackFailed
from engine.clock import Clock

TRIES = 4
FIRST_WAIT = 1.0
LONGEST_WAIT = 30.0

R = TypeVar("R")


async def patiently(
    clock: Clock,
    ask: Callable[[bool], Awaitable[R]],
    *,
    doubtful: bool = False,
    tries: int = TRIES,
) -> R:
    """What Slack answers in the end; `ask` hears whether it may have been done already.

    Raises SlackFailed, at once where trying again does not help.
    """
    for attempt in range(tries - 1):
        try:
            return await ask(doubtful)
        except SlackFailed as error:
            if error.permanent:
                raise
            wait = error.retry_after or FIRST_WAIT * 2**attempt
            doubtful = doubtful or error.unclear
        await clock.sleep(min(wait, LONGEST_WAIT))
    return await ask(doubtful)
