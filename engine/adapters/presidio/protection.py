"""Protects the rows of a chunk, in whatever process it is called."""

import gc
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

from engine.adapters import copy_text
from engine.privacy.coverage import Coverage, Reach, Spotted
from engine.privacy.operators import way
from engine.privacy.protect import Keyring
from engine.privacy.recognition import Recognition
from engine.privacy.shield import Shield


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


@dataclass(frozen=True, slots=True)
class Protected:
    """Lines of COPY with the number of each row that has substitutes, and what was found."""

    lines: bytes
    spotted: tuple[Spotted, ...]


def packed(recipe: Recipe) -> bytes:
    """The recipe as it goes to the processes."""
    return pickle.dumps(recipe)


def protected(recipe: bytes, chunk: bytes) -> Protected:
    """Protect whole lines of COPY: the number of a row, then its cells."""
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
    from engine.adapters.presidio.finding import (  # noqa: PLC0415  # takes seconds to import
        finders,
        way_within,
    )

    within = partial(way_within, keys=recipe.keys)
    return Shield(recipe.coverages, whole, within, finders(recipe.recognition, recipe.cache))


def _opened(packed_recipe: bytes) -> Recipe:
    recipe: Recipe = pickle.loads(packed_recipe)  # noqa: S301  # it comes from the parent process
    return recipe
