"""What the Slack connector is set up with: tokens and secrets, configured or in the environment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from engine.errors import ConfigurationError

API_URL = "https://slack.com/api/"

_SETTINGS = {
    "bot_token": "SLACK_BOT_TOKEN",
    "signing_secret": "SLACK_SIGNING_SECRET",
    "app_token": "SLACK_APP_TOKEN",
    "api_url": "SLACK_API_URL",
}


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """With a signing secret Slack may send requests; with an app token Atlas opens a socket."""

    bot_token: str = field(repr=False)
    signing_secret: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    api_url: str = API_URL

    @classmethod
    def read(cls, config: Mapping[str, object], environment: Mapping[str, str]) -> Self:
        """The configuration goes before the environment; raises ConfigurationError."""
        found = {
            name: str(config.get(name) or environment.get(variable) or "").strip()
            for name, variable in _SETTINGS.items()
        }
        _require_tokens(found)
        url = found["api_url"] or API_URL
        if not url.startswith(("https://", "http://")):
            raise ConfigurationError("SLACK_API_URL is no address.", f"It is {API_URL} by default.")
        found["api_url"] = url.rstrip("/") + "/"
        return cls(**found)


_SECRET = re.compile(r"[0-9a-zA-Z]{16,64}")
"""Slack's own have 32 digits of base 16 now; nothing promises that they will for ever."""


def _require_tokens(found: Mapping[str, str]) -> None:
    if not found["bot_token"]:
        message = "Slack is configured, and SLACK_BOT_TOKEN is not set."
        raise ConfigurationError(
            message, "Copy it from «OAuth & Permissions»: it begins with xoxb-."
        )
    if not found["signing_secret"] and not found["app_token"]:
        message = "Slack has no way in: neither SLACK_SIGNING_SECRET nor SLACK_APP_TOKEN is set."
        hint = "Set the app token (xapp-…) for Socket Mode, or the signing secret for HTTP."
        raise ConfigurationError(message, hint)
    if found["signing_secret"] and not _SECRET.fullmatch(found["signing_secret"]):
        raise ConfigurationError(
            "SLACK_SIGNING_SECRET is no signing secret.",
            "It is 32 letters and digits, under «Basic Information» of the app.",
        )
    for name, prefix in (("bot_token", "xoxb-"), ("app_token", "xapp-")):
        if found[name] and not found[name].startswith(prefix):
            message = f"{_SETTINGS[name]} is no such token."
            raise ConfigurationError(
                message, f"It begins with {prefix}; others are of other kinds."
            )
