"""What an alert can be about, as people narrow it: kind, severity, layer, dataset, owner, tag."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from typing_extensions import override

from engine.cards import Severity


class Kind(StrEnum):
    """The sort of trouble that an alert tells of."""

    RUN = "run"
    QUALITY = "quality"
    FRESHNESS = "freshness"
    VOLUME = "volume"
    SCHEMA = "schema"
    PRIVACY = "privacy"
    SCHEDULE = "schedule"
    OPERATIONS = "operations"


@dataclass(frozen=True, slots=True)
class Topic:
    """Which alerts somebody wants: those that fit all that is named; nothing named fits all."""

    kinds: tuple[Kind, ...] = ()
    severity: Severity | None = None
    """At least so severe."""
    layer: str | None = None
    dataset: str | None = None
    """A dataset such as `gold.revenue`, or a table in all of its layers."""
    owner: str | None = None
    tag: str | None = None

    @override
    def __str__(self) -> str:
        """«critical quality and privacy alerts for gold», as it can be typed."""
        kinds = " and ".join(str(kind) for kind in self.kinds)
        words = (str(self.severity) if self.severity else "", kinds, "alerts")
        return " ".join((*filter(None, words), *self._narrowed()))

    def _narrowed(self) -> Iterator[str]:
        where = [each for each in (self.layer, self.dataset) if each]
        if where:
            yield f"for {' and '.join(where)}"
        if self.owner:
            yield f"owned by {self.owner}"
        if self.tag:
            yield f"tagged {self.tag}"


ANYTHING = Topic()
