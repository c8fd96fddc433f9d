"""Sentences about who may do what, and confirmations."""

from opsdroid.events import Message

from engine.commands.people import Confirm, Grant, ListRoles, Revoke
from skills import base


class People(base.AtlasSkill):
    """Grants, revokes and lists roles, and carries out what was confirmed."""

    @base.understands(Grant, Revoke, ListRoles, Confirm)
    async def answer(self, message: Message) -> None:
        """Carry out what was asked."""
        await self.carry_out(message)
