"""Whether the columns of a table's deliveries changed, or their types."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from engine.cards import Severity
from engine.findings.model import Finding, SchemaDrifted
from engine.findings.sight import Delivered, Deliveries
from engine.runs.drift import reads_alike
from engine.runs.model import Retyped

LOOKED_BACK = 5
"""So many deliveries tell which columns are usual: forms that take turns are no drift."""

TOLD_FOR = timedelta(hours=1)
"""So long a change is told at least, however many deliveries follow."""


def drift(deliveries: Deliveries, at: datetime) -> Iterator[Finding]:
    """The last change of columns, until a delivery came that changed nothing."""
    last = len(deliveries.all) - 1
    for index in range(last, 0, -1):
        each = deliveries.all[index]
        if index < last and at - each.at > TOLD_FOR:
            return
        changed = _changed(deliveries.all[max(0, index - LOOKED_BACK) : index], each)
        if changed is not None:
            yield Finding(deliveries.dataset, _severity(changed), each.run_id, changed)
            return


def _severity(changed: SchemaDrifted) -> Severity:
    """A column more loses nothing; one that is gone leaves cells empty, another type may."""
    loses = changed.went or not all(map(reads_alike, changed.retyped))
    return Severity.WARNING if loses else Severity.INFO


def _changed(before: tuple[Delivered, ...], delivery: Delivered) -> SchemaDrifted | None:
    """A column came that none had before, one is gone that all had, or one has another type."""
    known = [set(each.columns) for each in before]
    came = tuple(each for each in delivery.columns if not any(each in had for had in known))
    always = [each for each in before[-1].columns if all(each in had for had in known)]
    went = tuple(each for each in always if each not in delivery.columns)
    other = tuple(_retyped(before, delivery))
    if not (came or went or other):
        return None
    return SchemaDrifted(delivery.name, came, went, delivery.at, other)


def _retyped(before: tuple[Delivered, ...], delivery: Delivered) -> Iterator[Retyped]:
    """Columns of a type that none of the deliveries before it gave them."""
    for column, kind in delivery.types.items():
        known = [each.types[column] for each in before if column in each.types]
        if known and kind not in known:
            yield Retyped(column, known[-1], kind)
