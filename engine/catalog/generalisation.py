"""How far a value may be generalised: the words for it, where they fit, and how much each loses."""

import re

_DATES = ("year", "month", "decade")
_STEPS = ("tens", "hundreds", "thousands", "steps of 5")
_FIRST = "first 3"

_FOR_TYPE = {
    "text": (*_DATES, "city", _FIRST, "network", "domain", *_STEPS),
    "date": _DATES,
    "timestamp": _DATES,
    "integer": (*_STEPS, _FIRST),
    "number": _STEPS,
    "boolean": (),
}
_FOR_ENTITY = {
    "EMAIL_ADDRESS": ("domain",),
    "IP_ADDRESS": ("network",),
    "LOCATION": ("city", _FIRST),
    "DATE_TIME": _DATES,
    "DATE_OF_BIRTH": _DATES,
    "PHONE_NUMBER": (_FIRST,),
    "IBAN_CODE": (_FIRST,),
    "CREDIT_CARD": (_FIRST,),
    "US_SSN": (_FIRST,),
    "PERSON": (),
}
_USUAL = frozenset({"EMAIL_ADDRESS", "IP_ADDRESS", "LOCATION", "DATE_TIME", "DATE_OF_BIRTH"})
"""Entities of which it is clear how far, where nothing says it."""

_LOSES = {"month": 1.0, "year": 2.0, "decade": 3.0, "tens": 10.0, "hundreds": 100.0}
_LOSES["thousands"] = 1000.0

_STEPS_OF = re.compile(r"steps of ([1-9][0-9]{0,8})")
_FIRST_OF = re.compile(r"first ([1-9][0-9]?)")


def fitting(column_type: str, entity: str | None) -> tuple[str, ...]:
    """The words for a column of that type and entity; the numbers in them stand for any."""
    words = _FOR_TYPE[column_type]
    wanted = _FOR_ENTITY.get(entity or "")
    return words if wanted is None else tuple(each for each in words if each in wanted)


def misfit(to: str | None, column_type: str, entity: str | None) -> str | None:
    """What is wrong with generalising such a column so far, or None."""
    words = fitting(column_type, entity)
    if not words:
        return "can't be generalised: use redact or hash"
    if to is None:
        return None if entity in _USUAL else f"lacks `to`: write one of {', '.join(words)}"
    if _kind(to) in words:
        return None
    return f"can't be generalised to {to!r}: write one of {', '.join(words)}"


def undated(to: str | None, column_type: str, entity: str | None) -> str | None:
    """What is wrong with taking a text for a date where nothing says that it is one, or None."""
    if to not in _DATES or column_type != "text" or entity in _FOR_ENTITY:
        return None
    words = ", ".join(each for each in _FOR_TYPE["text"] if each not in _DATES)
    return f"can't be generalised to {to!r}, nothing says that it holds dates: write one of {words}"


def _kind(to: str) -> str:
    if _FIRST_OF.fullmatch(to):
        return _FIRST
    return "steps of 5" if _STEPS_OF.fullmatch(to) else to


def coarseness(to: str | None) -> float:
    """How much is lost, among words that can be compared; more is stricter."""
    if to is None:
        return 0.0
    if found := _STEPS_OF.fullmatch(to):
        return float(found[1])
    if found := _FIRST_OF.fullmatch(to):
        return 100.0 - float(found[1])
    return _LOSES.get(to, 0.0)
