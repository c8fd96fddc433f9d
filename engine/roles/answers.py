"""The cards about roles: who has which, what a grant will do, what it did, what was taken away."""

from collections.abc import Iterator, Sequence

from engine.approvals.model import Foreseen
from engine.cards import Button, Card, CardKind, CardTable, Fact, Severity, counted
from engine.commands import Command
from engine.commands.people import Grant, ListRoles, Revoke
from engine.people import Asker, Role
from engine.roles.desk import Changed, RoleDesk
from engine.roles.model import Book, Rule

RoleCommand = Grant | Revoke | ListRoles

MAY = {
    Role.VIEWER: "ask, and see results",
    Role.OPERATOR: "start, stop and change runs, checks, schedules and privacy rules",
    Role.ADMIN: "do everything: find, reveal and erase people's data, and grant roles",
}


class RoleAnswers:
    """What people hear when they grant or revoke a role, or ask for those that there are."""

    def __init__(self, desk: RoleDesk) -> None:
        self._desk = desk

    async def answer(self, command: RoleCommand, asker: Asker) -> Card:
        """Do it; raises RoleRefused where it is refused."""
        match command:
            case Grant():
                return granted_card(await self._desk.grant(command, asker))
            case Revoke():
                return revoked_card(await self._desk.revoke(command, asker))
            case ListRoles():
                return roles_card(await self._desk.book(), command.role)

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


def roles_card(book: Book, role: Role | None) -> Card:
    """Who may do what, or only who may do what one role may."""
    rules = book.covering(role or Role.VIEWER)
    people = counted(len({each.person for each in rules}), "person", "people")
    what = f"with the rights of an {role}" if role and role is not Role.VIEWER else "with a role"
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.INFO,
        title=f"{people} {what}",
        text=f"Everybody else is {book.default} and may {MAY[book.default]}.",
        table=CardTable(("Person", "Role", "Where", "From"), tuple(map(_row, rules)))
        if rules
        else None,
    )


def _row(rule: Rule) -> tuple[str, str, str, str]:
    source = "configuration.yaml" if rule.configured else rule.granted_by
    return rule.person, str(rule.role), str(rule.scope).strip() or "everywhere", source


def person_card(asker: Asker, role: Role) -> Card:
    """Who the asker is to Atlas."""
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.INFO,
        title=f"You are {asker.name}",
        facts=(Fact("Id", asker.id), Fact("Role", str(role)), Fact("You may", MAY[role])),
        buttons=(Button("What you can say", "help"),),
    )


def _now(rules: Sequence[Rule], name: str) -> Iterator[Fact]:
    if rules:
        yield Fact(name, ", ".join(map(str, rules)))
