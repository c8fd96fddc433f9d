"""Personal values that exist once in the world, and the search for any of them in any spelling."""

import json
import random
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from urllib.parse import quote, quote_plus

FIRST_NAMES = (
    *("Maria", "James", "Linda", "Robert", "Susan", "Michael", "Karen", "William", "Nancy"),
    *("David", "Laura", "Thomas", "Helen", "Daniel", "Carol", "Steven", "Julia", "Peter"),
)
_BEGINNINGS = (
    *("Thorn", "Calder", "Brack", "Hather", "Wolver", "Dunster", "Pember", "Alder", "Kester"),
    *("Marl", "Ravens", "Stan", "Tolver", "Whit", "Gair", "Holm", "Ecken", "Müller", "Oster"),
    *("Lang", "Bram", "Cress", "Fenni"),
)
_ENDINGS = (
    *("wick", "hurst", "ley", "combe", "worth", "field", "stone", "well", "bourne", "gate"),
    *("croft", "dale", "more", "tham", "shaw", "ridge", "cliffe", "mere"),
)
SURNAMES = tuple(
    begin + end for begin, end in product(_BEGINNINGS, _ENDINGS) if len(begin + end) >= 8
)
_TREES = ("Quillan", "Juniper", "Sorrel", "Hazel", "Larkspur", "Bramble", "Yarrow", "Mullein")
_AREAS = ("212", "312", "415", "617", "206", "303", "512", "404")
_EXCHANGES = ("268", "347", "493", "639", "752", "864", "923")
CITIES = ("Boston, MA 02115", "Denver, CO 80203", "Austin, TX 78701", "Seattle, WA 98101")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose every value is nobody else's."""

    name: str
    email: str
    phone: str
    ssn: str
    card: str
    iban: str
    street: str
    city: str
    born: date

    @property
    def address(self) -> str:
        """Street and town on one line."""
        return f"{self.street}, {self.city}"

    @property
    def surname(self) -> str:
        """The name that nobody else has."""
        return self.name.partition(" ")[2]

    def spellings(self) -> Iterator[str]:
        """Everything that must be nowhere, as it may be written."""
        yield from (self.name, self.surname, self.email, self.email.partition("@")[0])
        yield from (self.phone, self.ssn, self.card, self.street)
        yield from (self.street.split()[2], self.iban, self.iban[4:])
        yield " ".join(re.findall(".{1,4}", self.iban))
        yield from (f"{self.born:{form}}" for form in ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y"))

    def numbers(self) -> Iterator[str]:
        """What is a number, without anything between its digits."""
        phone = _digits(self.phone)
        yield from (
            phone,
            phone[1:],
            _digits(self.ssn),
            _digits(self.card),
            _digits(self.card)[:12],
        )


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def persons(count: int, seed: int = 5) -> tuple[Person, ...]:
    """So many persons, the same ones each time."""
    draw = random.Random(seed)  # noqa: S311  # made up data is no secret
    surnames = draw.sample(SURNAMES, count)
    serials = draw.sample(range(1000, 9999), count)
    return tuple(
        _person(number, surname, serial)
        for number, (surname, serial) in enumerate(zip(surnames, serials, strict=True))
    )


def _person(number: int, surname: str, serial: int) -> Person:
    first = FIRST_NAMES[number % len(FIRST_NAMES)]
    plain = unicodedata.normalize("NFKD", surname).encode("ascii", "ignore").decode()
    area, exchange = _AREAS[number % len(_AREAS)], _EXCHANGES[number % len(_EXCHANGES)]
    street = f"{_TREES[number % len(_TREES)]} {surname[:5]}{_letters(serial)}"
    return Person(
        name=f"{first} {surname}",
        email=f"{first}.{plain}@mail.example.org",
        phone=f"+1 ({area}) {exchange}-{serial}",
        ssn=f"{512 + number % 90}-{11 + number % 80}-{serial}",
        card=_card(f"4{number:03d}{serial}7{serial + 1:05d}9"),
        iban=_iban(f"3704004405{serial}{number:04d}"),
        street=f"{100 + number} {street.title()} Street",
        city=CITIES[number % len(CITIES)],
        born=date(1940, 1, 3) + timedelta(days=47 * number),
    )


def _letters(serial: int) -> str:
    return "".join("abdefgklmo"[int(digit)] for digit in str(serial))


def _card(body: str) -> str:
    """With its check digit, in groups of four."""
    body = body[:15]
    doubled = [int(d) * (2 if at % 2 == 0 else 1) for at, d in enumerate(body)]
    number = body + str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)
    return " ".join(re.findall("....", number))


def _iban(body: str) -> str:
    """A German one, with its check digits."""
    return f"DE{98 - int(f'{body}131400') % 97:02d}{body}"


_WINDOW = 7
"""Characters by which a text is looked through; no spelling is shorter."""

_NUMBER = re.compile(r"(?<![0-9A-Za-z])\d(?:[ ().+/-]{0,2}\d){8,18}(?![0-9A-Za-z])")


class Canaries:
    """Finds any value of any of the persons in texts, however it is written."""

    def __init__(self, whose: Iterable[Person]) -> None:
        self.persons = tuple(whose)
        self._heads: Mapping[str, set[str]] = self._by_head()
        self._numbers = {number for each in self.persons for number in each.numbers()}

    def _by_head(self) -> Mapping[str, set[str]]:
        heads: defaultdict[str, set[str]] = defaultdict(set)
        for each in self.persons:
            for spelled in each.spellings():
                for text in _written(spelled):
                    heads[text[:_WINDOW]].add(text)
        return heads

    @property
    def count(self) -> int:
        """How many different values there are, each counted once however it is spelled."""
        return len(self._numbers) + sum(len(set(each.spellings())) for each in self.persons)

    def found_in(self, text: str) -> set[str]:
        """Every spelling that the text holds."""
        found: set[str] = set()
        for line in set(text.casefold().splitlines()):
            windows = {line[at : at + _WINDOW] for at in range(len(line) - _WINDOW + 1)}
            for head in windows & self._heads.keys():
                found.update(each for each in self._heads[head] if each in line)
            runs = (_digits(run) for run in _NUMBER.findall(line))
            found.update(run for run in runs if run in self._numbers)
        return found


def _written(value: str) -> set[str]:
    """A value as it may stand in a file, an address, a JSON text or a dump, in small letters."""
    plain = value.casefold()
    ways = {plain, quote(plain), quote_plus(plain), json.dumps(plain)[1:-1]}
    ways |= {unicodedata.normalize("NFD", plain), plain.encode().hex(), value.encode().hex()}
    return {each.casefold() for each in ways if len(each) >= _WINDOW}
