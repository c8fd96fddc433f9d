"""Slack's app manifest: what Atlas may do there, what it hears, and where that is sent."""

from engine.errors import ConfigurationError

PATH = "/connector/slack"

SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "mpim:history",
)
"""To be mentioned, to follow threads that Atlas is in, to find channels by name, and to answer.

Without `files:write` the answers have no pictures.
"""

EVENTS = (
    "app_home_opened",
    "app_mention",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
)

Manifest = dict[str, object]


def slack_manifest(url: str | None) -> Manifest:
    """The manifest for requests to a public address, or for Socket Mode where there is none."""
    where = {"request_url": f"{required_https(url)}{PATH}"} if url else {}
    return {
        "display_information": {
            "name": "Atlas",
            "description": "Runs data pipelines, checks their quality and speaks up.",
            "long_description": _LONG,
            "background_color": "#1f3a5f",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "atlas", "always_online": True},
            "slash_commands": [_slash_command(where.get("request_url"))],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**where, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **where},
            "org_deploy_enabled": False,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": False,
        },
    }


_LONG = (
    "Atlas is a colleague for a data team. Ask it in plain words to run a pipeline, to say how "
    "good a table is, to explain what failed and what depends on it. It shows each run as one "
    "message that is edited until it is the result, and speaks up by itself when something breaks."
)


def _slash_command(address: str | None) -> Manifest:
    return {
        "command": "/atlas",
        **({"url": address} if address else {}),
        "description": "Ask Atlas; only you see the answer to what it refuses.",
        "usage_hint": "what failed last night?",
        # people and channels come as ids, which nobody else can take
        "should_escape": True,
    }


def required_https(url: str) -> str:
    """The address without its last slash; raises ConfigurationError for another kind."""
    address = url.strip().rstrip("/")
    host = address.removeprefix("https://").partition("/")[0]
    if not address.startswith("https://") or not host or any(sign.isspace() for sign in address):
        message = f"{url} is no address that Slack or Teams would call."
        raise ConfigurationError(message, "Give one that begins with https://, without a path.")
    return address
