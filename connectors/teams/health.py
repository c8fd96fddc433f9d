"""What `atlas doctor` says of Teams: who Atlas is there, its login, and the keys of Teams."""

from collections.abc import AsyncIterator, Mapping

from aiohttp import ClientSession

from connectors.teams.failures import Unanswered
from connectors.teams.keys import HttpKeySource, KeysAway
from connectors.teams.login import Login
from connectors.teams.settings import Credentials, TeamsSettings, authorities, token_url
from engine.clock import SystemClock
from engine.doctor import Finding, Health, wrong
from engine.errors import EngineError


async def examine(
    config: Mapping[str, object], variables: Mapping[str, str]
) -> AsyncIterator[Finding]:
    """One finding for each thing that Teams needs; later ones need the earlier ones."""
    try:
        settings, credentials = TeamsSettings.read(config), Credentials.read(variables)
        if settings.anonymous:
            yield Finding("teams", Health.FINE, "open to anybody on this machine, for development")
            return
        credentials.require_whole()
    except EngineError as error:
        yield wrong("teams app", error)
        return
    yield _of_app(credentials)
    async with ClientSession() as session:
        yield await _login(session, settings, credentials)
        yield await _keys(session, settings, credentials)


def _of_app(credentials: Credentials) -> Finding:
    if credentials.tenant_id:
        return Finding("teams app", Health.FINE, f"{credentials.app_id}, for one tenant")
    detail = "for every tenant: set TEAMS_TENANT_ID to let in your company alone"
    return Finding("teams app", Health.FINE, f"{credentials.app_id}, {detail}")


async def _login(
    session: ClientSession, settings: TeamsSettings, credentials: Credentials
) -> Finding:
    try:
        await Login(session, settings, credentials, SystemClock()).prove()
    except EngineError as error:
        return wrong("teams login", error)
    except Unanswered:
        where = token_url(settings, credentials)
        detail = f"{where} did not give a token. Check that this machine may reach it."
        return Finding("teams login", Health.WRONG, detail)
    return Finding("teams login", Health.FINE, "it gives a token")


async def _keys(
    session: ClientSession, settings: TeamsSettings, credentials: Credentials
) -> Finding:
    """Whether the keys can be read by which Teams signs; without them nobody is let in."""
    for each in authorities(settings, credentials):
        try:
            await HttpKeySource(session).fetch(each.metadata_url)
        except KeysAway:
            detail = (
                f"{each.metadata_url} can't be read. Check that this machine may reach it, "
                "and TEAMS_OPENID_METADATA_URL."
            )
            return Finding("teams keys", Health.WRONG, detail)
    return Finding("teams keys", Health.FINE, "they can be read")
