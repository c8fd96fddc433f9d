"""Postal addresses in text: a street with its number, boxes and flats, and the town after them."""

import re
from collections.abc import Iterator

from engine.privacy.spans import Span

SURE = 0.85
LIKELY = 0.6

_NUMBER = r"\d{1,6}[A-Za-z]?(?:[-/]\d{1,5}[A-Za-z]?)?"
_W = r"[^\W\d_][\w’'.\-]{0,30}"
_C = rf"(?=[^\W\d_a-zà-öø-ÿ]){_W}"

_KINDS = (
    r"street|str|st|avenue|ave|av|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|place|pl|terrace"
    r"|ter|way|square|sq|highway|hwy|parkway|pkwy|circle|cir|trail|trl|close|crescent|cres|grove"
    r"|gardens?|row|mews|alley|loop|plaza|quay|turnpike|walk|coves?|parks?|hill|heights|ridge"
    r"|crossing|point|bypass|causeway|parade|esplanade|rise|green|wharf|freeway|expressway|route|rte"
    r"|streets|roads|terrasse|gate|vei|vej|gade|gata|gatan|väg|tie|katu|utca|út|u|tér|krt|laan"
    r"|straat|weg|platz|allee|gasse|strasse|straße|ring|plads|torg|stræde|allé|sokak|caddesi"
)
_GLUED = (
    r"[^\W\d_]{2,25}(?:straße|strasse|str|gasse|weg|platz|allee|damm|ufer|gatan|gata|gaten|gade|vej"
    r"|vejen|vägen|veien|vegen|katu|kuja|polku|straat|laan|plein|dijk|kade|gracht|hof|stræde|toften"
    r"|braut|stígur|stíg|gränd|vangen|tie|skej|haugen|marken|parken|torget|bakken)\b\.?"
)
_TYPES = (
    r"(?:rue|avenue|av\.|boulevard|bd\.?|via|viale|piazza|corso|largo|calle|c/|avda\.?|avenida|plaza"
    r"|paseo|carrer|rúa|rua|travessa|praça|ulica|ul\.|ulice|aleja|al\.|os\.|plac|pl\.|strada|chemin"
    r"|route|allée|impasse|quai|cours|vicolo|camino|carretera|ctra\.?|nám\.|náměstí|ulitsa|trg"
    r"|cesta|jalan|jl\.)"
)
_UNIT = (
    r"(?:apt|apartment|suite|ste|unit|flat|floor|room|rm|bldg|building|door|stair|no)\b\.?[ ]?#?"
    r"[ ]?\w{1,6}\b|\#[ ]?\d{1,6}\b"
)
_BOX = (
    r"(?:p\.?[ ]?o\.?[ ]?box|post(?:al)? ?box|postbo(?:ks|x)|postfach|post office box|box|bp)[ ]\d+"
)
_MILITARY = rf"(?:(?:psc|unit|cmr)[ ]\d+,?[ ]box[ ]\d+|us(?:ns|s|nv|cgc)[ ]{_W}(?:[ ]{_W})?)"

_PLAIN = r"(?i:street|avenue|road|lane|boulevard|terrace|highway|parkway|crescent|straße|strasse)"
_N2 = rf"(?:{_NUMBER},?[ ]+){{0,2}}"
"""A house number, and another one before it."""

_THEN = rf"{_C}(?:[ ]{_C}){{0,2}}(?:[ ]\d+)?"

_SURE = (
    rf"\b(?:{_NUMBER}[ ]+){{1,2}}(?:{_W}[ ]+){{1,4}}?(?:{_KINDS})\b\.?(?:[ ]{_NUMBER}\b)?",
    rf"\b{_N2}{_GLUED}[ ]{_NUMBER}\b",
    rf"\b{_N2}{_TYPES}[ ]+(?:{_W}[ ]+){{0,3}}?{_W},?[ ]{_NUMBER}\b",
    rf"\b\d{{3,6}}[ ]+(?:{_W}[ ]+){{1,4}}{_NUMBER}(?=,?\s+(?:{_UNIT}))",
    rf"\b{_MILITARY}\b",
    rf"\b{_BOX}\b",
)
_SURE_IF_CAPITAL = (
    rf"\b{_N2}(?:{_C}[ ]+){{1,2}}(?i:{_GLUED})[ ]{_NUMBER}\b",
    rf"\b{_NUMBER},?[ ]+(?i:{_TYPES})[ ]+(?:{_W}[ ]+){{0,2}}{_C}",
    rf"\b(?:{_C}[ ]+){{1,3}}(?i:{_KINDS})\b\.?[ ]{_NUMBER}\b\.?",
    rf"\b{_N2}(?:{_C}[ ]+){{1,4}}{_NUMBER}(?=,?\s+(?i:{_UNIT}))",
)
_LIKELY = (
    rf"\b\d{{3,6}}[ ]+(?:{_C}[ ]+){{1,4}}{_NUMBER}\b",
    rf"\b(?i:{_UNIT})(?=,?\s+(?:{_C}|\d+[ ]{_C}))",
    rf"\b(?:{_C}[ ]+){{1,3}}{_PLAIN}\b",
    rf"\b(?i:the )?(?i:corner of) (?:{_W}[ ]+|\d+[A-Za-z]?[ ]+){{1,4}}(?:and|&)[ ]{_THEN}",
    rf"(?<=\b(?i:at|is|on|to|of|in)[ ])(?:{_C}[ ]+){{1,3}}\d{{1,4}}[A-Za-z]?\b(?=[.,;]|\s*\Z|\n)",
)

