"""What may be asked about incidents, who hears of them, and digests."""

from dataclasses import dataclass
from datetime import datetime

from typing_extensions import override

from engine.commands.base import Command
from engine.people import Role
from engine.recurrence import Recurrence
from engine.topics import ANYTHING, Topic


@dataclass(frozen=True, slots=True)
class ListIncidents(Command):
    """Which incidents there are: those not resolved, or those of a status, dataset or owner."""

    name = "list_incidents"
    status: str | None = None
    dataset: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class _OfIncident(Command):
    """An incident is meant by its id, or by a dataset that has just one that is not resolved."""

    incident: str | None = None
    dataset: str | None = None


@dataclass(frozen=True, slots=True)
class ShowIncident(_OfIncident):
    """All that is known of an incident, with its history."""

    name = "show_incident"


@dataclass(frozen=True, slots=True)
class Acknowledge(_OfIncident):
    """Say that somebody looks after an incident, which ends its escalation."""

    name = "acknowledge"
    needs = Role.OPERATOR
    every: bool = False
    """Whether all are meant, or all of the dataset."""


@dataclass(frozen=True, slots=True)
class Snooze(_OfIncident):
    """Say no more of an incident until a time, or until it is over where no time is named."""

    name = "snooze"
    needs = Role.OPERATOR
    until: datetime | None = None
    every: bool = False
    """Whether all are meant, or all of the dataset."""


@dataclass(frozen=True, slots=True)
class Assign(_OfIncident):
    """Make an incident the task of somebody; `me` is the asker."""

    name = "assign"
    needs = Role.OPERATOR
    person: str = "me"


@dataclass(frozen=True, slots=True)
class Resolve(_OfIncident):
    """Close an incident by hand; the same trouble within a day opens it again."""

    name = "resolve"
    needs = Role.OPERATOR
    every: bool = False
    """Whether all are meant, or all of the dataset."""


@dataclass(frozen=True, slots=True)
class Mute(Command):
    """Post no alerts of a dataset until a time; what happens is still noted."""

    name = "mute"
    needs = Role.OPERATOR
    dataset: str
    until: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unmute(Command):
    """Post the alerts of a dataset again."""

    name = "unmute"
    needs = Role.OPERATOR
    dataset: str


@dataclass(frozen=True, slots=True)
class _OfTopic(Command):
    """Alerts about a topic, for a place; without one, where it was asked."""

    channel: str | None = None
    topic: Topic = ANYTHING

    @override
    def slots(self) -> dict[str, str | int | None]:
        """The slots as text."""
        return {"channel": self.channel, "what": str(self.topic)}


@dataclass(frozen=True, slots=True)
class Subscribe(_OfTopic):
    """Send alerts about a topic to a place as well."""

    name = "subscribe"
    needs = Role.OPERATOR


@dataclass(frozen=True, slots=True)
class Unsubscribe(_OfTopic):
    """Send alerts about a topic, or all that were subscribed, to a place no more."""

    name = "unsubscribe"
    needs = Role.OPERATOR


@dataclass(frozen=True, slots=True)
class ListSubscriptions(Command):
    """Who hears of what: the routes of the project, and what was subscribed and muted in chat."""

    name = "list_subscriptions"
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class ExplainRoute(Command):
    """Why an incident went to a place, or did not; without an id the last one posted there."""

    name = "explain_route"
    channel: str | None = None
    incident: str | None = None


@dataclass(frozen=True, slots=True)
class DigestNow(Command):
    """Sum up what happened since a time, or since a week ago, where it was asked."""

    name = "digest_now"
    channel: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ScheduleDigest(Command):
    """Send a digest to a place whenever a time comes; `period` are days, else since the last."""

    name = "schedule_digest"
    needs = Role.OPERATOR
    when: Recurrence
    channel: str | None = None
    period: int | None = None
    quiet: bool = False
    """Whether nothing is sent where there is nothing to say."""

    @override
    def slots(self) -> dict[str, str | int | None]:
        """The slots as text, with the time zone as one of its own."""
        return {
            "channel": self.channel,
            "when": self.when.rhythm,
            "timezone": self.when.zone,
            "period": self.period,
            "quiet": self.quiet,
        }


@dataclass(frozen=True, slots=True)
class ListUndelivered(Command):
    """Which messages and lineage events could not be delivered, and why."""

    name = "list_undelivered"
    needs = Role.OPERATOR
