"""What may be asked about who may do what, and how what was asked back about is confirmed."""

from dataclasses import dataclass

from engine.commands.base import Command
from engine.people import Role


@dataclass(frozen=True, slots=True)
class Grant(Command):
    """Give somebody a role: everywhere, or for one pipeline, or in one channel, or both."""

    name = "grant"
    needs = Role.ADMIN
    person: str
    role: Role
    pipeline: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Revoke(Command):
    """Take away what was granted: all of it, or just a role, for a pipeline, in a channel."""

    name = "revoke"
    needs = Role.ADMIN
    person: str
    role: Role | None = None
    pipeline: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class ListRoles(Command):
    """Who has a role, where, and by whom; only those who may do what one role may."""

    name = "list_roles"
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Confirm(Command):
    """Carry out what Atlas asked back about, by the code on that card, such as `K7Q2`."""

    name = "confirm"
    code: str
