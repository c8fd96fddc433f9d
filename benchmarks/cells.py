"""Cells as columns hold them, and such as they never should, from a seed."""

import random
import string
from collections.abc import Callable, Iterator

_FIRST = (
    "Ada",
    "Grace",
    "Alan",
    "Edsger",
    "Barbara",
    "Zoë",
    "Jürgen",
    "Olga",
    "Aoife",
    "Иван",
    "Wei",
)
_LAST = (
    "Lovelace",
    "Hopper",
    "Turing",
    "Dijkstra",
    "Liskov",
    "Müller",
    "Garcia",
    "O'Neill",
    "Wang",
)
_DOMAINS = (
    "example.org",
    "mail.example.com",
    "navy.mil",
    "uni-köln.de",
    "firma.co.uk",
    "localhost",
)
_WORDS = tuple(
    "the order was late and our customer wants it back because of a broken lid which came loose "  # noqa: SIM905  # as text it can be read
    "please call write ship to at from invoice see page total net gross may june blue large box"
    "".split()
)
_STATUS = ("new", "open", "paid", "shipped", "returned", "cancelled", "on-hold", "refunded")
_ODD = "٣４५é́ß ſKİı🙂\u200b\u00a0\u3000–—（）＋＠．/\\\t\n\r\x0b\x1c#~;,x%$€\"'<>[]{}|^=&*_@.:-+ "
_HALF = 0.5
_MOSTLY = 0.9
_BLOCK = 4


