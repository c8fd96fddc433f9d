"""Sentences about lineage: what feeds what, and what a mishap would break."""

from opsdroid.events import Message

from engine.commands import ShowImpact, ShowLineage
from skills import base


class Lineage(base.AtlasSkill):
    """Shows what is made from what."""

    @base.understands(ShowLineage, ShowImpact)
    async def answer(self, message: Message) -> None:
        """Carry out what was asked."""
        await self.carry_out(message)
