"""How a value looks without its content, so that people see an example and nobody's data."""

import re
from collections import Counter

from engine.privacy.model import ColumnSample

LONGEST = 40
_PUNCTUATION = r"!-/:-@\[-`{-~"


def shape(value: str) -> str:
    """`Maria@x.org` looks like `xxxxx@x.xxx`: letters are x, digits 9, signs and blanks stay."""
    digits = re.sub(r"\d", "9", value)
    letters = re.sub(rf"[^9\s{_PUNCTUATION}]", "x", digits)
    line = re.sub(r"\s", " ", letters)
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def usual_shapes(sample: ColumnSample, most: int = 2) -> tuple[str, ...]:
    """The shapes that most of the sampled values have."""
    counts = Counter(shape(each) for each in sample.values)
    return tuple(each for each, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))[
        :most
    ]
