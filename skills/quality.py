"""Sentences about quality: checks now, and rows in quarantine."""

from opsdroid.events import Message

from engine.commands import CheckQuality, ListQuarantine
from skills import base


class Quality(base.AtlasSkill):
    """Checks datasets and shows what was put aside."""

    @base.understands(CheckQuality, ListQuarantine)
    async def answer(self, message: Message) -> None:
        """Carry out what was asked."""
        await self.carry_out(message)
