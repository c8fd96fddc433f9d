"""What comes back at once when something is asked; never the work itself."""

from dataclasses import dataclass, field

from engine.cards import Card
from engine.commands import Command
from engine.errors import EngineError
from engine.people import Asker


@dataclass(frozen=True, slots=True)
class Request:
    """A command and who gave it.

    With a `key`, asking again is the same request: the run that it started, not another one.
    Whoever asks waits for it, unless it was a schedule (`urgent` is false).
    """

    command: Command
    asker: Asker
    key: str | None = None
    urgent: bool = True


@dataclass(frozen=True, slots=True)
class Accepted:
    """Work began; its card comes by itself, to the place where it was asked for."""

    run_id: str


@dataclass(frozen=True, slots=True)
class Answer:
    """All there is to say."""

    card: Card


@dataclass(frozen=True, slots=True)
class Refused:
    """It is not done: why, what to do instead, and names that may have been meant."""

    reason: str
    hint: str = ""
    close: tuple[str, ...] = ()
    error: EngineError | None = field(default=None, compare=False)
    """What programs tell apart; None where nothing is wrong but what was asked."""


Outcome = Accepted | Answer | Refused
