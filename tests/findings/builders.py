"""Sights with defaults."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from engine.findings.looking import found
from engine.findings.model import Seen
from engine.findings.sight import AtWork, Publications, Published, Sight
from engine.findings.volume import Volumes
from tests.builders import RUN_ID, dataset

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""A Monday."""

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)

SILVER = dataset("silver.customers")

E = TypeVar("E", bound=Seen)


def a_run_at_work(**changes: object) -> AtWork:
    """One that began a minute ago, and took a minute each of six times before."""
    began = NOON - MINUTE
    run = AtWork(
        RUN_ID, "medallion", "refine silver.customers", SILVER, False, began, began,
        (60.0,) * 6, session=True,
    )  # fmt: skip
    return replace(run, **changes)  # type: ignore[arg-type]  # by field name


def published(moments: Sequence[datetime], rows: Sequence[int] = ()) -> Publications:
    """Publications at these moments, with so many rows."""
    given = rows or [1000] * len(moments)
    return Publications(
        SILVER,
        tuple(
            Published(f"RUN{number:05}", at, count)
            for number, (at, count) in enumerate(zip(moments, given, strict=True))
        ),
    )


def seen(sight: Sight, kind: type[E]) -> list[E]:
    """What of that sort a look finds."""
    return [
        each.evidence for each in found(sight, (), Volumes(UTC)) if isinstance(each.evidence, kind)
    ]
