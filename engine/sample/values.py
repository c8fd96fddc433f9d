"""Invented values of single cells: names, addresses, numbers and moments."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from random import Random

from engine.sample.words import (
    AREA_CODES,
    CARD_PREFIXES,
    DOMAINS,
    FAMILY,
    GIVEN,
    STREETS,
    WHOLE_NAMES,
)

FIRST = date(2026, 3, 1)
"""The day of the first delivery."""

SECOND = date(2026, 3, 2)
"""The day of the second delivery."""


def chance(rng: Random, share: float) -> bool:
    """Say yes with the probability `share`."""
    return rng.random() < share


def person_name(rng: Random) -> str:
    """Make up a name; one in fifty is in another script."""
    if chance(rng, 0.02):
        return rng.choice(WHOLE_NAMES)
    return f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}"


def email_address(rng: Random, name: str) -> str:
    """Make up an address in a reserved domain, after the name."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(str.maketrans("łø", "lo")))
    words = re.sub(r"[^a-z ]", "", plain.encode("ascii", "ignore").decode()).split()
    local = ".".join(words) or "customer"
    return f"{local}{rng.randrange(10, 9999)}@{rng.choice(DOMAINS)}"


def phone_number(rng: Random) -> str:
    """Make up a number of the 555-01xx range, in one of three notations."""
    area, line = rng.choice(AREA_CODES), f"01{rng.randrange(100):02}"
    return rng.choice((f"+1 {area} 555 {line}", f"({area}) 555-{line}", f"{area}-555-{line}"))


def social_security_number(rng: Random) -> str:
    """Make up an SSN in the usual notation."""
    area = rng.randrange(1, 666)
    return f"{area:03}-{rng.randrange(1, 100):02}-{rng.randrange(1, 10000):04}"


def card_number(rng: Random) -> str:
    """Make up a card number with a valid check digit."""
    prefix, length = rng.choice(CARD_PREFIXES)
    return _with_luhn_digit(prefix + _digits(rng, length - len(prefix) - 1))


def spaced_card_number(rng: Random) -> str:
    """Make up a card number in groups of four digits."""
    card = _with_luhn_digit("411111" + _digits(rng, 9))
    return " ".join(card[start : start + 4] for start in range(0, 16, 4))


def street_address(rng: Random) -> str:
    """Make up a street with its number; a few hold a comma or a line break."""
    street = f"{rng.randrange(1, 240)} {rng.choice(STREETS)}"
    if chance(rng, 0.06):
        return f"{street}, Apt {rng.randrange(1, 40)}"
    return f"Flat {rng.randrange(1, 12)}\n{street}" if chance(rng, 0.02) else street


def moment_from(rng: Random, start: datetime, days: int) -> str:
    """Pick a second between 00:05 and 22:59 of a day from `start` on, `days` days at most."""
    seconds = rng.randrange(5 * 60, 23 * 3600)
    return (start + timedelta(days=rng.randint(0, days), seconds=seconds)).isoformat()


def shifted(moment: str, minutes: int) -> str:
    """Move a moment by some minutes."""
    return (datetime.fromisoformat(moment) + timedelta(minutes=minutes)).isoformat()


def moment_after(rng: Random, moment: str, end: datetime) -> str:
    """Pick a later second within five days, before `end`."""
    left = int((end - datetime.fromisoformat(moment)).total_seconds())
    seconds = rng.randrange(900, min(left, 5 * 24 * 3600))
    return (datetime.fromisoformat(moment) + timedelta(seconds=seconds)).isoformat()


def _digits(rng: Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def _with_luhn_digit(digits: str) -> str:
    doubled = (int(digit) * 2 for digit in digits[::-1][::2])
    total = sum(sum(divmod(value, 10)) for value in doubled)
    total += sum(int(digit) for digit in digits[::-1][1::2])
    return f"{digits}{-total % 10}"
