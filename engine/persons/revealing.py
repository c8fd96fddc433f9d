"""Shows the value of an encrypted cell: to one admin alone, and never without a record."""

from engine.audit.entries import revealed
from engine.clock import Clock
from engine.errors import KeyMissing, NotAllowed
from engine.people import Asker
from engine.persons.ports import Recorder
from engine.privacy.protect import PREFIXES, Keyring
from engine.privacy.sealing import opened

_ENTITIES = {letters: entity for entity, letters in PREFIXES.items()}


class Revealer:
    """Opens sealed values for those who may, where nobody else reads."""

    def __init__(self, keys: Keyring | None, clock: Clock, record: Recorder) -> None:
        self._keys = keys
        self._clock = clock
        self._record = record

    async def reveal(self, sealed: str, asker: Asker) -> str:
        """The value; raises NotAllowed in a channel, EngineError where it can't be opened."""
        if not is_private(asker):
            message = "A value is never shown in a channel."
            raise NotAllowed(message, "Use `atlas ask --channel @you`, where you alone read it.")
        if self._keys is None:
            message = "Values are opened with the secret key, and there is none."
            raise KeyMissing(message)
        value = opened(sealed.strip(), self._keys)
        # what can't be recorded is not shown
        await self._record(revealed(asker, entity_of(sealed.strip()), self._clock.now()))
        return value


def is_private(asker: Asker) -> bool:
    """Whether the answer reaches nobody else: a program's, or one in a direct conversation."""
    return not asker.channel or asker.channel.startswith("@")


def entity_of(sealed: str) -> str | None:
    """The entity of a sealed value, as its letters tell it."""
    parts = sealed.split("_", 2)
    return _ENTITIES.get(parts[1]) if len(parts) > 1 else None
