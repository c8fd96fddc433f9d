"""Puts the parts of the connector together, and says what keeps it from starting."""

import logging
from dataclasses import dataclass

from aiohttp import ClientSession

from connectors.intake.ports import Inbox, Work
from connectors.intake.worker import Intake
from connectors.teams.api import TeamsApi
from connectors.teams.door import Believed, Door
from connectors.teams.entrance import Entrance
from connectors.teams.keys import HttpKeySource, SigningKeys
from connectors.teams.login import Login
from connectors.teams.pace import Pace
from connectors.teams.places import Places
from connectors.teams.remembered import Remembered
from connectors.teams.roster import Roster
from connectors.teams.settings import LOOPBACK, Credentials, TeamsSettings, authorities
from connectors.teams.speaking import Speaker
from engine.clock import Clock
from engine.conversations import Conversations
from engine.errors import ConfigurationError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stores:
    """What outlives a restart."""

    conversations: Conversations
    inbox: Inbox


@dataclass(frozen=True, slots=True)
class Assembly:
    """The connector's parts; `login` is None where nobody is asked who they are."""

    entrance: Entrance
    intake: Intake
    speaker: Speaker
    roster: Roster
    login: Login | None
    clock: Clock


def require_startable(settings: TeamsSettings, credentials: Credentials, host: str) -> None:
    """Raise ConfigurationError for what can't be; say loudly what should not stay so."""
    if not settings.anonymous:
        credentials.require_whole()
        if not credentials.tenant_id:
            logger.warning(
                "TEAMS_TENANT_ID is not set: people of every company may talk to Atlas "
                "once they installed its app; set it to your tenant's id"
            )
        return
    if host not in LOOPBACK:
        raise ConfigurationError(
            f"connectors.teams.anonymous is for this machine alone, and web.host is {host}.",
            "Set web.host to 127.0.0.1, or take `anonymous` out of configuration.yaml.",
        )
    logger.warning(
        "TEAMS IS OPEN: connectors.teams.anonymous is set, so whoever reaches this machine's "
        "port may say anything to Atlas as anybody. For development only"
    )


def assembled(
    session: ClientSession,
    settings: TeamsSettings,
    credentials: Credentials,
    stores: Stores,
    work: Work,
    clock: Clock,
) -> Assembly:
    """All parts."""
    # what came without proof may name any address: no token is shown there
    login = None if settings.anonymous else Login(session, settings, credentials, clock)
    api = TeamsApi(session, login)
    known = Remembered(stores.conversations, clock)
    places = Places(known, api, settings, clock)
    roster = Roster(api, places)
    intake = Intake("teams", stores.inbox, work, clock)
    door = _door(session, settings, credentials, clock)
    return Assembly(
        entrance=Entrance(door, intake, known, roster, clock, body_limit=settings.body_limit),
        intake=intake,
        speaker=Speaker(api, places, Pace(clock), clock),
        roster=roster,
        login=login,
        clock=clock,
    )


def _door(
    session: ClientSession, settings: TeamsSettings, credentials: Credentials, clock: Clock
) -> Door:
    source = HttpKeySource(session)
    believed = [
        Believed(each, SigningKeys(each.metadata_url, source, clock))
        for each in authorities(settings, credentials)
    ]
    return Door(settings, credentials, believed, clock)
