"""Sentences about what there is: pipelines and tables."""

from opsdroid.events import Message

from engine.commands import DescribePipeline, ListPipelines
from skills import base


class Catalog(base.AtlasSkill):
    """Tells which pipelines there are and what they do."""

    @base.understands(ListPipelines, DescribePipeline)
    async def answer(self, message: Message) -> None:
        """Carry out what was asked."""
        await self.carry_out(message)
