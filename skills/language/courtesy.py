"""Take politeness off both ends of a sentence that has to keep its own words as they are."""

import re
from dataclasses import dataclass

from skills.language.lexicon import STOP_SIGNS
from skills.language.words import tidy

_BEFORE = re.compile(
    r"(?:(?:please|pls|plz|kindly|hey|hi|hello|ok|okay|so|now|just|atlas|@atlas|could|can|would|will|"
    r"you|i|want|need|like|i'd|to|lets|let's)\b[,:!]?\s+)*",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?:[,;]?\s+(?:please|pls|plz|thanks|thank you|now|right now|for me))*[\s.?!]*$", re.IGNORECASE
)
_ASKED = re.compile(r"\b(?:could|can|would|will) you\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Plainly:
    """A sentence without its politeness, and whether it asks rather than orders."""

    text: str
    is_question: bool
    is_taken_back: bool


def plainly(text: str) -> Plainly:
    """The sentence that is left without politeness, blanks squeezed."""
    tidied = " ".join(tidy(text).split())
    start = _BEFORE.match(tidied)
    begin = start.end() if start else 0
    end = _AFTER.search(tidied, begin)
    asked = "?" in tidied and not _ASKED.search(tidied[:begin])
    taken_back = any(sign in tidied for sign in STOP_SIGNS)
    return Plainly(tidied[begin : end.start() if end else None], asked, taken_back)
