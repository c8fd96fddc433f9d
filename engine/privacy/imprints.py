"""Knows a text again without keeping it: by a keyed imprint of it."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence

from engine.privacy.protect import SecretKey
from engine.privacy.recognition import Recognition
from engine.privacy.shield import Finder
from engine.privacy.spans import Span
from engine.privacy.terms import recognised

IMPRINT_BYTES = 16
"""128 bits of the HMAC are kept: no two texts of a warehouse collide by chance."""


class Imprints:
    """Makes the imprints of texts, under one key and one way of finding."""

    def __init__(self, key: SecretKey, recognition: Recognition, edition: str) -> None:
        """`edition` tells the code and the models that find."""
        told = "\n".join((edition, *recognised(recognition)))
        self._begun = hmac.new(key.for_imprints(), told.encode() + b"\0", hashlib.sha256)

    @property
    def terms(self) -> bytes:
        """What is equal wherever imprints are made, and findings come about, in the same way."""
        return self._begun.digest()[:IMPRINT_BYTES]

    def of(self, text: str) -> bytes:
        """The imprint of a text."""
        begun = self._begun.copy()
        begun.update(text.encode())
        return begun.digest()[:IMPRINT_BYTES]


class Recalling:
    """A finder that reads only what nobody has read before."""

    def __init__(self, finder: Finder, imprints: Imprints) -> None:
        self._finder = finder
        self._imprints = imprints
        self.known: Mapping[bytes, str] = {}
        """What was found in texts, by their imprints."""

    def __call__(self, texts: Sequence[str]) -> Mapping[str, Sequence[Span]]:
        """What is found in those that hold something."""
        if not self.known:
            return self._finder(texts)
        told = {text: self.known.get(self._imprints.of(text)) for text in texts}
        unread = [text for text, spans in told.items() if spans is None]
        found = dict(self._finder(unread)) if unread else {}
        found |= {text: spans_of(spans) for text, spans in told.items() if spans not in _NOTHING}
        return found


def told(spans: Iterable[Span]) -> str:
    """Findings as they are kept: where, what and how sure, to the last digit."""
    return json.dumps([[each.start, each.end, each.entity, each.score] for each in spans])


def spans_of(kept: str | None) -> list[Span]:
    """The findings that were kept."""
    return [Span(*each) for each in json.loads(kept or "[]")]


_NOTHING = (None, told(()))
