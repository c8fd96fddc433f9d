"""The app package of Teams: the manifest and two icons in a zip file, ready to be uploaded."""

import io
import json
import re
from urllib.parse import urlsplit
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from engine.errors import ConfigurationError
from engine.manifests.icons import colour_icon, outline_icon
from engine.manifests.slack import Manifest, required_https

VERSION = "1.19"
SCHEMA = f"https://developer.microsoft.com/json-schemas/teams/v{VERSION}/MicrosoftTeams.schema.json"
SCOPES = ("personal", "team", "groupChat")

NO_PAGE = "https://example.com"
"""Teams wants addresses of whoever made the app; nobody is asked for them within a company."""

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LONG_AGO = (1980, 1, 1, 0, 0, 0)

_COMMANDS = (
    ("help", "What can be said here"),
    ("what pipelines are there?", "The pipelines and their tables"),
    ("what failed today?", "The runs that failed today"),
    ("list incidents", "What is broken, and who looks after it"),
    ("who am i", "Who you are to Atlas, and what you may do"),
)


def teams_package(app_id: str | None, url: str | None) -> bytes:
    """The zip file; raises ConfigurationError where the app has no id."""
    files = {
        "manifest.json": json.dumps(teams_manifest(app_id, url), indent=2).encode(),
        "color.png": colour_icon(),
        "outline.png": outline_icon(),
    }
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as package:
        for name, content in files.items():
            # always the same time: the same app is the same file
            package.writestr(ZipInfo(name, _LONG_AGO), content, ZIP_DEFLATED)
    return packed.getvalue()


def teams_manifest(app_id: str | None, url: str | None) -> Manifest:
    """The manifest; Teams itself learns the address of the bot from its registration in Azure."""
    bot = _required_id(app_id)
    page = required_https(url) if url else NO_PAGE
    return {
        "$schema": SCHEMA,
        "manifestVersion": VERSION,
        "version": "1.0.0",
        "id": bot,
        "developer": {
            "name": "Your data team",
            "websiteUrl": page,
            "privacyUrl": page,
            "termsOfUseUrl": page,
        },
        "name": {"short": "Atlas", "full": "Atlas, the colleague who runs your data pipelines"},
        "description": {
            "short": "Runs data pipelines, checks their quality and speaks up.",
            "full": "Ask Atlas in plain words to run a pipeline, to say how good a table is, to "
            "explain what failed and what depends on it. It speaks up by itself when something "
            "breaks, naming what waits for it and who owns it.",
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": "#1F3A5F",
        "bots": [_bot(bot)],
        "permissions": ["identity", "messageTeamMembers"],
        "validDomains": [urlsplit(page).hostname or ""] if url else [],
    }


def _bot(app_id: str) -> Manifest:
    commands = [{"title": title, "description": does} for title, does in _COMMANDS]
    return {
        "botId": app_id,
        "scopes": list(SCOPES),
        "supportsFiles": False,
        "isNotificationOnly": False,
        "commandLists": [{"scopes": list(SCOPES), "commands": commands}],
    }


def _required_id(app_id: str | None) -> str:
    if not app_id:
        message = "TEAMS_APP_ID is not set."
        hint = "It is the Microsoft App ID of the bot's registration; docs/teams.md shows where."
        raise ConfigurationError(message, hint)
    if not _ID.fullmatch(app_id.strip()):
        message = "TEAMS_APP_ID is no app's id."
        raise ConfigurationError(message, "Set it to the 36 characters that Azure shows.")
    return app_id.strip().lower()
