"""The people and things around a project: who answers for a dataset, and who reads it outside."""

import re
from dataclasses import dataclass

from engine.catalog.names import DatasetName

PLACE = re.compile(r"(?:[a-z][a-z0-9_]*:)?[#@][^\s,;:]{1,79}")
"""A channel `#finance` or a person `@lea`, perhaps of a certain platform: `teams:#finance`."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers for a dataset."""

    id: str
    name: str
    contact: str = ""
    slack: str = ""
    """The id by which Slack calls them."""
    teams: str = ""
    """The id by which Teams calls them: of Entra, or the one that bots see."""

    @property
    def place(self) -> str | None:
        """Where the owner reads messages, if the contact is such a place."""
        return self.contact if PLACE.fullmatch(self.contact) else None

    @property
    def mention(self) -> str:
        """Whom to mention: the contact if that is a person, else the name."""
        return self.contact if self.place and "@" in self.contact else self.name


@dataclass(frozen=True, slots=True)
class Exposure:
    """A consumer outside Atlas, such as a dashboard, with the datasets that it reads."""

    name: str
    kind: str
    reads: tuple[DatasetName, ...]
    owner: str | None = None
    due: str = ""
    """When its readers need it, in words such as `every weekday at 07:00 Berlin time`."""
    url: str = ""
    description: str = ""
