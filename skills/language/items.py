"""What a sentence is made of: slots with their values, polite noise, and words."""

from dataclasses import dataclass
from enum import StrEnum

from skills.language.names import Name
from skills.language.spans import Days
from skills.language.times import Period


class Kind(StrEnum):
    """What an item of a sentence is; phrases name their slots by these."""

    WORD = "word"
    NOISE = "noise"
    ASKING = "asking"
    PIPELINE = "pipeline"
    TABLE = "table"
    LAYER = "layer"
    RUN = "run"
    SCHEDULE = "schedule"
    STATUS = "status"
    TIME = "time"
    STEP = "step"
    AT_ONCE = "at_once"
    LIMIT = "limit"
    RULE = "rule"
    CHECKS = "checks"
    AGE = "age"
    FULL = "full"
    DRY = "dry"
    ACCEPT = "accept"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Item:
    """A stretch of the sentence and what it is; `near` holds the names it may be meant as."""

    kind: Kind
    value: str
    start: int
    end: int
    near: tuple[Name, ...] = ()
    layer: str | None = None
    period: Period | None = None
    days: Days | None = None
    respelled: bool = False
    like_run_id: bool = False
