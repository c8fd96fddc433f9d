"""What findings need from outside: a log that belongs to a transaction."""

from datetime import datetime
from typing import Protocol

from engine.findings.model import Finding


class FindingLog(Protocol):
    """Keeps findings in the transaction of the step that showed them."""

    async def record(self, finding: Finding, at: datetime) -> bool:
        """Keep a finding; whether its fingerprint was never seen before."""
        ...
