"""What somebody said, as a message of opsdroid's that can be printed and logged by anybody."""

from opsdroid.events import Message
from typing_extensions import override

from engine.identifiers import without_identifiers


class Heard(Message):
    """A message of a person: skills read its text as it was typed, logs show nobody in it."""

    key: str | None = None
    """What is the same if the message is worked again."""

    @override
    def __repr__(self) -> str:
        return f"<Heard({without_identifiers(self.text or '')!r})>"
