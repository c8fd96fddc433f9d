"""What `atlas doctor` says of Slack and Teams."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from aiohttp import web

from connectors.slack import health as slack_health
from connectors.teams import health as teams_health
from engine.doctor import Finding, Health, examine
from engine.manifests.slack import SCOPES
from tests.servers.bot_framework import APP, PASSWORD, TENANT, bot_framework, served

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # noqa: S105  # of a Slack that is none
TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1-test", "SLACK_SIGNING_SECRET": SECRET}


async def told(findings: AsyncIterator[Finding]) -> dict[str, tuple[Health, str]]:
    """What was found, by what was looked at."""
    return {each.what: (each.health, each.detail) async for each in findings}


def a_slack(scopes: tuple[str, ...] = SCOPES, error: str = "") -> web.Application:
    """A Slack that answers two methods, the socket only for its own token."""

    async def auth_test(_: web.Request) -> web.Response:
        body = {"ok": not error, "error": error, "user": "atlas", "team": "Acme"}
        return web.json_response(body, headers={"X-OAuth-Scopes": ",".join(scopes)})

    async def open_socket(request: web.Request) -> web.Response:
        known = request.headers["Authorization"] == "Bearer xapp-good"
        return web.json_response({"ok": known, "error": "" if known else "invalid_auth"})

    app = web.Application()
    app.router.add_post("/api/auth.test", auth_test)
    app.router.add_post("/api/apps.connections.open", open_socket)
    return app


async def slack_says(
    app: web.Application, variables: Mapping[str, str] | None = None
) -> dict[str, tuple[Health, str]]:
    """What is said of that Slack."""
    async with served(app) as url:
        set_ = {**TOKENS, "SLACK_API_URL": f"{url}/api/", **(variables or {})}
        return await told(slack_health.examine({}, set_))


async def test_a_slack_that_is_set_up_is_fine() -> None:
    by_request = await slack_says(a_slack())
    by_socket = await slack_says(a_slack(), {"SLACK_APP_TOKEN": "xapp-good"})

    assert {health for health, _ in (*by_request.values(), *by_socket.values())} == {Health.FINE}
    assert by_request["slack"][1] == "@atlas in Acme"
    assert by_socket["slack way in"][1] == "by Socket Mode"


async def test_each_thing_that_is_missing_in_slack_is_named_with_what_to_do() -> None:
    unset = await told(slack_health.examine({}, {}))
    refused = await slack_says(a_slack(error="invalid_auth"))
    few = await slack_says(a_slack(("commands", "chat:write")))
    deaf = await slack_says(a_slack(), {"SLACK_APP_TOKEN": "xapp-bad"})
    unsigned = await slack_says(a_slack(), {"SLACK_SIGNING_SECRET": "secret"})

    for said, what, words in (
        (unset, "slack tokens", "SLACK_BOT_TOKEN is not set"),
        (refused, "slack", "Copy the token anew"),
        (few, "slack scopes", "app_mentions:read, channels:history"),
        (deaf, "slack way in", "connections:write"),
        (unsigned, "slack tokens", "Basic Information"),
    ):
        health, detail = said[what]
        assert health is Health.WRONG
        assert words in detail


async def test_a_slack_that_is_away_is_said_to_be() -> None:
    async with served(a_slack()) as url:
        gone = url
    said = await told(slack_health.examine({}, {**TOKENS, "SLACK_API_URL": f"{gone}/api/"}))

    assert said["slack"][0] is Health.WRONG
    assert "did not answer" in said["slack"][1]


async def test_a_teams_that_is_set_up_is_fine() -> None:
    async with bot_framework() as teams:
        said = await told(teams_health.examine({}, variables_for(teams.url)))

    assert {health for health, _ in said.values()} == {Health.FINE}
    assert set(said) == {"teams app", "teams login", "teams keys"}


async def test_each_thing_that_is_missing_in_teams_is_named_with_what_to_do() -> None:
    unset = await told(teams_health.examine({}, {"TEAMS_APP_ID": APP}))
    async with bot_framework() as teams:
        set_ = variables_for(teams.url)
        wrong = await told(teams_health.examine({}, {**set_, "TEAMS_APP_PASSWORD": "another"}))
        away = f"{teams.url}/nowhere"
        deaf = await told(teams_health.examine({}, {**set_, "TEAMS_OPENID_METADATA_URL": away}))

    for said, what, words in (
        (unset, "teams app", "TEAMS_APP_PASSWORD is not set"),
        (wrong, "teams login", "new client secret"),
        (deaf, "teams keys", "TEAMS_OPENID_METADATA_URL"),
    ):
        health, detail = said[what]
        assert health is Health.WRONG
        assert words in detail


def variables_for(url: str) -> Mapping[str, str]:
    """The environment that leads to the fake, whose bot is for any tenant."""
    return {
        "TEAMS_APP_ID": APP,
        "TEAMS_APP_PASSWORD": PASSWORD,
        "TEAMS_LOGIN_URL": f"{url}/{TENANT}/oauth2/v2.0/token",
        "TEAMS_OPENID_METADATA_URL": f"{url}/v1/.well-known/openidconfiguration",
    }


async def test_only_a_connector_that_is_configured_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SLACK_BOT_TOKEN", "TEAMS_APP_ID", "ATLAS_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "configuration.yaml"
    file.write_text("connectors: {web: {}}\nskills: {runs: {}}\ndatabases: {engine: {}}\n")

    named = {each.what for each in await examine(file)}

    assert not any(what.startswith(("slack", "teams")) for what in named)


@pytest.mark.parametrize(("name", "what"), [("slack", "slack tokens"), ("teams", "teams app")])
async def test_a_connector_that_is_configured_without_its_secrets_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, what: str
) -> None:
    for each in ("SLACK_BOT_TOKEN", "TEAMS_APP_ID", "TEAMS_APP_PASSWORD", "ATLAS_DATABASE_URL"):
        monkeypatch.delenv(each, raising=False)
    file = tmp_path / "configuration.yaml"
    file.write_text(f"connectors: {{{name}: }}\nskills: {{runs: }}\ndatabases: {{engine: }}\n")

    found = {each.what: each for each in await examine(file)}

    assert found[what].health is Health.WRONG
