"""Sentences about personal data: what there is, its rules, one person, who did what."""

from opsdroid.events import Message

from engine.commands import (
    AcceptFinding,
    Audit,
    CheckAnonymity,
    ConfirmErasure,
    ErasePerson,
    FindPerson,
    ListErasures,
    PrivacyReport,
    RejectFinding,
    RevealValue,
    ScanPrivacy,
    SetPrivacyRule,
    WithdrawErasure,
)
from skills import base


class Privacy(base.AtlasSkill):
    """Looks for personal data, sets what is done with it, and answers for people's rights."""

    @base.understands(
        ScanPrivacy,
        PrivacyReport,
        SetPrivacyRule,
        AcceptFinding,
        RejectFinding,
        FindPerson,
        ErasePerson,
        ConfirmErasure,
        ListErasures,
        WithdrawErasure,
        RevealValue,
        CheckAnonymity,
        Audit,
    )
    async def answer(self, message: Message) -> None:
        """Carry out what was asked."""
        await self.carry_out(message)
