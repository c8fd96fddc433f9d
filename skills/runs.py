"""Sentences about runs: run this, how is it going, what failed, why."""

from opsdroid.events import Message

from engine.commands import ExplainRun, ListRuns, RunPipeline, RunStatus
from skills import base


class Runs(base.AtlasSkill):
    """Starts runs and tells of them."""

    @base.understands(RunPipeline, RunStatus, ListRuns, ExplainRun)
    async def answer(self, message: Message) -> None:
        """Carry out what was asked."""
        await self.carry_out(message)
