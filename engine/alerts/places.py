"""On which platform a channel is meant that somebody names."""

from engine.people import Asker

_FLEETING = frozenset({"terminal"})
"""Nobody is there when something is posted later."""


def platform_for(asker: Asker, announce: str) -> str:
    """The asker's own; that of all channels where the asker has none, or is gone in a moment."""
    return asker.platform if asker.channel and asker.platform not in _FLEETING else announce
