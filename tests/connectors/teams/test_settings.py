"""What the connector is told: whose tokens to take, where to get its own, where to send it."""

import pytest

from connectors.teams.settings import Credentials, TeamsSettings, authorities, token_url
from engine.errors import ConfigurationError
from tests.servers.bot_framework import APP, TENANT

PUBLIC, GOVERNMENT = TeamsSettings(), TeamsSettings.read({"cloud": "government"})


@pytest.mark.parametrize(
    ("settings", "given", "expected"),
    [
        (PUBLIC, {}, "https://login.microsoftonline.com/botframework.com/oauth2/v2.0/token"),
        (
            PUBLIC,
            {"TENANT_ID": TENANT},
            f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token",
        ),
        (
            GOVERNMENT,
            {},
            "https://login.microsoftonline.us/MicrosoftServices.onmicrosoft.us/oauth2/v2.0/token",
        ),
        (PUBLIC, {"LOGIN_URL": "http://x:1/"}, "http://x:1/botframework.com/oauth2/v2.0/token"),
        (PUBLIC, {"LOGIN_URL": "http://x:1/a/token"}, "http://x:1/a/token"),
    ],
)
def test_the_token_comes_from_the_login_of_the_cloud(
    settings: TeamsSettings, given: dict[str, str], expected: str
) -> None:
    credentials = Credentials.read({f"TEAMS_{name}": value for name, value in given.items()})

    assert token_url(settings, credentials) == expected


@pytest.mark.parametrize(
    ("settings", "url", "is_allowed"),
    [
        (PUBLIC, "https://smba.trafficmanager.net/de/", True),
        (PUBLIC, "https://smba.trafficmanager.net:443/de/", False),
        (PUBLIC, "http://smba.trafficmanager.net/de/", False),
        (PUBLIC, "https://smba.infra.gov.teams.microsoft.us/teams", False),
        (GOVERNMENT, "https://smba.infra.gov.teams.microsoft.us/teams", True),
        (GOVERNMENT, "https://smba.trafficmanager.net/de/", False),
        (PUBLIC, "http://127.0.0.1:3978/", False),
        (TeamsSettings(anonymous=True), "http://localhost:3978/_connector", True),
        (TeamsSettings(anonymous=True), "http://192.168.0.1:3978/", False),
        (TeamsSettings(service_hosts=("127.0.0.1:3978",)), "http://127.0.0.1:3978/", True),
        (TeamsSettings(service_hosts=("127.0.0.1:3978",)), "http://127.0.0.1:3979/", False),
        (TeamsSettings(service_hosts=("*.example.com",)), "https://a.example.com/", True),
        (TeamsSettings(service_hosts=("*.example.com",)), "https://example.com/", False),
        (TeamsSettings(service_hosts=("*.example.com",)), "http://a.example.com/", False),
    ],
)
def test_messages_go_to_allowed_hosts_alone(
    settings: TeamsSettings,
    url: str,
    is_allowed: bool,  # a case's outcome
) -> None:
    assert settings.allows(url) is is_allowed


def test_the_tenants_issuers_are_believed_where_the_bot_has_one() -> None:
    many = authorities(PUBLIC, Credentials(app_id=APP))
    one = authorities(PUBLIC, Credentials(app_id=APP, tenant_id=TENANT))

    assert [each.issuers for each in many] == [("https://api.botframework.com",)]
    assert [each.of_platform for each in one] == [True, False]
    assert all(TENANT in each for each in one[1].issuers)


@pytest.mark.parametrize(
    "values", [{"anonymus": True}, {"service_hosts": ["*"]}, {"service_hosts": ["https://x"]}]
)
def test_a_mistake_names_its_setting(values: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match=r"connectors\.teams"):
        TeamsSettings.read(values)


def test_secrets_are_not_shown() -> None:
    shown = repr(Credentials.read({"TEAMS_APP_ID": APP, "TEAMS_APP_PASSWORD": "hidden"}))

    assert "hidden" not in shown
