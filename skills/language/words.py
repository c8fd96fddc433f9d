"""Cut what somebody typed into folded words that remember where they stood."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from skills.language.halves import pointed
from skills.language.lexicon import CONTRACTIONS, HARMLESS_EMOJI, STOP_SIGNS

UNSAID = "«…»"
"""What stands in a sentence for somebody who was named: a word that nobody knows."""

_GLUE = frozenset({"_", "__", "-", ".", "/", "\N{EN DASH}", "\N{NON-BREAKING HYPHEN}"})
_QUOTES = str.maketrans("\N{RIGHT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}", "''")
_MENTION = re.compile(r"<[@!#][^<>\s]{0,80}>")
_EMOJI = re.compile(":(?:" + "|".join(map(re.escape, HARMLESS_EMOJI)) + "):")
_QUOTED = re.compile(r"^(?:>|&gt;)", re.MULTILINE)
_AGAIN = re.compile(r"\bre-run\b", re.IGNORECASE)
_AM_PM = re.compile(r"\b([ap])\.[ ]?m\b\.?", re.IGNORECASE)
_ARROW = re.compile("[\N{RIGHTWARDS ARROW}\N{RIGHTWARDS DOUBLE ARROW}]|[-=](?:>|&gt;)")
_MONTH_OR_DAY = "|".join(
    "jan feb mar apr may jun jul aug sep oct nov dec sun mon tue wed thu fri sat".split()  # noqa: SIM905  # reads better
)
_A_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}"
_A_DAY = (
    rf"(?:[0-9]{{1,2}}(?:st|nd|rd|th)?(?: of)? {_A_MONTH}(?: [0-9]{{4}})?"
    rf"|{_A_MONTH} [0-9]{{1,2}}(?:st|nd|rd|th)?|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})"
)
_BETWEEN_DAYS = re.compile(
    rf"\b({_A_DAY}|[0-9]{{1,2}}(?:st|nd|rd|th)?)"
    rf"(?:\s+[-\N{{EN DASH}}\N{{EM DASH}}]\s+|\s?[\N{{EN DASH}}\N{{EM DASH}}]\s?)"
    rf"(?={_A_DAY}\b)",
    re.IGNORECASE,
)
_CRON_LINE = (
    r"(?:[*0-9][*0-9,/-]{0,40}[ ]){2}[*0-9][*0-9,/-]{0,40}"
    rf"(?:[ ](?:[*0-9]|(?:{_MONTH_OR_DAY})\b)[*0-9a-z,/-]{{0,40}}){{2}}(?!\w)"
)
_WORD = re.compile(
    rf"{_CRON_LINE}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:t[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?"
    r"|[0-9]{1,2}[/.][0-9]{1,2}(?:[/.][0-9]{2,4})?(?!\w)"
    r"|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:am|pm)?"
    r"|[^\W_]+(?:'[^\W_]+)?"
    rf"|{UNSAID}|[{STOP_SIGNS}]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word, folded; `glue` is what ties it to the word before: an underscore, hyphen, dot."""

    text: str
    start: int
    end: int
    glue: str = ""


def tidy(text: str) -> str:
    """The text without mentions and markup, arrows and ampersands spelled out."""
    text = unicodedata.normalize("NFC", text).translate(_QUOTES)
    text = _AGAIN.sub("rerun", _QUOTED.sub("~", text))  # quoted words are somebody else's
    text = pointed(_BETWEEN_DAYS.sub(r"\1 to ", _AM_PM.sub(r"\1m", text)))
    text = _ARROW.sub(" to ", _EMOJI.sub(" ", _MENTION.sub(" ", text)))
    return text.replace("&amp;", " and ").replace("&gt;", " ").replace("&", " and ")


def words_of(text: str) -> tuple[Word, ...]:
    """The words of a tidied text, contractions spelled out."""
    return tuple(_words(text))


def folded(name: str) -> tuple[str, ...]:
    """A name as the words that people may type for it."""
    return tuple(word.text for word in _words(name))


def _words(text: str) -> Iterator[Word]:
    before = -1
    for match in _WORD.finditer(text):
        between = text[before : match.start()] if before >= 0 else ""
        glue = between if between in _GLUE else ""
        for position, part in enumerate(_parts(match.group().casefold())):
            yield Word(part, match.start(), match.end(), "" if position else glue)
        before = match.end()


def _parts(word: str) -> tuple[str, ...]:
    if word in CONTRACTIONS:
        return CONTRACTIONS[word]
    return (word.partition("'")[0],) if "'" in word else (word,)
