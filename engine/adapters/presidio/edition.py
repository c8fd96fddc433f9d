"""Tells which code, models and packages look for personal data: findings of others are not ours."""

import hashlib
import sys
from functools import lru_cache
from importlib.metadata import distributions
from pathlib import Path

import engine.privacy

_PACKAGES = frozenset(
    {"babel", "numpy", "phonenumbers", "presidio-analyzer", "regex", "spacy", "thinc", "tldextract"}
)
_MODEL = "-core-"
_FOLDERS = (Path(__file__).parent, Path(engine.privacy.__file__).parent)


@lru_cache(maxsize=1)
def edition() -> str:
    """Words that change with whatever may change a finding."""
    python = ".".join(map(str, sys.version_info[:2]))
    packages = sorted(
        f"{name} {each.version}" for each in distributions() if (name := _named(each.name))
    )
    return "\n".join((f"python {python}", *packages, _sources()))


def _named(name: str) -> str | None:
    """The name of a package that has a part in it; None for others."""
    plain = name.lower().replace("_", "-")
    return plain if plain in _PACKAGES or _MODEL in plain else None


def _sources() -> str:
    """The fingerprint of the modules that find."""
    found = hashlib.sha256()
    for path in (each for folder in _FOLDERS for each in sorted(folder.glob("*.py"))):
        found.update(path.read_bytes())
    return found.hexdigest()
