"""The forms of values: which may be a card or a birth date, whatever the check digits say."""

import re
from collections import Counter
from collections.abc import Iterable

_DIGITS = re.compile(r"\D")

_FORMED = {
    "CREDIT_CARD": re.compile(r"\d(?:[ -]?\d){11,18}"),
    "US_SSN": re.compile(r"\d{3}-\d{2}-\d{4}|\d{3} \d{2} \d{4}|\d{9}"),
    "IBAN_CODE": re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}", re.IGNORECASE),
    "IP_ADDRESS": re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:.]+", re.IGNORECASE),
    "UK_NHS": re.compile(r"\d{3}[ -]?\d{3}[ -]?\d{4}"),
}
"""What has the form of an entity; a check digit or a range of numbers tells whether it is one."""

_FITTING = {
    "EMAIL_ADDRESS": re.compile(r"\S+@\S+"),
    "PHONE_NUMBER": re.compile(
        r"(?:tel\.?:? ?)?\+?[\d ()./-]{6,24}(?:(?:x|ext\.?) ?\d{1,6})?", re.IGNORECASE
    ),
    "PERSON": re.compile(r"[^\W\d_](?:[^\W\d_]|[ .,'’´`-]|\u0300|\u0301|\u0308){0,79}"),
    "LOCATION": re.compile(r"(?=.*[^\W_])[^@{}<>=|]{1,200}", re.DOTALL),
    "ORGANIZATION": re.compile(r"(?=.*[^\W\d_])[^@{}<>|]{1,120}", re.DOTALL),
    "DATE_OF_BIRTH": re.compile(
        r"(?:19|20)\d{2}[-/.]?\d{1,2}[-/.]?\d{1,2}(?:[T ][\d:.+Z]*)?"
        r"|\d{1,2}[-/. ]\d{1,2}[-/. ](?:\d{2}|(?:19|20)\d{2})(?: [\d:]*)?"
        r"|(?:\d{1,2}\.? )?[A-Z][a-z]{2,8}\.? (?:\d{1,2},? )?(?:19|20)\d{2}"
    ),
}

_NO_PLACE = re.compile(
    r"true|false|yes|no|[01]|\w+://.*|[a-z]{2}\d+_\S+|\[\w+\]|\*+.*|(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|[0-9a-f]{24,}|-?\d+\.\d+",
    re.IGNORECASE,
)

_FEWEST_PHONE_DIGITS = 6
_WORDS_OF_A_SENTENCE = 8
_WORDS_OF_A_SHORT_ONE = 4
_WORDS_EXPECTED = 3


def formed(values: Iterable[str]) -> Counter[str]:
    """How many of the values have the form of each entity that has a check of its own."""
    counts: Counter[str] = Counter()
    for value in values:
        text = value.strip()
        counts.update(entity for entity, form in _FORMED.items() if form.fullmatch(text))
    return counts


def fits(entity: str, value: str) -> bool:
    """Whether a value may be what a column's name says."""
    text = value.strip()
    form = _FITTING.get(entity) or _FORMED.get(entity)
    if form is None or not form.fullmatch(text):
        return False
    if entity == "PHONE_NUMBER":
        return len(_DIGITS.sub("", text)) >= _FEWEST_PHONE_DIGITS
    return not (entity in {"LOCATION", "ORGANIZATION"} and _NO_PLACE.fullmatch(text))


def wordy(value: str, *, expected: bool = False) -> bool:
    """Whether a value is something that somebody wrote; a few words where that is expected."""
    words = len(value.split())
    if expected:
        return words >= _WORDS_EXPECTED
    ended = re.search(r"[a-z]{2}[.!?](\s|$)", value) is not None
    return words >= _WORDS_OF_A_SENTENCE or (ended and words >= _WORDS_OF_A_SHORT_ONE)
