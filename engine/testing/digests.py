"""Numbers for digests that are given."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.digests.model import NewPersonalData, OpenOf, Period, PipelineTally
from engine.errors import EngineError


@dataclass(slots=True)
class FixedNumbers:
    """DigestNumbers and OpenIncidents: what it is given, whatever the period; it can break."""

    tallies: Sequence[PipelineTally] = ()
    found: Sequence[NewPersonalData] = ()
    incidents: Sequence[OpenOf] = ()
    asked: list[Period] = field(default_factory=list)
    breaks: EngineError | None = None

    async def pipelines(self, period: Period) -> Sequence[PipelineTally]:
        """The tallies."""
        if self.breaks is not None:
            raise self.breaks
        self.asked.append(period)
        return self.tallies

    async def personal(self, period: Period) -> Sequence[NewPersonalData]:  # noqa: ARG002  # the port's
        """What was found."""
        return self.found

    async def by_owner(self) -> Sequence[OpenOf]:
        """The incidents."""
        return self.incidents
