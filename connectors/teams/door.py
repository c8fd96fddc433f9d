"""Who may come in: whoever Teams or the bot's own tenant signed for, and nobody else."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import jwt

from connectors.teams.activity import Activity
from connectors.teams.keys import SigningKey
from connectors.teams.proofs import Proof, Proofs
from connectors.teams.settings import CHANNEL, Authority, Credentials, TeamsSettings
from engine.clock import Clock

ALGORITHM = "RS256"

SKEW = 300.0
"""Seconds that the clocks of Teams and of this machine may differ."""

LONGEST_TOKEN = 16_384

STRANGER = 401
FORBIDDEN = 403

Claims = Mapping[str, object]


class TurnedAway(Exception):
    """A request that is not let in; its text holds nothing of what was sent."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Bearer:
    """What a valid token says of whoever sent it."""

    of_platform: bool
    service_url: str
    endorsements: frozenset[str]


class Keys(Protocol):
    """The keys of one authority."""

    async def get(self, key_id: str) -> SigningKey | None:
        """The key of that id."""
        ...

    async def run(self) -> None:
        """Ask for those that are needed, until cancelled."""
        ...


@dataclass(frozen=True, slots=True)
class Believed:
    """An authority with its keys."""

    authority: Authority
    keys: Keys


class Door:
    """Checks the token of a request before its body is read, then the body against the token."""

    def __init__(
        self,
        settings: TeamsSettings,
        credentials: Credentials,
        believed: Sequence[Believed],
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._credentials = credentials
        self._believed = tuple(believed)
        self._proofs = Proofs[Believed](clock)

    async def run(self) -> None:
        """Ask for signing keys that are needed, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for each in self._believed:
                group.create_task(each.keys.run(), name="teams signing keys")

    async def admitted(self, header: str | None, *, is_local: bool) -> Bearer | None:
        """Who a request is from; None where nobody has to show anything. Raises TurnedAway."""
        if header is None and self._settings.anonymous and is_local:
            return None
        token = bearer_token(header)
        proof = self._proofs.of(token)
        # a key that was read anew, or is gone, proves nothing any more
        if proof is not None and await proof.whose.keys.get(proof.key_id) is proof.key:
            return bearer_of(proof)
        unproven = unproven_claims(token)
        for each in self._believed:
            if unproven.get("iss") in each.authority.issuers:
                return await self._proven(token, each)
        raise TurnedAway(STRANGER, "nobody known issued the token")

    async def _proven(self, token: str, believed: Believed) -> Bearer:
        key_id = key_id_of(token)
        key = await believed.keys.get(key_id)
        if key is None:
            raise TurnedAway(STRANGER, "no known key signed the token")
        issuers, audience = believed.authority.issuers, self._credentials.app_id
        claims = proven_claims(token, key, issuers, audience)
        if not believed.authority.of_platform:
            require_own(claims, self._credentials)
        until, service_url = float(str(claims["exp"])), str(claims.get("serviceurl", ""))
        proof = Proof(believed, key_id, key, until, service_url)
        self._proofs.put(token, proof)
        return bearer_of(proof)

    def require_match(self, bearer: Bearer | None, activity: Activity) -> None:
        """Raise TurnedAway unless the token was made for this very activity's sender."""
        if activity.channel_id != CHANNEL:
            raise TurnedAway(FORBIDDEN, "the activity is not of Microsoft Teams")
        if not self._settings.allows(activity.service_url):
            raise TurnedAway(FORBIDDEN, "the activity's serviceUrl is not an allowed host")
        if bearer is not None and bearer.of_platform:
            if bearer.service_url != activity.service_url:
                raise TurnedAway(FORBIDDEN, "the token is for another serviceUrl")
            if activity.channel_id not in bearer.endorsements:
                raise TurnedAway(FORBIDDEN, "the key does not sign for this channel")
        tenant = self._credentials.tenant_id.lower()
        if bearer is not None and tenant and activity.tenant.lower() != tenant:
            raise TurnedAway(FORBIDDEN, "the activity is of another tenant")


def bearer_of(proof: Proof[Believed]) -> Bearer:
    """What a proven token says of whoever sent it."""
    of_platform = proof.whose.authority.of_platform
    return Bearer(of_platform, proof.service_url, proof.key.endorsements)


def bearer_token(header: str | None) -> str:
    """The token of an Authorization header; raises TurnedAway."""
    scheme, _, token = (header or "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > LONGEST_TOKEN:
        raise TurnedAway(STRANGER, "the request carries no bearer token")
    return token


def unproven_claims(token: str) -> Claims:
    """What a token claims, to choose whose keys to ask; raises TurnedAway."""
    try:
        claims: Claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise _not_a_token() from error
    return claims if isinstance(claims.get("iss"), str) else {}


def key_id_of(token: str) -> str:
    """The id of the key that signed a token by the one algorithm; raises TurnedAway."""
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise _not_a_token() from error
    key_id = header.get("kid")
    if header.get("alg") != ALGORITHM or not isinstance(key_id, str):
        raise TurnedAway(STRANGER, "the token is not signed as Teams signs")
    return key_id


def proven_claims(token: str, key: SigningKey, issuers: Sequence[str], audience: str) -> Claims:
    """The claims of a token that the key signed, for this bot and for now; raises TurnedAway."""
    try:
        return jwt.decode(
            token,
            key.key,
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=list(issuers),
            leeway=SKEW,
            options={"require": ["exp", "iss", "aud"], "strict_aud": True},
        )
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
        reason = f"the token is not valid ({type(error).__name__})"
        raise TurnedAway(STRANGER, reason) from error


def require_own(claims: Claims, credentials: Credentials) -> None:
    """Raise TurnedAway unless whoever asked the tenant for the token had the bot's own secret.

    A tenant gives tokens for the bot to each of its programs.
    """
    if claims.get("azp", claims.get("appid")) != credentials.app_id:
        raise TurnedAway(STRANGER, "another program asked for the token")
    if str(claims.get("tid", "")).lower() != credentials.tenant_id.lower():
        raise TurnedAway(STRANGER, "another tenant gave the token")


def _not_a_token() -> TurnedAway:
    return TurnedAway(STRANGER, "what was sent is no token")
