"""Finds the city in a postal address that is written on one line, where its form tells it."""

import re

_POSTCODE_CITY = re.compile(r"(?:[A-Z]{1,2}-)?\d{4,5}(?: ?[A-Z]{2})? (?P<city>\D{2,60})")
_UK_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"
_CITY_POSTCODE = re.compile(
    rf"(?P<city>\D{{2,60}}?) (?:{_UK_POSTCODE}|[A-Z]{{2}} \d{{5}}(?:-\d{{4}})?)"
)
_ONLY_POSTCODE = re.compile(
    rf"(?:[A-Z]{{2}} )?\d{{5}}(?:-\d{{4}})?|{_UK_POSTCODE}|[A-Z]{{2}}(?: \d{{5}}(?:-\d{{4}})?)?"
)
_STATE_AND_ZIP = re.compile(r"[A-Z]{2} \d{5}(?:-\d{4})?")
_STREET = re.compile(
    # in English the word for it stands last: St. Louis is a city
    r"(?i)(?<=\s)(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|place|pl|square|sq|way|"
    r"boulevard|blvd|highway|hwy|parkway|terrace|close|floor)\b|"
    r"^(?:rue|via|calle|plaza|avenida|c/o|attn|apt|apartment|suite|unit|flat|p\.?\s?o\.?\s?box|box)\b|"
    r"(?:str\.?|straße|strasse|weg|platz|allee|gasse|straat)$"
)
_NAME = re.compile(r"[^\W\d_][^\d_@:/]*")

_MOST_PARTS = 12
"""No address has more; what has is a text."""


def city(address: str) -> str | None:
    """The city of `12 Main St, Springfield, IL 62701`, or None where the form does not tell it.

    A first part is taken for a street, or for a person, unless a postcode stands beside it.
    """
    parts = [" ".join(part.split()) for part in re.split(r"[,;\n]", address)]
    parts = [part for part in parts if part]
    if len(parts) > _MOST_PARTS:
        return None
    for place in range(len(parts) - 1, -1, -1):
        found = _beside_postcode(parts, place)
        if found is not None:
            return found if _is_name(found) else None
    return None


def _is_name(text: str) -> bool:
    """Whether it may be the name of a town; a raised digit is one too."""
    digits = any(map(str.isdigit, text))
    return not digits and bool(_NAME.fullmatch(text)) and not _STREET.search(text)


def _beside_postcode(parts: list[str], place: int) -> str | None:
    """What stands where a city would, seen from this part of the address."""
    alone = len(parts) == 1
    if place > 0 or alone:
        found = _POSTCODE_CITY.fullmatch(parts[place]) or _CITY_POSTCODE.fullmatch(parts[place])
        if found:
            return found["city"]
    return _before_postcode(parts, place) if _ONLY_POSTCODE.fullmatch(parts[place]) else None


def _before_postcode(parts: list[str], place: int) -> str | None:
    """The part before state, postcode and country; the first of all only before state and ZIP."""
    before = next(
        (n for n in range(place - 1, -1, -1) if not _ONLY_POSTCODE.fullmatch(parts[n])), 0
    )
    sure = before > 0 or (place == 1 and _STATE_AND_ZIP.fullmatch(parts[place]))
    return parts[before] if sure else None
