"""What goes out and where it goes: a notice, its destinations, and the decision between them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from engine.cards import Severity
from engine.catalog.model import DatasetName, Project
from engine.topics import Kind, Topic


@dataclass(frozen=True, slots=True)
class Notice:
    """What an alert is about, as far as it matters for where it goes."""

    kind: Kind
    severity: Severity
    dataset: DatasetName | None = None
    """None where it is about no dataset, such as a full disk."""
    layer: str | None = None
    owner: str | None = None
    """The id of the owner, as atlas.yaml declares it."""
    tags: tuple[str, ...] = ()
    incident: int | None = None

    @classmethod
    def about(
        cls,
        project: Project,
        kind: Kind,
        severity: Severity,
        dataset: DatasetName | None = None,
        *,
        incident: int | None = None,
    ) -> Self:
        """The notice with what the project declares of its dataset."""
        if dataset is None:
            return cls(kind, severity, incident=incident)
        owner, tags = project.owner_of(dataset), project.tags_of(dataset)
        owner_id = owner.id if owner else None
        return cls(kind, severity, dataset, str(dataset.layer), owner_id, tags, incident)


@dataclass(frozen=True, slots=True)
class Destination:
    """A place such as `web:#finance`, who is mentioned there, and why it goes there."""

    place: str
    mention: tuple[str, ...] = ()
    because: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a notice goes at once, what explains it, and what holds some or all of it back."""

    places: tuple[Destination, ...] = ()
    reasons: tuple[str, ...] = ()
    """One sentence for each route and for all else that was looked at."""
    withheld: str | None = None
    """What holds back, such as «muted until 12:00 by Lea: we are migrating»; None: nothing does."""
    until: datetime | None = None
    """When to decide anew about what is held back."""
    later: tuple[Destination, ...] = ()
    """The places that it is kept from."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Alerts about a topic that somebody asked for in chat, for one place."""

    place: str
    topic: Topic
    by: str
    """The name of who asked."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Muted:
    """A dataset or table of which no alert is posted until a time."""

    dataset: str
    until: datetime
    by: str
    """The name of who muted it."""
    at: datetime
    reason: str = ""
