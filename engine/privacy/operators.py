"""What is done to a whole cell: a protection and the keys become one function of its text."""

from collections.abc import Callable

from engine.catalog.model import Operator
from engine.errors import EngineError, KeyMissing
from engine.privacy.generalising import generaliser, usual
from engine.privacy.model import Protection
from engine.privacy.protect import REDACTED, Keyring, Tokens, masked_characters
from engine.privacy.sealing import Seal

KEYED = frozenset({Operator.HASH, Operator.ENCRYPT})
"""The operators that need a secret key."""

Way = Callable[[str], str | None]
"""What becomes of a value; None where nothing is known to put in its place."""


def way(protection: Protection, keys: Keyring | None) -> Way:
    """How a cell of the column is protected; raises KeyMissing, or EngineError for a wrong `to`."""
    match protection.operator:
        case Operator.HASH:
            return Tokens(_key(protection, keys).present, protection.entity).token
        case Operator.ENCRYPT:
            return Seal(_key(protection, keys).present, protection.entity).sealed
        case Operator.MASK:
            return masked
        case Operator.GENERALISE:
            return _generaliser(protection)
        case Operator.REDACT:
            return redacted
        case Operator.KEEP:
            return kept


def _key(protection: Protection, keys: Keyring | None) -> Keyring:
    if keys is None:
        doing = "hashed" if protection.operator is Operator.HASH else "encrypted"
        message = f"The column {protection.column} is to be {doing}, and there is no secret key."
        raise KeyMissing(message)
    return keys


def _generaliser(protection: Protection) -> Way:
    to = protection.to or usual(protection.entity)
    if to is None:
        message = f"The column {protection.column} is to be generalised, and nothing says how far."
        raise EngineError(message, "Add `to`, such as year, city, first 3 or tens.")
    return generaliser(to)


def masked(value: str) -> str:
    """The value with all but its last four characters replaced by stars; a short one wholly."""
    hidden = masked_characters(value)
    return "*" * hidden + value[hidden:]


def redacted(_: str) -> str:
    """A word in place of the value."""
    return REDACTED


def kept(value: str) -> str:
    """The value as it is."""
    return value
