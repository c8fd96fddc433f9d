"""What can be said about roles and confirmations, for help texts."""

from engine.commands.people import Confirm, Grant, ListRoles, Revoke
from skills.language.example import Explained

PEOPLE_EXAMPLES: tuple[Explained, ...] = (
    Explained(
        Grant,
        "Gives somebody a role, everywhere or for a pipeline or in a channel.",
        (
            "make @lea an operator",
            "make @lea an operator for medallion",
            "grant admin to slack:U012AB3CD in here",
        ),
    ),
    Explained(
        Revoke,
        "Takes away what was granted, all of it or one role.",
        ("revoke @lea", "revoke operator from @lea"),
    ),
    Explained(
        ListRoles,
        "Says who may do what, or who has a role.",
        ("who may do what?", "who is admin?", "who may reveal?"),
    ),
    Explained(
        Confirm,
        "Does what Atlas asked back about, by the code on that card.",
        ("confirm K7Q2",),
    ),
)
