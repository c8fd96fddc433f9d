"""Turns personal values into tokens with a secret key, and decides how much a mask shows."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

REDACTED = "[redacted]"

KEY_BYTES = 32
TOKEN_BYTES = 16
"""128 bits of the HMAC are kept: no two values of a warehouse collide by chance."""

UNNAMED = "pd"
"""The letters of what has no entity, or one of the project's own."""

PREFIXES = {
    "EMAIL_ADDRESS": "em",
    "PHONE_NUMBER": "ph",
    "US_SSN": "ss",
    "CREDIT_CARD": "cc",
    "IBAN_CODE": "ib",
    "PERSON": "pn",
    "LOCATION": "lo",
    "IP_ADDRESS": "ip",
    "DATE_OF_BIRTH": "db",
    "ORGANIZATION": "og",
}
_FINGERPRINT_DIGITS = 16
_SHOWN = 4
_MASKED_WHOLLY_BELOW = 8


@dataclass(frozen=True, slots=True)
class SecretKey:
    """The master key from which each entity's own key is derived; never shown in a repr."""

    master: bytes = field(repr=False)
    version: int = 1

    def for_entity(self, entity: str) -> bytes:
        """The key of one entity, by HKDF-SHA-256 (RFC 5869), so that keys don't cross entities."""
        return _derived(self.master, f"token/{entity}")

    @property
    def fingerprint(self) -> str:
        """What tells this key from another, and nothing of the key itself."""
        return _derived(self.master, "fingerprint").hex()[:_FINGERPRINT_DIGITS]

    def for_imprints(self) -> bytes:
        """The key by which texts are known again."""
        return _derived(self.master, "imprints")


@lru_cache(maxsize=64)
def _derived(master: bytes, purpose: str) -> bytes:
    """A key for one purpose, of which none is an entity: those stand behind `token/`."""
    info = f"atlas/{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(master)


@dataclass(frozen=True, slots=True)
class Keyring:
    """The key that protects now, and those before it, by which old tokens are still found."""

    present: SecretKey
    former: tuple[SecretKey, ...] = ()

    def __iter__(self) -> Iterator[SecretKey]:
        """The present key, then the former ones."""
        return iter((self.present, *self.former))

    def version(self, number: int) -> SecretKey | None:
        """The key of that version, if it is still known."""
        return next((key for key in self if key.version == number), None)

    def tokens(self, entity: str | None, value: str) -> tuple[str, ...]:
        """Every token that a value has or had, the present one first."""
        return tuple(Tokens(key, entity).token(value) for key in self)


def letters_of(entity: str | None) -> str:
    """The two letters by which a token tells its entity."""
    return PREFIXES.get(entity or "", UNNAMED)


_TOKEN = re.compile(
    rf"({'|'.join((*PREFIXES.values(), UNNAMED))})([1-9][0-9]{{0,3}})_[0-9a-f]{{{2 * TOKEN_BYTES}}}"
)


def token_parts(text: str) -> tuple[str, int] | None:
    """The letters and the key version of a token, or None where the text is no token."""
    found = _TOKEN.fullmatch(text)
    return (found[1], int(found[2])) if found else None


def normalise(entity: str | None, value: str) -> str:
    """The form in which equal persons are equal: `Maria@X.org ` and `maria@x.org`."""
    return _FORMS.get(entity, _folded)(value)


def _composed(value: str) -> str:
    """Every look-alike as one; plain ASCII has none."""
    return value if value.isascii() else unicodedata.normalize("NFKC", value)


def _folded(value: str) -> str:
    """Without case, with single blanks."""
    if value.isascii():
        return " ".join(value.split()).lower()
    return " ".join(_composed(value).split()).casefold()


def _mailbox(value: str) -> str:
    """As _folded, but `straße@x.org` is not `strasse@x.org`: these are two mailboxes."""
    if value.isascii():
        return " ".join(value.split()).lower()
    text = " ".join(_composed(value).split()).replace("\u1e9e", "ß")
    return "ß".join(part.casefold() for part in text.split("ß"))


_BETWEEN_GROUPS = re.compile(r"[ -]")


