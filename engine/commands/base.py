"""What every command is: a frozen value with a name, a role that it needs, and slots."""

from dataclasses import dataclass, fields
from typing import ClassVar

from engine.people import Role

HIDDEN = "…"
"""What stands for something personal wherever a command is shown."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something that a person or a program may ask for."""

    name: ClassVar[str]
    needs: ClassVar[Role] = Role.VIEWER

    def slots(self) -> dict[str, str | int | None]:
        """The slots for programs: numbers, true and false as they are, all else as text."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}


def _plain(value: object) -> str | int | None:
    return value if value is None or isinstance(value, int) else str(value)
