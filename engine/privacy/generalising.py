"""Makes a value coarse: a birth date becomes its year, a number its range. The result is text.

What can't be read for certain is redacted: a value that is not understood may show anything.
"""

import ipaddress
import math
import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial

from engine.catalog.generalisation import fitting
from engine.catalog.model import ColumnType
from engine.errors import ConfigurationError
from engine.privacy.cities import city
from engine.privacy.protect import REDACTED

Generaliser = Callable[[str], str]

_STEPS = {"tens": 10, "hundreds": 100, "thousands": 1000}
_FIRST = re.compile(r"first ([1-9][0-9]?)")
_STEPS_OF = re.compile(r"steps of ([1-9][0-9]{0,8})")

_USUAL = {
    "EMAIL_ADDRESS": "domain",
    "IP_ADDRESS": "network",
    "LOCATION": "city",
    "DATE_TIME": "year",
    "DATE_OF_BIRTH": "year",
}


def usual(entity: str | None) -> str | None:
    """How far an entity is generalised where nothing is said, if that is clear."""
    return _USUAL.get(entity or "")


def generaliser(to: str) -> Generaliser:
    """The function that goes so far; raises ConfigurationError naming the words there are."""
    if to in _SIMPLE:
        return _SIMPLE[to]
    if to in _STEPS:
        return partial(_number_range, _STEPS[to])
    if first := _FIRST.fullmatch(to):
        return partial(_first, int(first[1]))
    if steps := _STEPS_OF.fullmatch(to):
        return partial(_number_range, int(steps[1]))
    words = ", ".join(fitting(ColumnType.TEXT, None))
    raise ConfigurationError(f"Nothing can be generalised to {to!r}.", f"Write one of: {words}.")


_YEAR_FIRST = re.compile(r"([12]\d{3})-(\d{1,2})-(\d{1,2})(?:[T ]\d{1,2}:\d{2}\S*(?: ?\S{1,6})?)?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.([12]\d{3})")
_YEAR_LAST = re.compile(r"\d{1,2}/\d{1,2}/([12]\d{3})")
_NAMED = re.compile(
    r"(?i)(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? \d{1,2},? ([12]\d{3})"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _year_and_month(value: str) -> tuple[int, int | None] | None:
    """What a date says; of `03/04/1984` the month depends on the country, so that it is unknown."""
    text = value.strip()
    if not text.isascii():
        return None
    if found := _YEAR_FIRST.fullmatch(text):
        return _possible(int(found[1]), int(found[2]))
    if found := _DOTTED.fullmatch(text):
        return _possible(int(found[3]), int(found[2]))
    if found := _NAMED.fullmatch(text):
        return int(found[2]), _MONTHS.index(found[1].lower()) + 1
    found = _YEAR_LAST.fullmatch(text)
    return (int(found[1]), None) if found else None


_LAST_MONTH = 12


def _possible(year: int, month: int) -> tuple[int, int] | None:
    return (year, month) if 1 <= month <= _LAST_MONTH else None


def _year(value: str) -> str:
    date = _year_and_month(value)
    return REDACTED if date is None else str(date[0])


def _month(value: str) -> str:
    date = _year_and_month(value)
    return REDACTED if date is None or date[1] is None else f"{date[0]}-{date[1]:02d}"


def _decade(value: str) -> str:
    date = _year_and_month(value)
    return REDACTED if date is None else f"{date[0] // 10 * 10}s"


def _first(count: int, value: str) -> str:
    """The first characters; a value that has no more would be shown whole."""
    text = value.strip()
    return text[:count] if len(text) > count else REDACTED


_NUMBER = re.compile(r"[-+]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})")


def _number_range(step: int, value: str) -> str:
    """The range that a number falls in, such as `30 to below 40`."""
    text = value.strip()
    if not text.isascii() or not _NUMBER.fullmatch(text):
        return REDACTED
    low = math.floor(Decimal(text))
    low -= low % step
    return f"{low} to below {low + step}"


_KNOWN_BITS = {4: 24, 6: 48}
"""What an office or a home has in common: a network of 256 addresses, or a site."""


def _network(value: str) -> str:
    try:
        address = ipaddress.ip_address(value.strip())
    except ValueError:
        return REDACTED
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id:
            return REDACTED
        address = address.ipv4_mapped or address
    return str(ipaddress.ip_network((address, _KNOWN_BITS[address.version]), strict=False))


_DOMAIN = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63})+")


def _domain(value: str) -> str:
    name, at, domain = value.strip().rpartition("@")
    return domain.lower() if at and name and _DOMAIN.fullmatch(domain) else REDACTED


_SIMPLE: dict[str, Generaliser] = {
    "year": _year,
    "month": _month,
    "decade": _decade,
    "city": lambda value: city(value) or REDACTED,
    "network": _network,
    "domain": _domain,
}
