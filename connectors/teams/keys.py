"""The keys by which an authority signs, as its metadata tells: kept for a day, and rotated."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import jwt
from aiohttp import ClientError, ClientSession, ClientTimeout
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from connectors.intake.batches import PATIENCE, Batches
from engine.clock import Clock

logger = logging.getLogger(__name__)

KEPT = timedelta(days=1)
"""How long keys are believed before they are asked for anew."""

AGAIN = timedelta(minutes=1)
"""How often an unknown key is asked for at most: anybody can make one up."""

TIMEOUT = ClientTimeout(total=10)

MOST_BYTES = 1024 * 1024

RSA_BITS = 2048


class KeysAway(Exception):
    """The keys were never read, and can't be read just now."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key, and the channels that it may sign for."""

    key: jwt.PyJWK
    endorsements: frozenset[str]


class KeySource(Protocol):
    """Where the keys of an authority are asked for."""

    async def fetch(self, metadata_url: str) -> Mapping[str, SigningKey]:
        """All present keys by their ids. Raises KeysAway."""
        ...


@dataclass(slots=True)
class _Known:
    keys: Mapping[str, SigningKey] = field(default_factory=dict)
    read_at: datetime | None = None
    asked_at: datetime | None = None


class SigningKeys:
    """The keys of one authority.

    A task of its own asks for them: whoever needs one waits no longer than a platform does for its
    answer, and a slow authority is still listened to after that.
    """

    def __init__(
        self, metadata_url: str, source: KeySource, clock: Clock, patience: float = PATIENCE
    ) -> None:
        self._url = metadata_url
        self._source = source
        self._clock = clock
        self._known = _Known()
        self._asking = Batches[str, None](self._ask_for, patience=patience)

    async def run(self) -> None:
        """Ask for keys that are needed, until cancelled."""
        await self._asking.run()

    async def get(self, key_id: str) -> SigningKey | None:
        """The key of that id.

        Raises KeysAway where none were ever read, and IntakeFull where that takes too long.
        """
        if not self._has(key_id):
            await self._asking.written(key_id)
        if self._known.read_at is None:
            raise KeysAway
        return self._known.keys.get(key_id)

    def _is_fresh(self) -> bool:
        read_at = self._known.read_at
        return read_at is not None and self._clock.now() - read_at < KEPT

    def _has(self, key_id: str) -> bool:
        return self._is_fresh() and key_id in self._known.keys

    async def _ask_for(self, key_ids: Sequence[str]) -> Sequence[None]:
        """Ask once for all who wait, unless an answer before brought what they need."""
        if not all(map(self._has, key_ids)):
            await self._ask()
        return [None] * len(key_ids)

    async def _ask(self) -> None:
        """Read the keys, unless that was tried a moment ago; old ones stay where it fails."""
        now, known = self._clock.now(), self._known
        if known.asked_at is None or now - known.asked_at >= AGAIN:
            known.asked_at = now
            try:
                known.keys, known.read_at = await self._source.fetch(self._url), now
            except KeysAway:
                logger.warning("the signing keys of Teams can't be read; the last ones stay")


class _Metadata(BaseModel):
    model_config = ConfigDict(extra="ignore")

    jwks_uri: str


class _KeySet(BaseModel):
    model_config = ConfigDict(extra="ignore")

    keys: list[dict[str, JsonValue]]


class HttpKeySource:
    """Asks over HTTP."""

    def __init__(self, session: ClientSession) -> None:
        self._session = session

    async def fetch(self, metadata_url: str) -> Mapping[str, SigningKey]:
        """GET the metadata, then the keys that it points to."""
        try:
            metadata = _Metadata.model_validate_json(await self._get(metadata_url))
            found = _KeySet.model_validate_json(await self._get(metadata.jwks_uri))
        except (ClientError, TimeoutError, ValidationError, ValueError) as error:
            raise KeysAway from error
        return signing_keys(found.keys)

    async def _get(self, url: str) -> bytes:
        async with self._session.get(url, timeout=TIMEOUT, allow_redirects=False) as response:
            response.raise_for_status()
            return await response.content.read(MOST_BYTES)


def signing_keys(found: list[dict[str, JsonValue]]) -> Mapping[str, SigningKey]:
    """The RSA keys among them by their ids; what is no such key is left out."""
    keys: dict[str, SigningKey] = {}
    for each in found:
        key_id, endorsed = each.get("kid"), each.get("endorsements")
        if not isinstance(key_id, str) or each.get("kty") != "RSA" or each.get("use") == "enc":
            continue
        try:
            key = jwt.PyJWK.from_dict(dict(each), algorithm="RS256")
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        if getattr(key.key, "key_size", 0) < RSA_BITS:
            continue
        names = endorsed if isinstance(endorsed, list) else []
        keys[key_id] = SigningKey(key, frozenset(name for name in names if isinstance(name, str)))
    return keys
