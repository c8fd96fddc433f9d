"""What triage hears: trouble that was noted; that it is over is said by `Cleared`."""

from dataclasses import dataclass
from datetime import datetime

from engine.alerts.incidents.model import Member
from engine.cards import Card, Severity
from engine.catalog.model import DatasetName
from engine.findings.clearing import Cleared
from engine.topics import Kind


@dataclass(frozen=True, slots=True)
class Noted:
    """Trouble that was noted once; the same occurrence again is no news."""

    fingerprint: str
    kind: Kind
    dataset: DatasetName | None
    severity: Severity
    at: datetime
    occurrence: str
    """What it was noted in, such as a run and its attempt."""
    card: Card
    run_id: str = ""
    holds_back: bool = False
    left_out: tuple[str, ...] = ()

    @property
    def as_member(self) -> Member:
        """The member that it begins."""
        return Member(
            fingerprint=self.fingerprint,
            kind=self.kind,
            dataset=self.dataset,
            severity=self.severity,
            card=self.card,
            first_at=self.at,
            last_at=self.at,
            occurrences=(self.occurrence,),
            runs=(self.run_id,) if self.run_id else (),
            holds_back=self.holds_back,
            left_out=self.left_out,
        )


Signal = Noted | Cleared
