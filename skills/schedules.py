"""Sentences about schedules: run this again and again, what is scheduled, pause, resume, delete."""

from opsdroid.events import Message

from engine.commands import (
    DeleteSchedule,
    ListSchedules,
    PauseSchedule,
    ResumeSchedule,
    SchedulePipeline,
)
from skills import base


class Schedules(base.AtlasSkill):
    """Makes, shows and ends schedules."""

    @base.understands(
        SchedulePipeline, ListSchedules, PauseSchedule, ResumeSchedule, DeleteSchedule
    )
    async def answer(self, message: Message) -> None:
        """Carry out what was asked."""
        await self.carry_out(message)
