"""What comes in from Slack, as values."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from pydantic import TypeAdapter

from connectors.intake.ports import Arrived
from connectors.slack.places import Place

PLATFORM = "slack"


class Kind(StrEnum):
    """What a person did."""

    SAID = "said"
    """A sentence, or a button that stands for one."""
    HOME = "home"
    """Opened the App Home."""
    FORM = "form"
    """Gave a command without words: wants to be asked."""
    SHORTCUT = "shortcut"
    """Used a shortcut; Atlas has none."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that a person did, with where the answer belongs.

    Where it is not `certain`, it is for Atlas only if Atlas is part of the thread.
    """

    kind: Kind
    key: str
    person: str
    channel: str
    thread: str | None = None
    text: str = ""
    certain: bool = True
    trigger: str = ""

    @property
    def place(self) -> Place:
        """Where the answer belongs."""
        return Place(self.channel, self.thread)


@dataclass(frozen=True, slots=True)
class Bot:
    """Who Atlas is in this workspace; empty until Slack has said it."""

    user_id: str = ""
    bot_id: str = ""
    team_id: str = ""
    """Its workspace; empty where it is installed for a whole organisation."""

    def serves(self, *teams: str | None) -> bool:
        """Whether it is for people of these workspaces; channels may be shared with others."""
        return not self.team_id or all(each in {None, "", self.team_id} for each in teams)


_INCOMING = TypeAdapter(Incoming)


def to_arrived(incoming: Incoming, now: datetime) -> Arrived:
    """What is kept of it: what was typed stands apart from the rest."""
    payload = _INCOMING.dump_json(replace(incoming, text="")).decode()
    return Arrived(PLATFORM, incoming.key, incoming.channel, incoming.text, payload, now)


def from_arrived(arrived: Arrived) -> Incoming:
    """What `to_arrived` was given."""
    return replace(_INCOMING.validate_json(arrived.payload), text=arrived.text)
