"""Sentences about personal data."""

from opsdroid.events import Message

from engine.commands import ScanPrivacy
from skills import base


class Privacy(base.AtlasSkill):
    """Looks for personal data."""

    @base.understands(ScanPrivacy)
    async def answer(self, message: Message) -> None:
        """Carry out what was asked."""
        await self.carry_out(message)
