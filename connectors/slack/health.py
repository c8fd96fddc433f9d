"""What `atlas doctor` says of Slack: tokens, scopes and the way in, each with what to do."""

from collections.abc import AsyncIterator, Mapping

from aiohttp import ClientError, ClientSession
from pydantic import BaseModel, ConfigDict, ValidationError

from connectors.slack.settings import SlackSettings
from connectors.slack.web_api import TIMEOUT, Answer, SlackApi, SlackFailed, refused
from engine.doctor import Finding, Health, wrong
from engine.errors import EngineError
from engine.manifests.slack import SCOPES


class _Me(BaseModel):
    model_config = ConfigDict(extra="ignore")

    ok: bool
    error: str = ""
    user: str = ""
    team: str = ""


async def examine(
    config: Mapping[str, object], variables: Mapping[str, str]
) -> AsyncIterator[Finding]:
    """One finding for each thing that Slack needs; later ones need the earlier ones."""
    try:
        settings = SlackSettings.read(config, variables)
    except EngineError as error:
        yield wrong("slack tokens", error)
        return
    async with ClientSession() as session:
        try:
            me, scopes = await _asked(session, settings)
        except EngineError as error:
            yield wrong("slack", error)
            return
        yield Finding("slack", Health.FINE, f"@{me.user} in {me.team}")
        yield _of_scopes(scopes)
        yield await _way_in(session, settings)


async def _asked(session: ClientSession, settings: SlackSettings) -> tuple[_Me, frozenset[str]]:
    """Who Atlas is there, and with which scopes, which only the head of the answer tells."""
    headers = {"Authorization": f"Bearer {settings.bot_token}"}
    try:
        async with session.post(
            f"{settings.api_url}auth.test", headers=headers, timeout=TIMEOUT, allow_redirects=False
        ) as response:
            me = _Me.model_validate_json(await response.read())
            listed = response.headers.get("X-OAuth-Scopes", "")
    except (ClientError, OSError, TimeoutError) as error:
        message = f"Slack did not answer at {settings.api_url} ({type(error).__name__})."
        raise SlackFailed(message, "Check that this machine may reach it.") from error
    except ValidationError:
        # the error stays out of the chain: it may hold what was answered
        message = f"What answers at {settings.api_url} is not Slack."
        raise SlackFailed(message, "Check SLACK_API_URL.") from None
    if not me.ok:
        raise refused("auth.test", me.error)
    return me, frozenset(each.strip() for each in listed.split(",") if each.strip())


def _of_scopes(scopes: frozenset[str]) -> Finding:
    missing = sorted(set(SCOPES) - scopes)
    if not missing:
        return Finding("slack scopes", Health.FINE, f"all {len(SCOPES)}")
    return Finding(
        "slack scopes",
        Health.WRONG,
        f"{', '.join(missing)} missing. Update the app with the manifest of "
        "`atlas manifest slack`, then install it anew under «Install App».",
    )


async def _way_in(session: ClientSession, settings: SlackSettings) -> Finding:
    """Whether Slack's messages reach Atlas; of requests only Slack itself can tell."""
    if not settings.app_token:
        detail = "by requests, signed; Slack checks the address once it is in the manifest"
        return Finding("slack way in", Health.FINE, detail)
    api = SlackApi(settings.api_url, settings.bot_token, session)
    try:
        await api.call("apps.connections.open", Answer, token=settings.app_token)
    except SlackFailed as error:
        hint = (
            "SLACK_APP_TOKEN is an app-level token with the scope connections:write; make one "
            "under «Basic Information», and turn Socket Mode on."
        )
        return Finding("slack way in", Health.WRONG, f"{error.message} {hint}")
    return Finding("slack way in", Health.FINE, "by Socket Mode")
