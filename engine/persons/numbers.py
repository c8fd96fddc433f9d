"""The other ways in which a phone number is written that was given with its country code."""

from phonenumbers import (
    NumberParseException,
    is_possible_number,
    national_significant_number,
    ndd_prefix_for_region,
    parse,
    region_code_for_country_code,
)

from engine.privacy.protect import normalise


def phone_forms(text: str) -> tuple[str, ...]:
    """Digits with the country code, without it, and as dialled at home; none where it tells none.

    Nothing is made up for a number without country code: it may belong to any country.
    """
    if not text.lstrip("( ").startswith(("+", "00")):
        return ()
    try:
        number = parse(f"+{normalise('PHONE_NUMBER', text)}")
    except NumberParseException:
        return ()
    if not is_possible_number(number):
        return ()
    national = national_significant_number(number)
    code = number.country_code or 0
    # a country without such a prefix has None
    trunk = ndd_prefix_for_region(region_code_for_country_code(code), True) or ""
    return tuple(dict.fromkeys((f"{code}{national}", national, f"{trunk}{national}")))
