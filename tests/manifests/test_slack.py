"""Slack's manifest has what Slack's own schema asks for, and what the connector needs."""

import json

import pytest
from typer.testing import CliRunner

from engine.errors import ConfigurationError
from engine.manifest_commands import manifest_commands
from engine.manifests.slack import EVENTS, SCOPES, slack_manifest

URL = "https://atlas.example.com"

KNOWN = {
    "display_information": {"name", "description", "background_color", "long_description"},
    "features": {"app_home", "bot_user", "slash_commands"},
    "oauth_config": {"scopes"},
    "settings": {
        "event_subscriptions",
        "interactivity",
        "org_deploy_enabled",
        "socket_mode_enabled",
        "token_rotation_enabled",
    },
}
"""Sections and keys of the schema that Slack publishes (slackapi/manifest-schema, 1.0.0)."""

NEEDS = {
    "app_home_opened": None,
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
}
"""The scope without which Slack does not send an event."""


def section(manifest: dict[str, object], name: str) -> dict[str, object]:
    """A part of a manifest."""
    found = manifest[name]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("url", [None, URL])
def test_it_has_the_sections_and_lengths_that_slack_takes(url: str | None) -> None:
    manifest = slack_manifest(url)

    assert {name: set(section(manifest, name)) for name in manifest} == KNOWN
    shown = section(manifest, "display_information")
    for name, shortest, longest in (
        ("name", 1, 35),
        ("description", 1, 140),
        ("long_description", 175, 4000),
    ):
        assert shortest <= len(str(shown[name])) <= longest


def test_with_an_address_slack_sends_all_of_it_there() -> None:
    text = json.dumps(slack_manifest(f"{URL}/"))

    assert text.count(f'"{URL}/connector/slack"') == 3
    assert '"socket_mode_enabled": false' in text


def test_without_an_address_it_is_for_socket_mode() -> None:
    text = json.dumps(slack_manifest(None))

    assert "url" not in text
    assert '"socket_mode_enabled": true' in text


def test_each_event_has_the_scope_that_it_needs() -> None:
    assert set(NEEDS) == set(EVENTS)
    assert {scope for scope in NEEDS.values() if scope} <= set(SCOPES)


@pytest.mark.parametrize("url", ["http://atlas.example.com", "atlas.example.com", "https://"])
def test_an_address_that_slack_would_not_call_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="no address"):
        slack_manifest(url)


def test_the_command_prints_it_and_nothing_else() -> None:
    result = CliRunner().invoke(manifest_commands(), ["slack", "--url", URL])

    assert result.exit_code == 0
    assert json.loads(result.output) == slack_manifest(URL)
