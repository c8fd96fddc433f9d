"""Sentences about quality: checks now and past, those to add, and rows in quarantine."""

from opsdroid.events import Message

from engine.commands import (
    AcceptChecks,
    CheckQuality,
    DeleteQuarantine,
    ExpectValues,
    ListQuarantine,
    QualityReport,
    ReleaseQuarantine,
    SuggestChecks,
)
from skills import base


class Quality(base.AtlasSkill):
    """Checks datasets, says how good they are, and shows what was put aside."""

    @base.understands(
        CheckQuality,
        QualityReport,
        ListQuarantine,
        ReleaseQuarantine,
        DeleteQuarantine,
        ExpectValues,
        SuggestChecks,
        AcceptChecks,
    )
    async def answer(self, message: Message) -> None:
        """Carry out what was asked."""
        await self.carry_out(message)
