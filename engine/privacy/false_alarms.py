"""What looks personal and is not: ids, amounts, status words, digests, versions and moments."""

import re

from engine.privacy.recognition import AllowList
from engine.privacy.spans import Span

_WORDS = """
active inactive pending paid unpaid shipped delivered cancelled canceled returned open closed new
done failed success succeeded error warning info debug ok true false yes no none null nan n/a na
unknown todo draft approved rejected refunded processing completed waiting urgent high low medium
normal credit debit visa mastercard amex paypal iban atm pin cvv email mail e-mail phone mobile tel
fax sms website url account card order invoice apt suite flat unit monday tuesday wednesday
thursday friday saturday sunday january february march april may june july august september october
november december today tomorrow yesterday
"""

_STATUS = frozenset(_WORDS.split())
"""Words that a language model takes for names where they stand alone."""

_NAMED = frozenset({"PERSON", "LOCATION", "NRP"})
_NUMBERS = frozenset({"PHONE_NUMBER", "UK_NHS", "US_BANK_NUMBER", "US_PASSPORT", "MEDICAL_LICENSE"})

_SAYS_ID = re.compile(
    r"\b(?:id|ids|uuid|order|invoice|ticket|case|ref|reference|sku|serial|batch|tracking|shipment"
    r"|transaction|run|build|commit|sha\d*|md5|hash|digest|checksum|key|isbn|ean|upc|imei)"
    r"(?:[ _]?(?:no|nr|id|number|code))?\.?[ ]?[:#=]?[ ]?\Z",
    re.IGNORECASE,
)
_SAYS_VERSION = re.compile(
    r"(?:\bv|version|release|build|python|firmware|driver)[ :=]*\Z", re.IGNORECASE
)
_SAYS_PHONE = re.compile(
    r"\b(?:phone|tel|telephone|mobile|cell|cellphone|fax|desk|call|ring|reach|text|sms|whatsapp"
    r"|dial|number|contact|answering|nhs|patient|passport|bank|medical|dea)\b",
    re.IGNORECASE,
)
_MONEY_AFTER = re.compile(
    r"\.?\d*[ ]?(?:%|€|\$|£|usd|eur|gbp|chf|kg|km|ms|rows|bytes|mb|gb)\b|[ ]?[%€$£]", re.IGNORECASE
)
_MONEY_BEFORE = re.compile(r"(?:[€$£]|usd|eur|gbp|chf)[ ]?\Z", re.IGNORECASE)
_MOMENT = re.compile(
    r"(?:19|20)\d{2}[-/. ]?\d{2}[-/. ]?\d{2}(?:[ T_]?\d{2}:?\d{2}(?::?\d{2})?)?"
    r"|1[5-9]\d{8}(?:\d{3})?"
    r"|\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)\d{2}|\d{1,2}\.\d{2}\.\d{2}"
)
_AMOUNT = re.compile(r"\d{1,3}(?:[., ]\d{3})*[.,]\d{1,2}|\d+[.,]\d{1,3}")
_BARE = re.compile(r"[A-Za-z]{0,2}\d+")
_BEFORE = 40
_SHORTEST_NAME = 2
_FEWEST_DIGITS = 6
_NEVER_IN_A_NAME = re.compile(r"[\d_@#$%^*=+<>{}\[\]|\\]|\w/\w")
_ID = re.compile(r"[A-Za-z#]{1,6}[-_]?\d{2,}|[\W\d_]*|[0-9a-f]{8,}|\d+[A-Z]+\d*", re.IGNORECASE)


class Allowed:
    """What a project says is never personal."""

    def __init__(self, allow: AllowList) -> None:
        self._words = frozenset(word.casefold() for word in allow.words)
        self._regexes = tuple(re.compile(each) for each in allow.regexes)

    def holds(self, text: str, span: Span) -> bool:
        """Whether a finding is one of its words, or wholly of one of its forms."""
        if not self._words and not self._regexes:
            return False
        found = text[span.start : span.end].strip()
        if found.casefold() in self._words:
            return True
        return any(each.fullmatch(found) for each in self._regexes)


def false_alarm(text: str, span: Span) -> bool:
    """Whether a finding is something else that only looks like it."""
    found = text[span.start : span.end]
    before = text[max(0, span.start - _BEFORE) : span.start]
    if span.entity in _NAMED:
        return _no_name(span.entity, found) or _part_of_an_id(text, span)
    if span.entity == "IP_ADDRESS":
        return _SAYS_VERSION.search(before) is not None or not any(map(str.isdigit, found))
    if span.entity in _NUMBERS:
        return _other_number(found, before, text[span.end :][:12])
    return False


def _no_name(entity: str, found: str) -> bool:
    """Whether it has what no name has: digits or signs as ids have; a place may have a number."""
    if entity == "LOCATION":
        return _ID.fullmatch(found) is not None or all(map(_common, found.split()))
    if len(found) < _SHORTEST_NAME or _NEVER_IN_A_NAME.search(found):
        return True
    return all(map(_common, found.split()))


def _part_of_an_id(text: str, span: Span) -> bool:
    """Whether it goes on with digits or signs: `SKU` of `SKU-1234`."""
    before, after = text[max(0, span.start - 2) : span.start], text[span.end : span.end + 2]
    return (
        re.match(r"[\d_]|[-#/]\d", after) is not None or re.search(r"[\d_]\Z", before) is not None
    )


def _common(word: str) -> bool:
    bare = word.strip(".,:;!?()[]\"'").lower()
    return bare in _STATUS or not bare


def _other_number(found: str, before: str, after: str) -> bool:
    """Whether it goes on as an id, is an amount or a moment, or bare digits by themselves."""
    if re.search(r"[\w]\Z|[^\W\d_][-_/.]\Z|\d[.,:]\Z", before) or re.match(
        r"[^\W_]|[.,:]\d|_", after
    ):
        return True
    if (
        _MONEY_BEFORE.search(before)
        or _MONEY_AFTER.match(after)
        or _MOMENT.fullmatch(found.strip())
    ):
        return True
    if _AMOUNT.fullmatch(found) or sum(map(str.isdigit, found)) < _FEWEST_DIGITS:
        return True
    if _SAYS_ID.search(before):
        return True
    return _BARE.fullmatch(found) is not None and not _SAYS_PHONE.search(before)
