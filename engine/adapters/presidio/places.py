"""Countries by name, and towns where people say that they live or go there."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from engine.adapters.presidio.names import is_given_name, no_name
from engine.privacy.spans import Span

KNOWN = 0.8
SAID = 0.6

_C = r"(?=[^\W\d_a-zà-öø-ÿ])[^\W\d_][\w’'\-]*"
_WHERE = re.compile(
    r"\b(?i:lives?|lived|living|based|born|moved(?: here| there| away)?|located|travel\w*|flying"
    r"|flew|flights?|trips?|went|arriv\w*|return(?:ed|ing)?|relocat\w*|originally|office|branch"
    r"|deliver(?:y|ed)?|ship(?:ped)?|visit(?:s|ed|ing)?|hotel|apartment|house) "
    rf"(?:(?i:in|to|from|at|near|around|outside) )?(?P<place>{_C}(?: {_C}){{0,2}})"
)
_SHOUTED = re.compile(
    r"\b(?:in|from|at|near|to) (?P<place>[^\W\d_a-zà-öø-ÿ]{5,}"
    r"(?:[ -][^\W\d_a-zà-öø-ÿ]{2,}){0,2})\b"
)
_SHORTEST = 4
_UNIONS = frozenset({"EU", "EZ", "UN"})
_NAMESAKES = frozenset({"Jordan", "Chad", "Georgia", "Jersey", "Niger", "Turkey"})


class Places:
    """Finds places in the languages given."""

    def __init__(self, languages: Sequence[str]) -> None:
        self._countries = re.compile(rf"(?<!\w)(?:{'|'.join(_countries(tuple(languages)))})(?!\w)")

    def find(self, text: str) -> Iterator[Span]:
        """Countries, and what stands where towns stand."""
        for match in self._countries.finditer(text):
            yield Span(match.start(), match.end(), "LOCATION", KNOWN)
        forms = (_WHERE,) if text.isupper() else (_WHERE, _SHOUTED)
        for form in forms:
            for match in form.finditer(text):
                first = match["place"].split()[0]
                if not no_name(first) and not is_given_name(first):
                    yield Span(*match.span("place"), "LOCATION", SAID)


@lru_cache(maxsize=4)
def _countries(languages: tuple[str, ...]) -> tuple[str, ...]:
    """The names of countries in some languages, as CLDR has them, the longest first."""
    names: set[str] = set()
    for language in languages:
        names.update(_territories(language))
    return tuple(map(re.escape, sorted(names, key=lambda name: (-len(name), name))))


def _territories(language: str) -> Iterator[str]:
    try:
        territories = Locale(language).territories
    except UnknownLocaleError:
        return
    for code, name in territories.items():
        if (
            code.isalpha()
            and code not in _UNIONS
            and len(name) >= _SHORTEST
            and name not in _NAMESAKES
        ):
            yield name
