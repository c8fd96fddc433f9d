"""What `connectors.teams` of configuration.yaml and the TEAMS_ variables may hold."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.errors import ConfigurationError

CHANNEL = "msteams"
"""The only channel that is heard: on others, people choose their own ids."""


class Cloud(StrEnum):
    """Whose Teams it is."""

    PUBLIC = "public"
    GOVERNMENT = "government"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a cloud has what a bot needs."""

    issuer: str
    metadata: str
    login: str
    tenant: str
    scope: str
    services: tuple[str, ...]


CLOUDS = {
    Cloud.PUBLIC: Addresses(
        issuer="https://api.botframework.com",
        metadata="https://login.botframework.com/v1/.well-known/openidconfiguration",
        login="https://login.microsoftonline.com",
        tenant="botframework.com",
        scope="https://api.botframework.com/.default",
        services=("smba.trafficmanager.net", "smba.infra.gcc.teams.microsoft.com"),
    ),
    Cloud.GOVERNMENT: Addresses(
        issuer="https://api.botframework.us",
        metadata="https://login.botframework.azure.us/v1/.well-known/openidconfiguration",
        login="https://login.microsoftonline.us",
        tenant="MicrosoftServices.onmicrosoft.us",
        scope="https://api.botframework.us/.default",
        services=("smba.infra.gov.teams.microsoft.us", "smba.infra.dod.teams.microsoft.us"),
    ),
}

Host = Annotated[str, Field(pattern=r"^(\*\.)?[A-Za-z0-9.-]+(:[0-9]{1,5})?$")]


class TeamsSettings(BaseModel):
    """The settings of the connector."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    anonymous: bool = False
    """Whether activities without a token are taken, for development on this machine alone."""

    cloud: Cloud = Cloud.PUBLIC
    """Whose issuers and addresses are trusted."""

    service_hosts: tuple[Host, ...] = ()
    """Hosts beside the cloud's own that Atlas may send messages, and so its token, to."""

    body_limit: Annotated[int, Field(ge=1024)] = 256 * 1024
    """Bytes that an activity may have."""

    @classmethod
    def read(cls, values: Mapping[str, object]) -> Self:
        """Settings from a part of configuration.yaml; raises ConfigurationError."""
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            detail = error.errors()[0]
            path = ".".join(("connectors", "teams", *(str(part) for part in detail["loc"])))
            known = f"Known settings there: {', '.join(cls.model_fields)}."
            message = f"configuration.yaml: {path}: {detail['msg']}."
            raise ConfigurationError(message, known) from error

    def allows(self, service_url: str) -> bool:
        """Whether messages may go there: an allowed host, and never in the clear over a network."""
        try:
            parts = urlsplit(service_url)
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError:
            return False
        if not host or parts.username is not None or "\\" in service_url:
            return False
        is_here = host in LOOPBACK
        if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
            return False
        if is_here and self.anonymous:
            return True
        named = host if port is None else f"{host}:{port}"
        hosts = (*CLOUDS[self.cloud].services, *self.service_hosts)
        return any(_is_host(named, each.lower()) for each in hosts)


LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def _is_host(named: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return named.endswith(pattern[1:])
    return named == pattern


_PREFIX = "TEAMS_"


class Credentials(BaseModel):
    """Who Atlas is for Teams, from the environment; secrets come from nowhere else."""

    model_config = ConfigDict(frozen=True)

    app_id: str = ""
    app_password: str = Field(default="", repr=False)
    tenant_id: str = ""
    openid_metadata_url: str = ""
    login_url: str = ""

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Self:
        """The TEAMS_ variables; an empty one counts as not set."""
        names = {name: f"{_PREFIX}{name.upper()}" for name in cls.model_fields}
        found = {name: variables.get(each, "").strip() for name, each in names.items()}
        return cls.model_validate(found)

    def require_whole(self) -> None:
        """Raise ConfigurationError where something is missing."""
        given = {"TEAMS_APP_ID": self.app_id, "TEAMS_APP_PASSWORD": self.app_password}
        missing = [name for name, value in given.items() if not value]
        if missing:
            raise ConfigurationError(
                f"The connector teams is configured, and {' and '.join(missing)} is not set.",
                "Set it to what the bot's registration in Azure shows, or take `teams:` out of "
                "configuration.yaml; docs/teams.md names each step.",
            )
        if self.tenant_id and not _TENANT.fullmatch(self.tenant_id):
            message = "TEAMS_TENANT_ID is no tenant's id."
            raise ConfigurationError(message, "Set it to the 36 characters that Entra shows.")


_TENANT = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Authority:
    """Somebody whose signature is believed."""

    issuers: tuple[str, ...]
    metadata_url: str
    of_platform: bool
    """Whether it is Teams itself, whose tokens name the service and whose keys its channels."""


def authorities(settings: TeamsSettings, credentials: Credentials) -> tuple[Authority, ...]:
    """Whose tokens are taken: Teams itself, and the tenant of the bot where it has one alone."""
    cloud = CLOUDS[settings.cloud]
    metadata = credentials.openid_metadata_url or cloud.metadata
    platform = Authority((cloud.issuer,), metadata, of_platform=True)
    if not credentials.tenant_id:
        return (platform,)
    tenant, login = credentials.tenant_id, _login(settings, credentials)
    issuers = (f"https://sts.windows.net/{tenant}/", f"{cloud.login}/{tenant}/v2.0")
    metadata = f"{login}/{tenant}/v2.0/.well-known/openid-configuration"
    return (platform, Authority(issuers, metadata, of_platform=False))


def token_url(settings: TeamsSettings, credentials: Credentials) -> str:
    """Where Atlas gets a token; TEAMS_LOGIN_URL is that address or the one of the login host."""
    if credentials.login_url.rstrip("/").endswith("/token"):
        return credentials.login_url
    tenant = credentials.tenant_id or CLOUDS[settings.cloud].tenant
    return f"{_login(settings, credentials)}/{tenant}/oauth2/v2.0/token"


def _login(settings: TeamsSettings, credentials: Credentials) -> str:
    given = credentials.login_url.rstrip("/")
    if given.endswith("/token"):
        parts = urlsplit(given)
        return f"{parts.scheme}://{parts.netloc}"
    return given or CLOUDS[settings.cloud].login
