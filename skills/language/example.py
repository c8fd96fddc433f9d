"""A command with what it does and how it is said, as help shows it."""

from dataclasses import dataclass

from engine.commands import Command


@dataclass(frozen=True, slots=True)
class Explained:
    """A command, what it does in one line, and sentences that say it."""

    command: type[Command]
    does: str
    examples: tuple[str, ...]
