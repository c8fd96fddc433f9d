"""Remembers which tokens were proven: Teams shows the same one for an hour, with each activity."""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from typing import Generic, TypeVar

from connectors.teams.keys import SigningKey
from engine.clock import Clock

T = TypeVar("T")

MOST = 1_000
"""Tokens; the one that was proven longest ago is forgotten first."""


@dataclass(frozen=True, slots=True)
class Proof(Generic[T]):
    """What a token proved, by which key, and until which second; `whose` are the key's owners."""

    whose: T
    key_id: str
    key: SigningKey
    until: float
    service_url: str


class Proofs(Generic[T]):
    """Proofs by the digests of their tokens, which are kept nowhere."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._proofs: OrderedDict[bytes, Proof[T]] = OrderedDict()

    def of(self, token: str) -> Proof[T] | None:
        """What that very token proved, if it has not expired since; its key may have gone."""
        found = self._proofs.get(_digest(token))
        if found is None or self._clock.now().timestamp() >= found.until:
            return None
        return found

    def put(self, token: str, proof: Proof[T]) -> None:
        """Remember a token that was proven."""
        self._proofs[_digest(token)] = proof
        while len(self._proofs) > MOST:
            self._proofs.popitem(last=False)


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