class Cells:
    """Makes cells of many kinds; equal seeds make equal cells."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def column(self, kind: str, size: int) -> list[str]:
        """A column of different cells of one kind."""
        make = KINDS[kind]
        found: dict[str, None] = {}
        while len(found) < size:
            found[make(self)] = None
        return list(found)

    def filled(self, *forms: str) -> str:
        """One of the forms: a digit for each #, a letter for each @, a hex digit for each %."""
        made = {"#": string.digits, "@": string.ascii_uppercase, "%": "0123456789abcdef"}
        form = self._random.choice(forms)
        return "".join(self._random.choice(made.get(each, each)) for each in form)

    def name(self) -> str:
        """A person's name, with a middle one so that many differ."""
        some = self._random
        middle = "".join(some.choices(string.ascii_lowercase, k=6)).title()
        return f"{some.choice(_FIRST)} {middle} {some.choice(_LAST)}"

    def email(self) -> str:
        """An e-mail address."""
        some = self._random
        name = "".join(some.choices(string.ascii_lowercase, k=some.randint(3, 9)))
        mark = some.choice((".", "_", "+", "-", ""))
        return f"{name}{mark}{some.randint(1, 999)}@{some.choice(_DOMAINS)}"

    def phone(self) -> str:
        """A phone number as people write it, in the ways of several countries."""
        return self.filled(*_PHONES)

    def ssn(self) -> str:
        """A social security number."""
        return self.filled("###-##-####", "###-##-####", "#########", "### ## ####")

    def card(self) -> str:
        """A card number; nine of ten with a right check digit."""
        form = self.filled(
            "4###############", "5###############", "3##############", "6###########"
        )
        digits = self._checked(form[:-1]) if self._random.random() < _MOSTLY else form
        return digits if self._random.random() < _HALF else self._in_blocks(digits, "- ")

    def _in_blocks(self, text: str, signs: str) -> str:
        """A text with a sign after each four characters."""
        blocks = (text[n : n + _BLOCK] for n in range(0, len(text), _BLOCK))
        return self._random.choice(signs).join(blocks)

    @staticmethod
    def _checked(digits: str) -> str:
        """Digits with their Luhn check digit."""
        doubled = [int(each) * (2 - n % 2) for n, each in enumerate(reversed(digits))]
        return digits + str(-sum(each // 10 + each % 10 for each in doubled) % 10)

    def iban(self) -> str:
        """An IBAN of a German or British account, most with right check digits."""
        country, account = self._random.choice(
            (("DE", self.filled("##################")), ("GB", self.filled("NWBK##############")))
        )
        number = "".join(str(int(each, 36)) for each in f"{account}{country}00")
        check = f"{98 - int(number) % 97:02d}" if self._random.random() < _MOSTLY else "00"
        whole = f"{country}{check}{account}"
        return whole if self._random.random() < _HALF else self._in_blocks(whole, " ")

    def text(self) -> str:
        """Words without anything personal."""
        return " ".join(self._random.choices(_WORDS, k=self._random.randint(3, 7)))

    def status(self) -> str:
        """A word of state and a reason."""
        return f"{self._random.choice(_STATUS)}: {self.text()}"

    def amount(self) -> str:
        """An amount of money."""
        return f"{self._random.uniform(-50, 99999):.2f}"

    def order_id(self) -> str:
        """A number that stands for a thing."""
        return self.filled("O########", "ORD-######", "########", "SKU-@@-#####", "v#.##.#")

    def free_text(self) -> str:
        """Some thirty words, with personal data in half of them."""
        words = self._random.choices(_WORDS, k=30)
        if self._random.random() < _HALF:
            kind = self._random.choice((*PERSONAL, "name", "date"))
            words.insert(self._random.randrange(30), KINDS[kind](self))
        return " ".join(words)

    def date(self) -> str:
        """A date or a point in time."""
        return self.filled(
            "20##-0#-1#", "0#/1#/20##", "1#.0#.19##", "20##-0#-1# 1#:2#:3#", "0#-JAN-20##",
            "20##-0#-1#T1#:2#:3#Z", "20##-0#-1#T1#:2#:3#.###+02:00", "1#/2#", "1#/20##",
        )  # fmt: skip

    def machine(self) -> str:
        """What machines write: addresses, digests, numbers in hex."""
        return self.filled(
            "1##.##.2#.#", "::ffff:1#.#.#.##", "fe80::%%%%:%%ff:fe%%:%%%%", "::", "2001:db8::%",
            "%%:%%:%%:%%:%%:%%", "%%-%%-%%-%%-%%-%%", "%%%%.%%%%.%%%%", "0x%%%%%%%%",
            "%%%%%%%%-%%%%-4%%%-a%%%-%%%%%%%%%%%%", "%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%",
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@",
            "https://www.example.com/a/##?b=@", "example.org", "see 'http://x#.co/##' now", "@.io",
        )  # fmt: skip

    def odd(self) -> str:
        """A cell of another kind with signs put into it, or signs alone."""
        some = self._random
        kind = some.choice((*PERSONAL, "machine", "date", "order_id", "text", "amount"))
        letters = list(KINDS[kind](self) if some.random() < _MOSTLY else "")
        for _ in range(some.randint(1, 12)):
            letters.insert(some.randint(0, len(letters)), some.choice(_ODD + string.digits))
        return "".join(letters)

    def mixed(self) -> str:
        """Several cells of other kinds beside each other."""
        kinds = self._random.choices([each for each in KINDS if each != "mixed"], k=3)
        between = self._random.choice(("", " ", "\n", ", ", " / ", "\t", "-"))
        return between.join(KINDS[kind](self) for kind in kinds)


_PHONES = (
    "(2##) ###-####", "###-###-####", "+1-###-###-####", "001-###-###-####x####", "###.###.####x##",
    "415#######", "+1 212 ### ####", "030 ########", "+49 30 ######", "0049 89 #######",
    "0171 #######", "020 7### ####", "+44 7911 ######", "06 ## ## ## ##", "+33 6 ## ## ## ##",
    "05#-#######", "+972 5#-###-####", "98########", "+91 98########", "(11) 9####-####",
    "+55 11 9####-####", "tel. 030/#######", "(0)30 ######", "(2##) ###-#### ext. ##",
    "+## ########",
)  # fmt: skip

KINDS: dict[str, Callable[[Cells], str]] = {
    "email": Cells.email,
    "phone": Cells.phone,
    "ssn": Cells.ssn,
    "card": Cells.card,
    "iban": Cells.iban,
    "name": Cells.name,
    "text": Cells.text,
    "status": Cells.status,
    "amount": Cells.amount,
    "order_id": Cells.order_id,
    "free_text": Cells.free_text,
    "date": Cells.date,
    "machine": Cells.machine,
    "odd": Cells.odd,
    "mixed": Cells.mixed,
}
PERSONAL = ("email", "phone", "ssn", "card", "iban")
CLEAN = ("name", "text", "status")


def every_kind(seed: int, size: int) -> Iterator[tuple[str, list[str]]]:
    """Columns of all kinds that hold about as many cells as asked."""
    cells = Cells(seed)
    for kind in KINDS:
        yield kind, cells.column(kind, -(-size // len(KINDS)))
