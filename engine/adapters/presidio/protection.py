"""Protects the rows of a chunk, in whatever process it is called."""

import gc
import pickle
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from types import MappingProxyType

from engine.adapters import copy_text
from engine.adapters.presidio.edition import edition
from engine.privacy.coverage import Coverage, Reach, Spotted
from engine.privacy.imprints import Imprints, Recalling, told
from engine.privacy.operators import way
from engine.privacy.protect import Keyring
from engine.privacy.recognition import Recognition
from engine.privacy.shield import Finder, Shield

NOTHING_KNOWN: Mapping[bytes, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that a process needs to protect the rows of one table; never shown in a repr."""

    coverages: tuple[Coverage, ...]
    keys: Keyring | None = field(repr=False)
    recognition: Recognition
    cache: Path | None = None

    @property
    def looks_within(self) -> bool:
        """Whether values are read for what they hold: then Presidio is needed."""
        return any(each.reach is not Reach.CELL for each in self.coverages)

    @property
    def recalls(self) -> bool:
        """Whether it may be known already what stands in some texts: that takes a key."""
        return self.keys is not None and any(each.reach is Reach.TEXT for each in self.coverages)

    @property
    def imprints(self) -> Imprints | None:
        """What makes the imprints of texts."""
        if self.keys is None:
            return None
        return Imprints(self.keys.present, self.recognition, edition())


@dataclass(frozen=True, slots=True)
class Protected:
    """Lines of COPY with the number of each row that has substitutes, and what was found."""

    lines: bytes
    spotted: tuple[Spotted, ...]


def packed(recipe: Recipe) -> bytes:
    """The recipe as it goes to the processes."""
    return pickle.dumps(recipe)


def imprinted(recipe: bytes, chunk: bytes) -> list[bytes]:
    """The imprints of the different texts in whole lines of COPY."""
    return list(_texts(recipe, chunk))


def read(recipe: bytes, chunk: bytes, known: Collection[bytes]) -> dict[bytes, str]:
    """What is found in the texts that are not known yet, by their imprints."""
    unread = {
        imprint: text for imprint, text in _texts(recipe, chunk).items() if imprint not in known
    }
    found = _finders(recipe)[Reach.TEXT](list(unread.values()))
    return {imprint: told(found.get(text, ())) for imprint, text in unread.items()}


def _texts(recipe: bytes, chunk: bytes) -> dict[bytes, str]:
    """The texts that are read, by their imprints."""
    opened, imprints = _opened(recipe), _imprints(recipe)
    if imprints is None:
        return {}
    _, *columns = zip(*copy_text.rows(chunk), strict=True)
    pairs = zip(opened.coverages, columns, strict=True)
    read = (cells for coverage, cells in pairs if coverage.reach is Reach.TEXT)
    texts = dict.fromkeys(text for cells in read for text in cells if text)
    return {imprints.of(text): text for text in texts}


def protected(recipe: bytes, chunk: bytes, known: Mapping[bytes, str] = NOTHING_KNOWN) -> Protected:
    """Protect whole lines of COPY: the number of a row, then its cells.

    `known` is what was found in texts before, by their imprints.
    """
    if (recalling := _recalling(recipe)) is not None:
        recalling.known = known
    with _uncollected():
        numbers, *columns = zip(*copy_text.rows(chunk), strict=True)
        made, spotted = _shield(recipe).protect(columns)
        if not spotted and _only_within(recipe):
            return Protected(b"", ())
        return Protected(copy_text.lines([numbers, *made]), spotted)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looks for circles among thousands of new strings: they take half of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@lru_cache(maxsize=8)
def _only_within(packed_recipe: bytes) -> bool:
    """Whether a row in which nothing was found needs no substitutes."""
    return all(each.reach is not Reach.CELL for each in _opened(packed_recipe).coverages)


@lru_cache(maxsize=8)
def _shield(packed_recipe: bytes) -> Shield:
    recipe = _opened(packed_recipe)

    whole = partial(way, keys=recipe.keys)
    if not recipe.looks_within:
        return Shield(recipe.coverages, whole, whole, {})
    from engine.adapters.presidio.finding import way_within  # noqa: PLC0415  # as below

    within = partial(way_within, keys=recipe.keys)
    recalling = _recalling(packed_recipe)
    finders = _finders(packed_recipe) | ({Reach.TEXT: recalling} if recalling else {})
    return Shield(recipe.coverages, whole, within, finders)


@lru_cache(maxsize=8)
def _recalling(packed_recipe: bytes) -> Recalling | None:
    """What reads texts unless it is known what they hold; None where nobody could know."""
    imprints = _imprints(packed_recipe) if _opened(packed_recipe).recalls else None
    if imprints is None:
        return None
    return Recalling(_finders(packed_recipe)[Reach.TEXT], imprints)


@lru_cache(maxsize=8)
def _imprints(packed_recipe: bytes) -> Imprints | None:
    return _opened(packed_recipe).imprints


@lru_cache(maxsize=8)
def _finders(packed_recipe: bytes) -> dict[Reach, Finder]:
    from engine.adapters.presidio.finding import finders  # noqa: PLC0415  # takes seconds to import

    recipe = _opened(packed_recipe)
    return dict(finders(recipe.recognition, recipe.cache))


def _opened(packed_recipe: bytes) -> Recipe:
    recipe: Recipe = pickle.loads(packed_recipe)  # noqa: S301  # it comes from the parent process
    return recipe
