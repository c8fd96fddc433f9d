"""On which platform a channel is meant that somebody names, and where who asked can be found."""

from engine.people import Asker

FLEETING = frozenset({"terminal"})
"""Nobody is there when something is posted later."""


def platform_for(asker: Asker, announce: str) -> str:
    """The asker's own; that of all channels where the asker has none, or is gone in a moment."""
    return asker.platform if asker.channel and asker.platform not in FLEETING else announce


def lasting_place(asker: Asker, announce: str) -> str:
    """Where who asked hears of it much later; the same channel elsewhere where nobody is there."""
    if asker.platform in FLEETING:
        return f"{platform_for(asker, announce)}:{asker.room}"
    return asker.answer_place
