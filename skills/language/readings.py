"""What can come out of reading a sentence: a command, a guess, or nothing but what was close."""

from dataclasses import dataclass

from engine.commands import Command


@dataclass(frozen=True, slots=True)
class Understood:
    """The sentence says this and nothing else."""

    command: Command


@dataclass(frozen=True, slots=True)
class Guess:
    """The sentence may mean one of these; nothing may run before somebody picks."""

    commands: tuple[Command, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """The sentence means nothing here; these sentences would."""

    close: tuple[str, ...]


Reading = Understood | Guess | NotUnderstood
