"""Whether the newest publication of a dataset has an unusual number of rows."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from engine.cards import Severity
from engine.catalog.model import DatasetName
from engine.findings.model import Finding, VolumeOdd
from engine.findings.sight import Publications
from engine.quality.anomaly import expectation, judged_against
from engine.quality.history import Point


class Volumes:
    """Remembers what it found of publications that did not change: that takes milliseconds each."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._known: dict[DatasetName, tuple[Publications, tuple[Finding, ...]]] = {}

    def __call__(self, past: Publications) -> Sequence[Finding]:
        """What `volume` finds."""
        known = self._known.get(past.dataset)
        if known is None or known[0] is not past:
            known = self._known[past.dataset] = (past, tuple(volume(past, self._zone)))
        return known[1]


def volume(past: Publications, zone: tzinfo) -> Iterator[Finding]:
    """By the statistics of anomaly checks; what was meant to be unusual is not told."""
    newest = past.newest
    if newest.rows is None or newest.special or newest.expected:
        return
    points = [
        Point(
            each.rows, each.at.astimezone(zone), each.run_id, accepted=True, expected=each.expected
        )
        for each in past.all[:-1]
        if each.rows is not None and not each.special
    ]
    ordinary = expectation(points, newest.at.astimezone(zone))
    if ordinary is None or judged_against(ordinary, newest.rows) is None:
        return
    evidence = VolumeOdd(newest.rows, ordinary.low, ordinary.high, ordinary.because, newest.at)
    yield Finding(past.dataset, Severity.WARNING, newest.run_id, evidence)
