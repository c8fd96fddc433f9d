"""What the name of a column says about its values."""

import re
from functools import lru_cache

_NAMED = (
    "first|last|full|sur|given|family|fore|middle|maiden|birth|nick|contact|customer|client|patient"
    "|employee|person|user|guest|member|holder|owner|billing|shipping|recipient|sender|cardholder"
    "|legal|display|f|l"
)
_PLACED = (
    r"street|address|addr|address_?line_?\d?|addr_?\d|city|town|suburb|post_?code|postal_?code|zip"
    r"|zip_?code|house_(no|number)|village|birth_?place"
)

_HINTS = (
    ("EMAIL_ADDRESS", r"e_?mails?|e_?mail_?addr(ess)?|mail_addr(ess)?"),
    ("PHONE_NUMBER", r"(tele)?phones?|mobile|cell_?phone|msisdn|fax|tel|whatsapp|landline"),
    ("US_SSN", r"ssn|social_security(_no|_number)?|socsec"),
    (
        "CREDIT_CARD",
        r"(credit_?|debit_?)?card_?(no|num|number)|credit_?card|pan|cc_?(no|num|number)",
    ),
    ("IBAN_CODE", r"iban"),
    ("IP_ADDRESS", r"ip|ipv[46]|ip_?addr(ess)?"),
    ("DATE_OF_BIRTH", r"birth_?da(te|y)|date_of_birth|dob|born(_on|_at)?|birth_?dt"),
    ("PERSON", rf"({_NAMED})_?names?|surname|forename"),
    ("LOCATION", _PLACED),
)

BARE_NAME = "name"
"""Things have one as well as people do."""

_ALSO_OF_THINGS = frozenset({"PERSON", "LOCATION"})

_IN_COMPANY = (
    ("LOCATION", r"state|country|county|region|province|country_code|state_code"),
    ("ORGANIZATION", r"company|employer|organi[sz]ation|company_name|firm"),
)

_OF_THINGS = re.compile(
    r"(^|_)(products?|items?|articles?|goods|brands?|models?|genres?|titles?|albums?|tracks?|songs?"
    r"|artists?|bands?|composers?|authors?|movies?|films?|books?|playlists?|categor(y|ies)|status"
    r"|kind|types?|media|files?|tables?|columns?|schemas?|hosts?|domains?|urls?|events?|colou?rs?"
    r"|currency|languages?|departments?|segments?|channels?|plans?|sku|versions?|hash|checksum"
    r"|digest|sha\d*|md5|uuid|guid)($|_)"
)

_ABOUT = re.compile(
    r"(^|_)(id|ids|key|count|flag|verified|opt_in|opted_in|sent|valid|type|kind|length|format|domain"
    r"|hash|template|status|provider)$"
)

_TEXTS = re.compile(
    r"(^|_)(notes?|comments?|messages?|body|subject|text|remarks?|feedback|descriptions?|reviews?"
    r"|bio|details|reasons?|transcripts?|content|memo|summary|question|answer|complaint)$"
)


@lru_cache(maxsize=4096)
def words_of(column: str) -> str:
    """The name in lower case with its words set apart: `FirstName` is `first_name`."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", column)
    return re.sub(r"[\W_]+", "_", apart).strip("_").lower()


def hinted_entity(column: str) -> str | None:
    """The entity that a column's name speaks for."""
    name = words_of(column)
    if name == BARE_NAME:
        return "PERSON"
    if _ABOUT.search(name):
        return None
    entity = _spoken_for(name, _HINTS)
    return None if entity in _ALSO_OF_THINGS and _OF_THINGS.search(name) else entity


def hinted_in_company(column: str) -> str | None:
    """The entity that a column's name speaks for where other columns tell of a person."""
    return _spoken_for(words_of(column), _IN_COMPANY)


def of_things(column: str) -> bool:
    """Whether the name speaks of things and their makers, not of people somebody deals with."""
    return _OF_THINGS.search(words_of(column)) is not None


def says_text(column: str) -> bool:
    """Whether the name speaks of what people write in their own words."""
    return _TEXTS.search(words_of(column)) is not None


def _spoken_for(name: str, hints: tuple[tuple[str, str], ...]) -> str | None:
    """The first entity of which the name, or the end of it, speaks: `billing_city`, `phone_2`."""
    for entity, hint in hints:
        if re.fullmatch(rf"(.*_)?({hint})(_?\d+)?", name):
            return entity
    return None
