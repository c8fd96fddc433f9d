"""Sentences about runs: run this, how is it going, what failed, why, stop it, once more."""

from opsdroid.events import Message

from engine.commands import (
    Backfill,
    BackfillStatus,
    CancelRun,
    ExplainRun,
    ListRuns,
    RetryRun,
    RunPipeline,
    RunStatus,
)
from skills import base


class Runs(base.AtlasSkill):
    """Starts and stops runs, and tells of them."""

    @base.understands(
        RunPipeline, RunStatus, ListRuns, ExplainRun, CancelRun, RetryRun, Backfill, BackfillStatus
    )
    async def answer(self, message: Message) -> None:
        """Carry out what was asked."""
        await self.carry_out(message)
