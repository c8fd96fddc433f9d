"""Whether the columns of a table's deliveries changed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from engine.cards import Severity
from engine.findings.model import Finding, SchemaDrifted
from engine.findings.sight import Delivered, Deliveries

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
            # a column more is left out and loses nothing; one that is gone leaves empty cells
            severity = Severity.WARNING if changed.went else Severity.INFO
            yield Finding(deliveries.dataset, severity, each.run_id, changed)
            return


def _changed(before: tuple[Delivered, ...], delivery: Delivered) -> SchemaDrifted | None:
    """A column came that none had before, or one is gone that all had."""
    known = [set(each.columns) for each in before]
    came = tuple(each for each in delivery.columns if not any(each in had for had in known))
    always = [each for each in before[-1].columns if all(each in had for had in known)]
    went = tuple(each for each in always if each not in delivery.columns)
    return SchemaDrifted(delivery.name, came, went, delivery.at) if came or went else None
