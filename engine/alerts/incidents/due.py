"""What is to be done about incidents because time went by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.alerts.incidents.model import Incident, Status
from engine.alerts.incidents.triage import calmed
from engine.catalog.routing import Escalation, Routing


class Act(StrEnum):
    """What time alone does to an incident."""

    WAKE = "wake"
    ESCALATE = "escalate"
    TELL = "tell"
    CALM = "calm"


@dataclass(frozen=True, slots=True)
class Due:
    """An act whose time has come."""

    incident: Incident
    act: Act
    step: Escalation | None = None


def due_acts(incidents: Sequence[Incident], routing: Routing, at: datetime) -> tuple[Due, ...]:
    """At most one act for each incident: the next look finds the others."""
    found = (_due(each, routing, at) for each in incidents if not each.resolved)
    return tuple(each for each in found if each is not None)


def _due(incident: Incident, routing: Routing, at: datetime) -> Due | None:
    if calmed(incident, at):
        return Due(incident, Act.CALM)
    if _slept(incident, at):
        return Due(incident, Act.WAKE)
    # also before its time: a mute may have been ended by hand
    if incident.withheld is not None:
        return Due(incident, Act.TELL)
    step = _unheard(incident, routing, at)
    return Due(incident, Act.ESCALATE, step) if step else None


def _slept(incident: Incident, at: datetime) -> bool:
    until = incident.snoozed_until
    return incident.status is Status.SNOOZED and until is not None and until <= at


def _unheard(incident: Incident, routing: Routing, at: datetime) -> Escalation | None:
    """The next step of escalation, where nobody acknowledged what was told so long ago.

    Of a storm, which is one message, the first stands for all.
    """
    follows = incident.storm not in {None, incident.number}
    if incident.status is not Status.OPEN or not incident.posted or follows:
        return None
    steps = sorted(
        (each for each in routing.escalation if incident.severity in each.severities),
        key=lambda each: each.after,
    )
    done = len(incident.escalations)
    if done >= len(steps) or at - since(incident) < steps[done].after:
        return None
    return steps[done]


def since(incident: Incident) -> datetime:
    """Since when it is open: its beginning, or when it was opened again."""
    again = [each.at for each in incident.history if each.what in {"reopened", "woken"}]
    return max((incident.opened_at, *again))
