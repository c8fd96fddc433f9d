"""What the intake needs: a place where messages are kept, and somebody who works them."""

from collections.abc import Awaitable, Callable

from engine.errors import EngineError
from engine.inbox import Arrived, Inbox

__all__ = ["Arrived", "Inbox", "IntakeFull", "Work"]

Work = Callable[[Arrived], Awaitable[None]]
"""Works one message; whatever it raises ends nothing but that message."""


class IntakeFull(EngineError):
    """More messages wait than may: the platform is to send this one again later."""

    hint = "Try again in a moment."
