"""What a look at everything finds, and what changed since the look before; both are pure."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.cards import Severity
from engine.catalog.model import DatasetName
from engine.findings.at_work import at_work
from engine.findings.clearing import Cleared
from engine.findings.drift import drift
from engine.findings.model import Finding
from engine.findings.operations import operations
from engine.findings.rhythm import stale
from engine.findings.sight import Publications, Sight
from engine.topics import Kind


@dataclass(frozen=True, slots=True)
class Standing:
    """Trouble that a look noted, and that is not over yet."""

    fingerprint: str
    kind: Kind
    dataset: DatasetName | None
    severity: Severity
    run_id: str
    since: datetime

    @classmethod
    def of(cls, finding: Finding, at: datetime) -> "Standing":
        """What stays known of a finding."""
        return cls(
            finding.fingerprint,
            finding.topic_kind,
            finding.dataset,
            finding.severity,
            finding.run_id,
            at,
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """What a look has to tell: trouble that is new or worse, and trouble that is over."""

    noted: tuple[Finding, ...] = ()
    cleared: tuple[Cleared, ...] = ()


def found(
    sight: Sight,
    standing: Collection[str],
    volumes: Callable[[Publications], Iterable[Finding]],
) -> Iterator[Finding]:
    """All that is wrong at this moment."""
    for run in sight.runs:
        yield from at_work(run, sight.at)
    yield from stale(sight)
    for past in sight.publications:
        yield from volumes(past)
    for deliveries in sight.deliveries:
        yield from drift(deliveries, sight.at)
    yield from operations(sight, standing)


def changes(now: Sequence[Finding], standing: Mapping[str, Standing], at: datetime) -> Changes:
    """Looking again at the same tells nothing."""
    present = {each.fingerprint: each for each in now}
    noted = tuple(each for name, each in present.items() if _is_news(each, standing.get(name)))
    over = (each for name, each in standing.items() if name not in present)
    return Changes(noted, tuple(_over(each, at) for each in over))


def _is_news(finding: Finding, before: Standing | None) -> bool:
    """It is new, it became worse, or another run shows it."""
    if before is None:
        return True
    order = list(Severity)
    worse = order.index(finding.severity) > order.index(before.severity)
    return worse or finding.run_id != before.run_id


def _over(standing: Standing, at: datetime) -> Cleared:
    """No run ended it: a look did not find it any more."""
    return Cleared(standing.kind, standing.dataset, "", at, standing.fingerprint)
