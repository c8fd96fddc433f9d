"""Who may ask: a person is a stable id, a role decides which commands it may give."""

from dataclasses import dataclass, field
from enum import StrEnum


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

    @property
    def room(self) -> str:
        """The channel without the thread that Teams writes into its name."""
        return self.channel.partition(";")[0]

    @property
    def answer_place(self) -> str:
        """The same, in the thread where it was asked in one."""
        return self.place if self.thread is None else f"{self.place}/{self.thread}"
