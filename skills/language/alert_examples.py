"""What can be said about lineage, incidents, who hears of them, and digests, for help texts."""

from engine.commands import (
    Acknowledge,
    Assign,
    DigestNow,
    ExplainRoute,
    ListIncidents,
    ListSubscriptions,
    ListUndelivered,
    Mute,
    Resolve,
    ScheduleDigest,
    ShowImpact,
    ShowIncident,
    ShowLineage,
    Snooze,
    Subscribe,
    Unmute,
    Unsubscribe,
)
from skills.language.example import Explained

ALERT_EXAMPLES: tuple[Explained, ...] = (
    Explained(
        ShowLineage,
        "Shows what a table or a column is made from, and what is made from it.",
        (
            "show lineage of gold.revenue",
            "where does gold.revenue.total come from?",
            "what depends on customers?",
        ),
    ),
    Explained(
        ShowImpact,
        "Says what would break, and whom it would hurt.",
        (
            "what breaks if silver.customers is late?",
            "what breaks if I drop customers.phone?",
            "impact of silver.customers",
        ),
    ),
    Explained(
        ListIncidents,
        "Lists the incidents that are not resolved, or those of a status, table or owner.",
        ("what is broken?", "incidents of the sales team", "resolved incidents of orders"),
    ),
    Explained(
        ShowIncident,
        "Tells all that is known of an incident, with its history.",
        ("show INC-12", "INC-12"),
    ),
    Explained(
        Acknowledge,
        "Says that you look after an incident, which ends its escalation.",
        ("acknowledge INC-12", "I'm on INC-12", "acknowledge all incidents"),
    ),
    Explained(
        Snooze,
        "Says no more of an incident until a time, or until it is over.",
        (
            "snooze INC-12 until tomorrow 9am",
            "snooze customers until green",
            "snooze all incidents until tomorrow",
        ),
    ),
    Explained(
        Assign,
        "Makes an incident the task of somebody.",
        ("assign INC-12 to @lea", "take INC-12"),
    ),
    Explained(
        Resolve,
        "Closes an incident by hand.",
        ("resolve INC-12", "INC-12 is fixed", "resolve all incidents of orders"),
    ),
    Explained(
        Mute,
        "Posts no alerts of a table until a time; what happens is still noted.",
        (
            "mute orders for 2 hours, we are migrating",
            "mute gold.revenue until Friday 18:00",
        ),
    ),
    Explained(Unmute, "Posts the alerts of a table again.", ("unmute orders",)),
    Explained(
        Subscribe,
        "Sends alerts to a place as well; for «me» that is where you ask.",
        (
            "send quality alerts for gold to #finance",
            "subscribe #finance to critical alerts",
            "send me alerts about orders",
        ),
    ),
    Explained(
        Unsubscribe,
        "Sends them there no more.",
        ("stop sending quality alerts to #finance", "unsubscribe #finance"),
    ),
    Explained(
        ListSubscriptions,
        "Says who hears of what, and what is muted.",
        ("who gets alerts?", "what is #finance subscribed to?", "what is muted?"),
    ),
    Explained(
        ExplainRoute,
        "Explains why an alert went to a place, or did not.",
        ("why did this go to #finance?", "why was I not told of INC-12?"),
    ),
    Explained(
        DigestNow,
        "Sums up what happened, in the last week or since a time.",
        ("digest now", "digest since Monday"),
    ),
    Explained(
        ScheduleDigest,
        "Sends a digest again and again.",
        (
            "send me a digest every Monday at 9",
            "send a weekly digest to #finance every Monday at 9am Berlin time",
            "a digest every weekday at 8, only when there is something to say",
        ),
    ),
    Explained(
        ListUndelivered,
        "Lists messages and lineage events that could not be delivered.",
        ("what could not be delivered?",),
    ),
)
