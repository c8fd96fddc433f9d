"""Who may ask: a person is a stable id, a role decides which commands it may give."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What a person may do; each role may do all that the one before may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def covers(self, needed: "Role") -> bool:
        """Whether this role may do what `needed` may."""
        order = tuple(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asked, and where the answer belongs; `person` is a stable id, `name` only for display.

    Programs have no channel: they ask how a run is going themselves. `role` is what came with the
    proof of who it is, such as a token; it is not stored with what was asked.
    """

    platform: str
    person: str
    name: str
    channel: str
    thread: str | None = None
    role: Role | None = field(default=None, compare=False)

    @property
    def id(self) -> str:
        """The stable id across platforms, such as `web:you`."""
        return f"{self.platform}:{self.person}"

    @property
    def place(self) -> str:
        """Where the answer belongs, such as `web:#general`."""
        return f"{self.platform}:{self.channel}"


@dataclass(frozen=True, slots=True)
class People:
    """Who has which role; who is not named has the default one."""

    roles: Mapping[str, Role] = field(default_factory=lambda: MappingProxyType({}))
    default: Role = Role.VIEWER

    def role_of(self, asker: Asker) -> Role:
        """The role of whoever asked."""
        return asker.role or self.roles.get(asker.id, self.default)