def _iban(value: str) -> str:
    """As _folded without blanks: in small letters, as IBANs written in one piece always were."""
    if value.isascii() and value.isalnum():
        return value.lower()
    text = _folded(value)
    bare = text if text.isalnum() else _BETWEEN_GROUPS.sub("", text)
    return bare if bare.isascii() and bare.isalnum() else text


_FEWEST_DIGITS = 7
"""Where letters stand beside fewer, as in `xxx-xx-1234`, the digits alone say too little."""


def _digits(value: str) -> str:
    """The digits alone; a text without any stays as it is."""
    if value.isascii() and value.isdigit():
        return value
    text = _composed(value).strip()
    digits = _only_digits(text)
    few = len(digits) < _FEWEST_DIGITS and any(map(str.isalpha, text))
    return _folded(text) if digits and few else digits or text


_NO_DIGITS = bytes(code for code in range(128) if not chr(code).isdecimal())


def _only_digits(text: str) -> str:
    """Its digits, those of other scripts too, as 0 to 9."""
    if text.isascii():
        return text.encode().translate(None, _NO_DIGITS).decode()
    digits = "".join(filter(str.isdecimal, text))
    return digits if digits.isascii() else "".join(str(int(each)) for each in digits)


_EXTENSION = re.compile(r"(?i)(?<=[\d\s,;.])(?:extension|ext\.?|x)\s?(\d{1,6})$")
_TRUNK_ZERO = re.compile(r"^(\+|00)\s?(?!39)(\d{1,3})\s?\(0\)")
"""`+49 (0)30 …` is dialled without the zero from abroad; in Italy the zero stays."""
_FROM_ABROAD = re.compile(r"00[1-9]\d{7,14}")


def _phone(value: str) -> str:
    """The digits of E.164 where the number tells its country, else the digits as they are."""
    if value.isascii() and value.isdigit() and value[:2] != "00":
        return value
    text = _composed(value).strip()
    number, extension = _extended(text)
    # most have no such zero, and looking for it takes longer than all the rest
    digits = _only_digits(_TRUNK_ZERO.sub(r"\1\2", number) if "(0)" in number else number)
    if len(digits) < _FEWEST_DIGITS:
        return _digits(text)
    if digits.startswith("00") and _FROM_ABROAD.fullmatch(digits):
        digits = digits[2:]
    return f"{digits}x{_only_digits(extension)}" if extension else digits


def _extended(text: str) -> tuple[str, str]:
    """A number and its extension, which no text without an x has."""
    found = _EXTENSION.search(text) if "x" in text or "X" in text else None
    return (text[: found.start()], found[1]) if found else (text, "")


_FORMS: Mapping[str | None, Callable[[str], str]] = {
    "EMAIL_ADDRESS": _mailbox,
    "PHONE_NUMBER": _phone,
    "US_SSN": _digits,
    "CREDIT_CARD": _digits,
    "IBAN_CODE": _iban,
}

_BLOCK = 64
"""Bytes that SHA-256 takes at a time, which HMAC fills with the key."""

_INNER, _OUTER = 0x36, 0x5C


def _pad(key: bytes, sign: int) -> bytes:
    return bytes(byte ^ sign for byte in key.ljust(_BLOCK, b"\0"))


class Tokens:
    """Makes the tokens of one entity: the same person has one token in every table and run."""

    def __init__(self, key: SecretKey, entity: str | None) -> None:
        derived = key.for_entity(entity or "PERSONAL")
        self._form = _FORMS.get(entity, _folded)
        self._prefix = f"{letters_of(entity)}{key.version}_"
        # HMAC's two pads are hashed once, not for each value: 1.6 times as fast as hmac's own copy
        self._inner = hashlib.sha256(_pad(derived, _INNER)).copy
        self._outer = hashlib.sha256(_pad(derived, _OUTER)).copy

    def token(self, value: str) -> str:
        """The token of a value, such as `em1_` and 32 hexadecimal digits."""
        inner, outer = self._inner(), self._outer()
        inner.update(self._form(value).encode())
        outer.update(inner.digest())
        return self._prefix + outer.hexdigest()[: 2 * TOKEN_BYTES]


def masked_characters(value: str) -> int:
    """How many characters from the start a mask hides: all but four, or all of a short value."""
    return len(value) if len(value) < _MASKED_WHOLLY_BELOW else len(value) - _SHOWN
