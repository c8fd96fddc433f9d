"""The plain words for what personal data is."""

from collections.abc import Iterator

_WORDS = {
    "EMAIL_ADDRESS": ("an e-mail address", "e-mail addresses"),
    "PHONE_NUMBER": ("a phone number", "phone numbers"),
    "US_SSN": ("a social security number", "social security numbers"),
    "US_ITIN": ("a US tax number", "US tax numbers"),
    "UK_NHS": ("an NHS number", "NHS numbers"),
    "CREDIT_CARD": ("a card number", "card numbers"),
    "IBAN_CODE": ("an IBAN", "IBANs"),
    "CRYPTO": ("a Bitcoin address", "Bitcoin addresses"),
    "IP_ADDRESS": ("an IP address", "IP addresses"),
    "MAC_ADDRESS": ("a hardware address", "hardware addresses"),
    "PERSON": ("a person's name", "names of persons"),
    "LOCATION": ("an address or place", "addresses or places"),
    "ORGANIZATION": ("a company", "companies"),
    "DATE_OF_BIRTH": ("a date of birth", "dates of birth"),
}

_CHECKS = {
    "CREDIT_CARD": "the Luhn check",
    "IBAN_CODE": "the IBAN's check digits",
    "US_SSN": "the ranges of numbers in use",
    "UK_NHS": "the NHS check digit",
}


def entity_words(entity: str, count: int) -> str:
    """An entity in plain words, one or several of them; its own name where we know none."""
    one, several = _WORDS.get(entity, (entity, entity))
    return one if count == 1 else several


def passing(entity: str, cells: int, formed: int) -> Iterator[str]:
    """How many of the values with the form of an entity pass its check, where it has one."""
    check = _CHECKS.get(entity)
    if check is None or not formed:
        return
    passed = min(cells, formed)
    if passed < formed:
        yield f"{passed} of {formed} of that form pass {check}"
    else:
        yield f"{'all pass' if formed > 1 else 'it passes'} {check}"
