"""The formats that `valid format` knows, as regular expressions: the same as Soda's."""

_SPACES = " *"
_SIGN = "[-+]?"
_PLUS = r"\+?"
_MINUS = r"\-"
_INTEGER = "[0-9]+"

_DECIMALS = {
    "": (r"(\d+([\.,]\d+)?|([\.,]\d+))", r"(0+([\.,]0+)?|([\.,]0+))"),
    " point": (r"(\d+(\.\d+)?|(\.\d+))", r"(0+(\.0+)?|(\.0+))"),
    " comma": (r"(\d+(,\d+)?|(,\d+))", r"(0+(,0+)?|(,0+))"),
}
"""By how decimals are parted: any such number, and zero."""

_MONEY = {
    "": _DECIMALS[""][0],
    " point": r"\d{1,3}(\,\d\d\d)*(.\d+)?",
    " comma": r"\d{1,3}(\.\d\d\d)*(,\d+)?",
}
_CURRENCY = "([A-Z]{3}|[a-z]{3})"

_DAY, _MONTH, _YEAR = "(0?[1-9]|[12][0-9]|3[01])", "(0?[1-9]|1[012])", r"([12][0-9])?\d\d"
_HOUR, _HALF_DAY_HOUR = r"(0?[0-9]|[01]\d|2[0-3])", "(0?[0-9]|1[0-2])"
_MINUTE, _SECOND = "[0-5]?[0-9]", r"[0-5]?[0-9]([.,]\d+)?"
_TWO_DIGITS = "[0-5][0-9]"
_ISO_DAY = "(0[1-9]|[12][0-9]|3[01])"
_ISO_DATE = (
    rf"[12][0-9]{{3}}-?((0[1-9]|1[012])-?{_ISO_DAY}|W[0-5]\d(-?[1-7])?|[0-3]\d\d)"
    rf"([ T]{_HOUR}(:?{_TWO_DIGITS}(:?{_TWO_DIGITS}([.,]\d+)?)?)?"
    rf"([+-]{_HOUR}:?{_TWO_DIGITS}|Z)?)?"
)

_BYTES = r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}"
_BYTE = "(25[0-5]|(2[0-4]|1{0,1}[0-9]){0,1}[0-9])"
_HEX = "[0-9a-fA-F]{1,4}"
_IPV6 = "|".join(
    (
        f"({_HEX}:){{7,7}}{_HEX}",
        f"({_HEX}:){{1,7}}:",
        f"({_HEX}:){{1,6}}:{_HEX}",
        *(f"({_HEX}:){{1,{7 - n}}}(:{_HEX}){{1,{n}}}" for n in range(2, 6)),
        f"{_HEX}:((:{_HEX}){{1,6}})",
        f":((:{_HEX}){{1,7}}|:)",
        "fe80:(:[0-9a-fA-F]{0,4}){0,4}%[0-9a-zA-Z]{1,}",
        rf"::(ffff(:0{{1,4}}){{0,1}}:){{0,1}}({_BYTE}\.){{3,3}}{_BYTE}",
        rf"({_HEX}:){{1,4}}:({_BYTE}\.){{3,3}}{_BYTE}",
    )
)
_MAILBOX = r"[a-zA-ZÀ-ÿĀ-ſƀ-ȳ0-9.\-_%+]+"
_HOST = r"[a-zA-ZÀ-ÿĀ-ſƀ-ȳ0-9.\-_%]+"
_HEX_DIGIT = "[0-9a-fA-F]"


def _spaced(*parts: str) -> str:
    """The parts one after the other, with spaces around each."""
    return f"^{_SPACES}{_SPACES.join(parts)}{_SPACES}$"


def _numbers() -> dict[str, str]:
    """Formats of numbers: text in them may be compared as a number."""
    zero = "0+"
    found = {
        "integer": _spaced(_SIGN, _INTEGER),
        "positive integer": _spaced(_PLUS, _INTEGER),
        "negative integer": _spaced(f"({_MINUS}{_SPACES}{_INTEGER}|{zero})"),
    }
    for kind, (number, nothing) in _DECIMALS.items():
        below = f"({_MINUS}{_SPACES}{number}|{nothing})"
        for name, unit in (("decimal", ()), ("percentage", ("%",))):
            found[f"{name}{kind}"] = _spaced(_SIGN, number, *unit)
            found[f"positive {name}{kind}"] = _spaced(_PLUS, number, *unit)
            found[f"negative {name}{kind}"] = _spaced(below, *unit)
    for kind, number in _MONEY.items():
        found[f"money{kind}"] = _spaced(_SIGN, number, _CURRENCY)
    return found


NUMBERS = _numbers()

FORMATS = NUMBERS | {
    "date us": _spaced(rf"{_MONTH}[-\./]{_DAY}[-\./]{_YEAR}"),
    "date eu": _spaced(rf"{_DAY}[-\./]{_MONTH}[-\./]{_YEAR}"),
    "date inverse": _spaced(rf"{_YEAR}[-\./]{_MONTH}[-\./]{_DAY}"),
    "date iso 8601": _spaced(_ISO_DATE),
    "time 24h": _spaced(f"{_HOUR}:{_MINUTE}(:{_SECOND})?"),
    "time 24h nosec": _spaced(f"{_HOUR}:{_MINUTE}"),
    "time 12h": _spaced(f"{_HALF_DAY_HOUR}:{_MINUTE}(:{_SECOND})?"),
    "time 12h nosec": _spaced(f"{_HALF_DAY_HOUR}:{_MINUTE}"),
    "timestamp 24h": _spaced(f"{_HOUR}:{_MINUTE}:{_SECOND}"),
    "timestamp 12h": _spaced(f"{_HALF_DAY_HOUR}:{_MINUTE}:{_SECOND}"),
    "uuid": rf"^{_HEX_DIGIT}{{8}}\-" + rf"{_HEX_DIGIT}{{4}}\-" * 3 + rf"{_HEX_DIGIT}{{12}}$",
    "ip address": f"^{_BYTES}$",
    "ipv4 address": f"^{_BYTES}$",
    "ipv6 address": f"^({_IPV6})$",
    "email": rf"^{_MAILBOX}@{_HOST}\.[A-Za-z]{{2,4}}$",
    "phone number": r"^((\+[0-9]{1,2}\s)?\(?[0-9]{3}\)?[\s.-])?[0-9]{3}[\s.-][0-9]{4}$",
    "credit card number": "^"
    + "|".join(f"[0-9]{{{length}}}" for length in range(14, 20))
    + "|([0-9]{4}-){3}[0-9]{4}|([0-9]{4} ){3}[0-9]{4}$",
}
"""By the name that people write."""
