"""The cards about roles: what a grant will do, what it did, and what was taken away."""

from collections.abc import Iterator, Sequence

from engine.approvals.model import Foreseen
from engine.cards import Button, Card, CardKind, Fact, Severity
from engine.commands import Command
from engine.commands.people import Grant, Revoke
from engine.people import Asker, Role
from engine.roles.desk import Changed, RoleDesk
from engine.roles.model import Rule

RoleCommand = Grant | Revoke

MAY = {
    Role.VIEWER: "ask, and see results",
    Role.OPERATOR: "start, stop and change runs, checks, schedules and privacy rules",
    Role.ADMIN: "do everything: find, reveal and erase people's data, and grant roles",
}


class RoleAnswers:
    """What people hear when they grant or revoke a role."""

    def __init__(self, desk: RoleDesk) -> None:
        self._desk = desk

    async def answer(self, command: RoleCommand, asker: Asker) -> Card:
        """Do it; raises RoleRefused where it is refused."""
        match command:
            case Grant():
                return granted_card(await self._desk.grant(command, asker))
            case Revoke():
                return revoked_card(await self._desk.revoke(command, asker))

    async def foresee(self, command: Command, asker: Asker) -> Foreseen | None:
        """What a grant would do; raises RoleRefused where it would be refused."""
        if not isinstance(command, Grant):
            return None
        changed = await self._desk.foresee(command, asker)
        rule = changed.rules[0]
        return Foreseen(
            f"Make {changed.person} {rule}?",
            f"They may then {MAY[rule.role]}{rule.scope}.",
            tuple(_now(changed.before, "Until now")),
        )


def granted_card(changed: Changed) -> Card:
    """Who may do what from now on."""
    rule = changed.rules[0]
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.SUCCESS,
        title=f"{changed.person} is {rule} now",
        text=f"They may {MAY[rule.role]}{rule.scope}. It holds from their next message on.",
        facts=(*_now(changed.before, "Before"), *_now(changed.after, "Now")),
        buttons=(Button("Take it back", f"revoke {rule.role} from {changed.person}"),),
    )


def revoked_card(changed: Changed) -> Card:
    """What somebody may not do any more, and what they still may."""
    gone = ", ".join(map(str, changed.rules))
    kept = any(each.configured for each in changed.after)
    still = " configuration.yaml still gives them a role." if kept else ""
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.SUCCESS,
        title=f"{changed.person} is no longer {gone}",
        text=f"They are {changed.everywhere} from their next message on.{still}",
        facts=tuple(_now(changed.after, "Now")),
    )


def _now(rules: Sequence[Rule], name: str) -> Iterator[Fact]:
    if rules:
        yield Fact(name, ", ".join(map(str, rules)))
