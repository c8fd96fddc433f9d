"""The token that Atlas shows to Teams: asked for by password, kept until shortly before its end."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from aiohttp import ClientError, ClientSession, ClientTimeout
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.teams.failures import PASSING, Refusal, Refused, Unanswered
from connectors.teams.settings import CLOUDS, Credentials, TeamsSettings, token_url
from engine.clock import Clock
from engine.errors import ConfigurationError

BEFORE_ITS_END = timedelta(minutes=5)

TIMEOUT = ClientTimeout(total=15)

MOST_BYTES = 256 * 1024


class _Given(BaseModel):
    model_config = ConfigDict(extra="ignore")

    access_token: str = Field(min_length=1)
    expires_in: float = Field(default=3_600, gt=0)


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    until: datetime


class Login:
    """Atlas's own identity at the login of its cloud."""

    def __init__(
        self,
        session: ClientSession,
        settings: TeamsSettings,
        credentials: Credentials,
        clock: Clock,
    ) -> None:
        self._session = session
        self._url = token_url(settings, credentials)
        self._asked = {
            "grant_type": "client_credentials",
            "client_id": credentials.app_id,
            "client_secret": credentials.app_password,
            "scope": CLOUDS[settings.cloud].scope,
        }
        self._clock = clock
        self._token: _Token | None = None
        self._asking = asyncio.Lock()

    async def token(self) -> str:
        """A token that is valid for some minutes; raises Refused or Unanswered."""
        async with self._asking:
            if self._token is None or self._clock.now() >= self._token.until:
                self._token = await self._ask()
            return self._token.value

    def forget(self, token: str) -> None:
        """Don't use that token again: Teams did not take it."""
        if self._token is not None and self._token.value == token:
            self._token = None

    async def prove(self) -> None:
        """Raise ConfigurationError where the login refuses Atlas; Unanswered where it is away."""
        try:
            await self.token()
        except Refused:
            raise ConfigurationError(
                "Teams's login refuses TEAMS_APP_ID with TEAMS_APP_PASSWORD.",
                "Make a new client secret for the app in Entra, and set TEAMS_APP_PASSWORD to its "
                "value, not its id; set TEAMS_TENANT_ID where the app is for one tenant.",
            ) from None

    async def _ask(self) -> _Token:
        now = self._clock.now()
        try:
            async with self._session.post(
                self._url, data=self._asked, timeout=TIMEOUT, allow_redirects=False
            ) as response:
                body = await response.content.read(MOST_BYTES)
        except (ClientError, TimeoutError) as error:
            raise Unanswered(may_have_arrived=False) from error
        if response.status in PASSING:
            raise Unanswered(may_have_arrived=False)
        if response.status != HTTPStatus.OK:
            raise Refused(Refusal(HTTPStatus.UNAUTHORIZED, "LoginRefused"))
        try:
            given = _Given.model_validate_json(body)
        except ValidationError:
            # the error stays out of the chain: it may hold the token
            raise Unanswered(may_have_arrived=False) from None
        lasts = timedelta(seconds=given.expires_in)
        return _Token(given.access_token, now + max(lasts - BEFORE_ITS_END, lasts / 2))