_CORES = (
    *((re.compile(each, re.IGNORECASE), SURE) for each in _SURE),
    *((re.compile(each), SURE) for each in _SURE_IF_CAPITAL),
    *((re.compile(each), LIKELY) for each in _LIKELY),
)

_GAP = r"(?:[ ]*[,\n][ ,\n?>|*-]*|[ ]+)"
_BREAK = r"(?:[ ]*[,\n][ ,\n?>|*-]*)"
_POSTCODE = (
    r"(?:[A-Z]{1,2}-)?\d{4,5}(?:-\d{3,4})?|[A-Z]{1,2}\d[A-Z\d]?[ ]\d[A-Z]{2}"
    r"|[A-Z]\d[A-Z][ ]?\d[A-Z]\d"
)
_TAIL = (
    re.compile(rf"{_GAP}(?i:{_UNIT})"),
    re.compile(rf"{_GAP}(?:APO|FPO|DPO)[ ](?:AA|AE|AP)(?:[ ]\d{{5}})?", re.IGNORECASE),
    re.compile(rf"{_GAP}(?:[A-Z]{{2}}|nan)[ ,]*\s+(?:{_POSTCODE})\b", re.IGNORECASE),
    re.compile(rf"{_GAP}(?:{_POSTCODE})\b"),
    re.compile(rf"{_BREAK}(?i:nan|[A-Z]{{2}})(?=\s)"),
    re.compile(rf"{_BREAK}{_W}(?:[ ]{_W}){{0,3}}(?=[ ]*[,\n][ ,\n]*(?i:nan|[A-Z]{{2}})\b)"),
    re.compile(rf"{_BREAK}{_C}(?:[ ](?:{_C}|de|del|la|sur|upon|am|im|an|der|les)){{0,3}}"),
    re.compile(rf"[ ]{_C}(?:[ ]{_C}){{0,3}}(?=[ ]*(?:[,\n.]|\Z))"),
    re.compile(rf"(?:[ ])(?:{_C}[ ]?){{1,3}}(?=,[ ]*[A-Z]{{2}}[ ]\d{{5}})"),
)
_MOST_TAILS = 7

_CITY = (
    re.compile(rf"\b{_C}(?:[ ]{_C}){{0,2}},?[ ]+[A-Z]{{2}}[ ,]+\d{{5}}(?:-\d{{4}})?\b"),
    re.compile(r"\b(?:[A-Z]{1,2}-)\d{4,5}[ ]" + rf"{_C}(?:[ ]{_C})?"),
    re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?[ ]\d[A-Z]{2}\b"),
)

_MONTHS = re.compile(
    r"\b(?:jan|feb|mar|apr|may|june?|july?|aug|sep|sept|oct|nov|dec|january|february|march|april"
    r"|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday"
    r"|sunday|mon|tue|wed|thu|fri|sat|sun)\b",
    re.IGNORECASE,
)


def addresses_in(text: str) -> Iterator[Span]:
    """Each address from its number or street to its country, as far as it goes."""
    end = 0
    for start, stop, score in sorted(_cores(text), key=lambda core: (core[0], -core[1])):
        if start < end:
            continue
        end = _with_tail(text, stop)
        yield Span(start, end, "LOCATION", score)
    for form in _CITY:
        for match in form.finditer(text):
            yield Span(match.start(), match.end(), "LOCATION", SURE)


def _cores(text: str) -> Iterator[tuple[int, int, float]]:
    if not re.search(r"\d|street|road|corner", text, re.IGNORECASE):
        return
    for form, score in _CORES:
        for match in form.finditer(text):
            if not _MONTHS.search(match.group()):
                yield match.start(), match.end(), score


def _with_tail(text: str, end: int) -> int:
    """Where the flat, the town, the postcode and the country after a street end."""
    for _ in range(_MOST_TAILS):
        ends = [match.end() for form in _TAIL if (match := form.match(text, end)) is not None]
        if not ends:
            break
        end = max(ends)
    return end
