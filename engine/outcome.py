"""What comes back at once when something is asked; never the work itself."""

from dataclasses import dataclass

from engine.cards import Card
from engine.commands import Command
from engine.people import Asker


@dataclass(frozen=True, slots=True)
class Request:
    """A command and who gave it."""

    command: Command
    asker: Asker


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


Outcome = Accepted | Answer | Refused
