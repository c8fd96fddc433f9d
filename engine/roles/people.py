"""Who may ask for what: looks the role of a person up for each command, so that none is stale."""

from collections.abc import Sequence

from engine.commands import Command
from engine.errors import NotAllowed
from engine.people import Asker, Role
from engine.roles.model import Book, Rule, role_at, who_grants
from engine.roles.ports import Grants, PipelineOf


class People:
    """Knows who has which role where.

    Grants are read anew for each command: who was revoked is refused at the next click, in every
    process. Whoever shows a proof of a role, such as a token, has that role.
    """

    def __init__(
        self, configured: Sequence[Rule], default: Role, grants: Grants, pipeline_of: PipelineOf
    ) -> None:
        self._configured = tuple(configured)
        self._default = default
        self._grants = grants
        self._pipeline_of = pipeline_of

    async def role_of(self, asker: Asker, command: Command) -> Role:
        """The role of whoever asked, for what was asked and where."""
        if asker.role is not None:
            return asker.role
        rules = await self._rules(asker)
        narrowed = any(each.scope.pipelines for each in rules)
        pipeline = await self._pipeline_of(command) if narrowed else None
        return role_at(rules, self._default, pipeline, asker.place)

    async def require(self, asker: Asker, command: Command) -> None:
        """Raise NotAllowed where the role does not cover the command, naming who can grant it."""
        role = await self.role_of(asker, command)
        if role.covers(command.needs):
            return
        book = Book(self._configured, await self._grants.all(), self._default)
        raise NotAllowed(
            f"Your role here is {role}; {command.name} needs {command.needs}.",
            who_grants(book, asker.id, command.needs),
        )

    async def elsewhere(self, asker: Asker) -> tuple[str, ...]:
        """The roles that somebody has only for a pipeline or in a channel, in words."""
        return tuple(str(each) for each in await self._rules(asker) if not each.scope.everywhere)

    async def _rules(self, asker: Asker) -> tuple[Rule, ...]:
        own = tuple(each for each in self._configured if each.person == asker.id)
        return (*own, *await self._grants.of(asker.id))
