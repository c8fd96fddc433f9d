"""Which digits are a phone number when dialled in a region, by the data of phonenumbers.

It decides for plain digits what parsing, validating and the look at the national prefix decide
there in a hundred calls: the order of rules is theirs, only the patterns are compiled beforehand.
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import chain

from phonenumbers import (
    SUPPORTED_REGIONS,
    NumberFormat,
    PhoneMetadata,
    PhoneNumberDesc,
    region_codes_for_country_code,
)
from phonenumbers import phonenumberutil as numbering

_KINDS = (
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
)
_FEWEST = 2
"""Digits that phonenumbers wants at least."""


class _Territory:
    """The numbers of one region, by the data of phonenumbers."""

    def __init__(self, metadata: PhoneMetadata) -> None:
        every = metadata.general_desc or PhoneNumberDesc()
        self.lengths = frozenset(every.possible_length)
        self._longest = max(every.possible_length, default=0)
        self._local = frozenset(every.possible_length_local_only)
        self._transformed = metadata.national_prefix_transform_rule or None
        self.prefix = _compiled(metadata.national_prefix_for_parsing)
        self.leading = _compiled(metadata.leading_digits) if metadata.leading_digits else None
        self.general = _compiled(every.national_number_pattern)
        self._kinds = _compiled("|".join(_written(getattr(metadata, kind)) for kind in _KINDS))

    def has(self, digits: str) -> bool:
        """Whether these digits are a number of some kind in the region."""
        if len(digits) not in self.lengths or not self.general.fullmatch(digits):
            return False
        return self._kinds.fullmatch(digits) is not None

    def without_prefix(self, digits: str) -> tuple[str, bool]:
        """The digits without the national prefix, and whether there was one."""
        found = self.prefix.match(digits)
        if not digits or found is None:
            return digits, False
        bare = digits[found.end() :]
        if self._transformed and found.groups()[-1] is not None:
            bare = self.prefix.sub(self._transformed, digits, count=1)
        if self.general.fullmatch(digits) and not self.general.fullmatch(bare):
            return digits, False
        return bare, True

    def shortened(self, digits: str) -> str:
        """The digits without the national prefix, where enough are left."""
        bare, _ = self.without_prefix(digits)
        size = len(bare)
        enough = size not in self._local and (size in self.lengths or size > self._longest)
        return bare if enough else digits

    def is_too_long(self, digits: str) -> bool:
        """Whether no number has as many digits."""
        return len(digits) > self._longest and len(digits) not in self._local


class _Numbers:
    """The numbers behind one calling code: which exist, and which are written with a prefix."""

    def __init__(self, regions: list[PhoneMetadata]) -> None:
        self._territories = [_Territory(each) for each in regions]
        self.main = self._territories[0]
        self._shapes = [_Shape(each) for each in regions[0].number_format]
        self._lengths = frozenset(n for each in self._territories for n in each.lengths)

    def exist(self, digits: str) -> bool:
        """Whether these digits are a valid number, as phonenumbers decides it."""
        if len(digits) not in self._lengths:
            return False
        for territory in self._territories:
            if territory.leading is not None:
                if territory.leading.match(digits):
                    return territory.has(digits)
            elif territory.has(digits):
                return True
        return False

    def want_prefix(self, digits: str) -> bool:
        """Whether such a number is always written with the national prefix."""
        return next((each.prefixed for each in self._shapes if each.fits(digits)), False)


class _Shape:
    """One way in which numbers are written."""

    def __init__(self, written: NumberFormat) -> None:
        leading = written.leading_digits_pattern
        self._leading = re.compile(leading[-1] if leading else "")
        self._pattern = _compiled(written.pattern)
        rule = written.national_prefix_formatting_rule
        self.prefixed = (
            bool(rule)
            and not written.national_prefix_optional_when_formatting
            and not numbering._formatting_rule_has_first_group_only(rule)  # noqa: SLF001  # the very rule
        )

    def fits(self, digits: str) -> bool:
        """Whether a number is written so."""
        return bool(self._leading.match(digits) and self._pattern.fullmatch(digits))


class Plan:
    """The numbering plan of one region: which plain digits are a number when dialled there."""

    def __init__(self, metadata: PhoneMetadata, numbers: _Numbers) -> None:
        self._own = _Territory(metadata)
        self._numbers = numbers
        self._code = str(metadata.country_code)
        self._abroad = _compiled(metadata.international_prefix)

    def is_number(self, digits: str) -> bool | None:
        """Whether plain digits are a valid number; None if that takes parsing."""
        abroad = self._abroad.match(digits)
        if abroad:
            return is_international(digits[abroad.end() :])
        if digits.startswith(self._code):
            bare = self._without_code(digits)
            if bare is not None:
                return self._numbers.exist(self._numbers.main.shortened(bare))
        number = self._own.shortened(digits)
        if not self._numbers.exist(number):
            return False
        return not self._numbers.want_prefix(number) or self._has_prefix(digits)

    def _has_prefix(self, digits: str) -> bool:
        return self._numbers.main.without_prefix(digits)[1]

    def _without_code(self, digits: str) -> str | None:
        """The digits after the country's own calling code, if they are meant so."""
        own = self._own
        bare, _ = own.without_prefix(digits[len(self._code) :])
        rather = not own.general.fullmatch(digits) and own.general.fullmatch(bare)
        return bare if rather or own.is_too_long(digits) else None


def is_international(digits: str) -> bool | None:
    """Whether digits after a plus are a valid number; None where their code is of no country."""
    for size in (1, 2, 3) if digits[:1] != "0" else ():
        numbers = _numbers(digits[:size])
        if numbers is not None:
            return numbers.exist(numbers.main.shortened(digits[size:]))
    return None


@cache
def _numbers(code: str) -> _Numbers | None:
    """The numbers behind a calling code, if it is the code of a country."""
    regions = region_codes_for_country_code(int(code or 0))
    found = [PhoneMetadata.metadata_for_region(each, None) for each in regions]
    known = [each for each in found if each is not None]
    return _Numbers(known) if known else None


def _compiled(pattern: str | None) -> re.Pattern[str]:
    """A pattern; one that never matches where there is none."""
    return re.compile(pattern or "(?!)")


def _written(kind: PhoneNumberDesc | None) -> str:
    """A pattern of the numbers of one kind, with their lengths."""
    if kind is None or not kind.national_number_pattern:
        return "(?!)"
    sizes = "|".join(f".{{{each}}}" for each in kind.possible_length)
    return f"(?=(?:{sizes or '.*'})$)(?:{kind.national_number_pattern})"


def plan_of(region: str) -> Plan | None:
    """The numbering plan of a region, if phonenumbers knows the region."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    numbers = _numbers(str(metadata.country_code)) if metadata else None
    return Plan(metadata, numbers) if metadata and numbers else None


def fewest_digits(regions: Sequence[str]) -> int:
    """The digits that any number has, dialled in one of the regions or with a calling code."""
    codes = {each: numbering.country_code_for_region(each) for each in SUPPORTED_REGIONS}
    own = {codes.get(each) for each in regions}
    abroad = (_shortest(each) + len(str(code)) for each, code in codes.items())
    local = (_shortest(each) for each, code in codes.items() if code in own)
    return min(chain(abroad, local))


def _shortest(region: str) -> int:
    """The fewest digits dialled for a number of a region, without its calling code."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is None:
        return _FEWEST
    added = re.sub(r"\\.", "", metadata.national_prefix_transform_rule or "")
    return min(_Territory(metadata).lengths, default=_FEWEST) - len(added)
