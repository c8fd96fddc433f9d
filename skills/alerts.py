"""Sentences about incidents, who hears of them, and digests."""

from opsdroid.events import Message

from engine.commands import (
    Acknowledge,
    Assign,
    DigestNow,
    ExplainRoute,
    ListIncidents,
    ListSubscriptions,
    ListUndelivered,
    Mute,
    Resolve,
    ScheduleDigest,
    ShowIncident,
    Snooze,
    Subscribe,
    Unmute,
    Unsubscribe,
)
from skills import base


class Alerts(base.AtlasSkill):
    """Looks after incidents, and after who hears of them."""

    @base.understands(
        ListIncidents,
        ShowIncident,
        Acknowledge,
        Snooze,
        Assign,
        Resolve,
        Mute,
        Unmute,
        Subscribe,
        Unsubscribe,
        ListSubscriptions,
        ExplainRoute,
        DigestNow,
        ScheduleDigest,
        ListUndelivered,
    )
    async def answer(self, message: Message) -> None:
        """Carry out what was asked."""
        await self.carry_out(message)
