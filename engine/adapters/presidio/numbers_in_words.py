"""Numbers that are phones because the words before them say so."""

import re
from collections.abc import Iterator

from engine.privacy.spans import Span

SAID = 0.7
"""How sure a number is that a word before it names."""

WRITTEN_SO = 0.5
"""How sure a number is that is written as phones are."""

_SAID = re.compile(
    r"\b(?:phone|tel|telephone|mobile|cell(?:phone)?|fax|desk|call|calling|called|ring|reach|text"
    r"|texting|whatsapp|sms|number|contact|dial|answering|messages)\b[^\d\n+(]{0,24}?\n?[ ]*"
    r"(?P<number>\+?\(?\d[\d ()./\-]{5,18}\d)(?![\d.,]*\d|%)",
    re.IGNORECASE,
)
_WRITTEN = re.compile(
    r"(?<![\w.,/+\-])(?P<number>\+\d{1,3}[ .\-]?(?:\(0\))?[ ]?\d{1,4}(?:[ .\-/]?\d{2,5}){1,5}"
    r"|\(0?\d{1,5}\)[ \-]?\d{2,5}(?:[ \-]\d{2,5}){1,3}"
    r"|0\d{1,4}(?:[ \-/]\d{2,8}){1,5}"
    r"|0\d(?:\.\d{2}){4})(?![\w\-]|[.,]\d)"
)
_NOT_SAID = re.compile(
    r"\b(?:card|account|order|invoice|ticket|reference|ref|serial|customer|case|tracking|room"
    r"|iban|passport|licen[cs]e|security|policy|flight|version|model|part)\b[^.]{0,12}\Z",
    re.IGNORECASE,
)
_FEWEST = 7
_MOST = 15
_SHOWN_BEFORE = 28


def numbers_in(text: str) -> Iterator[Span]:
    """The phone numbers that Presidio's own regions don't know."""
    for form, score in ((_SAID, SAID), (_WRITTEN, WRITTEN_SO)):
        for match in form.finditer(text):
            start, end = match.span("number")
            if _is_phone(text, start, match["number"]):
                yield Span(start, end, "PHONE_NUMBER", score)


def _is_phone(text: str, start: int, number: str) -> bool:
    digits = sum(map(str.isdigit, number))
    if not _FEWEST <= digits <= _MOST or _is_date(number):
        return False
    return not _NOT_SAID.search(text[max(0, start - _SHOWN_BEFORE) : start])


def _is_date(number: str) -> bool:
    return (
        re.match(
            r"(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d{2}", number
        )
        is not None
    )
