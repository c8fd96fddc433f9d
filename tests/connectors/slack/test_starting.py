"""A wrong token stops the start and says what to do; a Slack that is away does not."""

from pathlib import Path

import pytest

from connectors.slack.settings import SlackSettings
from engine.errors import ConfigurationError
from tests.connectors.slack.office import an_office, entered
from tests.servers.slack import APP_TOKEN, BOT_TOKEN, SECRET, Slack, Trouble, direct, fake_slack

MINE = "0123456789abcdef0123456789abcdef"  # of a Slack that is none


@pytest.mark.parametrize(
    ("settings", "message", "hint"),
    [
        ({"bot_token": "xoxb-of-another"}, "auth.test: invalid_auth", "Copy the token anew"),
        ({"app_token": "xapp-of-another"}, "open: invalid_auth", "Copy the token anew"),
    ],
)
async def test_a_start_with_a_wrong_token_fails_loudly(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, str],
    message: str,
    hint: str,
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        async with an_office(database_url, tmp_path, monkeypatch, **settings):
            pass

    assert message in caught.value.message
    assert hint in caught.value.hint


async def test_where_slack_is_away_at_the_start_the_bot_stays_and_connects_later(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fake_slack() as slack:
        slack.plan("auth.test", *[Trouble(503)] * 2)
        slack.plan("apps.connections.open", *[Trouble(503)] * 2)
        async with entered(slack, database_url, tmp_path, monkeypatch) as office:
            answer = await office.world.hear("who am I?")
            assert answer.title

            assert await slack.connected()
            assert "You are" in (await office.ask("who am I?"))["text"]


async def test_what_was_accepted_is_answered_before_the_bot_stops_or_by_the_next_one(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fake_slack() as slack:
        async with entered(slack, database_url, tmp_path, monkeypatch) as office:
            for _ in range(10):
                assert await office.tell(direct("who am I?", office.ts())) == 200
        assert len(slack.direct()) == 10

        slack.plan("chat.postMessage", *[Trouble(429, retry_after="20")] * 1)
        async with entered(slack, database_url, tmp_path, monkeypatch) as office:
            assert await office.tell(direct("help", "1900000000.000001")) == 200
        assert len(slack.direct()) == 10

        async with entered(slack, database_url, tmp_path, monkeypatch):
            assert len(await slack.until(11, "D0LEA")) == 11


def test_settings_come_from_the_configuration_then_from_the_environment() -> None:
    environment = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SECRET}

    read = SlackSettings.read({"signing_secret": MINE}, environment)

    assert (read.bot_token, read.signing_secret, read.app_token) == (BOT_TOKEN, MINE, "")
    assert read.api_url == "https://slack.com/api/"
    assert SlackSettings.read({"api_url": "http://x/api"}, environment).api_url == "http://x/api/"
    assert BOT_TOKEN not in repr(read)


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({}, "SLACK_BOT_TOKEN is not set"),
        ({"SLACK_BOT_TOKEN": BOT_TOKEN}, "no way in"),
        ({"SLACK_BOT_TOKEN": "xoxp-1", "SLACK_SIGNING_SECRET": SECRET}, "SLACK_BOT_TOKEN is no"),
        ({"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": "abc"}, "SLACK_SIGNING_SECRET is"),
        ({"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": "x"}, "SLACK_APP_TOKEN"),
        (
            {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": "x"},
            "SLACK_API_URL",
        ),
    ],
)
def test_settings_that_can_not_work_say_what_is_missing(
    environment: dict[str, str], message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        SlackSettings.read({}, environment)


async def test_no_secret_is_logged(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    slack: Slack
    async with fake_slack() as slack:
        slack.plan("auth.test", Trouble(500))
        async with entered(slack, database_url, tmp_path, monkeypatch) as office:
            await office.ask("who am I?")

    assert all(secret not in caplog.text for secret in (BOT_TOKEN, APP_TOKEN, SECRET))
