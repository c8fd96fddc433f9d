"""What the tests of sentences hold of a reading."""

from engine.commands import Command
from engine.people import Role
from skills.language.readings import Guess, Reading, Understood


def assert_offered(reading: Reading, commands: tuple[Command, ...], reason: str) -> None:
    """Just these commands are offered, with that reason."""
    assert isinstance(reading, Guess)
    assert reading.commands == commands
    assert reason in reading.reason


def assert_among_the_offered(reading: Reading, command: Command, reason: str) -> None:
    """This command is one of those offered, with that reason."""
    assert isinstance(reading, Guess)
    assert command in reading.commands
    assert reason in reading.reason


def assert_changes_nothing(reading: Reading) -> None:
    """Nothing is understood but what a viewer may ask for."""
    assert not isinstance(reading, Understood) or reading.command.needs is Role.VIEWER
