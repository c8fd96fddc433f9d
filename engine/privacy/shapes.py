"""How a value looks without its content, so that people see an example and nobody's data."""

import re
from collections import Counter
from collections.abc import Iterable

LONGEST = 40
_PUNCTUATION = r"!-/:-@\[-`{-~"
_TOLD = re.compile(rf"[^\s{_PUNCTUATION}]")


def shape(value: str) -> str:
    """`Maria@x.org` looks like `•••••@•.•••`: only signs and blanks stay."""
    line = re.sub(r"\s", " ", _TOLD.sub("•", value))
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def usual_shapes(values: Iterable[str], most: int = 2) -> tuple[str, ...]:
    """The shapes that most of the values have."""
    counts = Counter(map(shape, values))
    usual = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(each for each, _ in usual)[:most]
