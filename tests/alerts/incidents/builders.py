"""Signals and incidents with defaults, over a small web of datasets."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from engine.alerts.incidents.lineage import ProjectLineage
from engine.alerts.incidents.model import Incident
from engine.alerts.incidents.signals import Noted, Signal
from engine.alerts.incidents.triage import triage
from engine.cards import Button, Card, CardKind, Fact, Severity
from engine.findings.clearing import Cleared
from engine.topics import Kind
from tests.builders import a_model, a_project, a_table, dataset

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)

PROJECT = a_project(
    tables=(a_table("customers"), a_table("orders"), a_table("tickets", owner=None)),
    models=(
        a_model("revenue", ("silver.customers", "silver.orders")),
        a_model("value", ("gold.revenue",)),
        a_model("load", ("silver.tickets",), owner=None),
        a_model("delays", ("silver.orders",)),
    ),
)
LINEAGE = ProjectLineage(PROJECT)


def at(minutes: float) -> datetime:
    """So many minutes after nine."""
    return NINE + timedelta(minutes=minutes)


def a_card(title: str = "It failed", severity: Severity = Severity.CRITICAL) -> Card:
    """What is known of some trouble."""
    facts = (Fact("Run", "RUN1"),)
    buttons = (Button("Why?", "why did RUN1 fail"),)
    return Card(CardKind.ALERT, severity, title, "Text.", facts, buttons=buttons)


def noted(
    on: str | None = "silver.customers",
    minutes: float = 0,
    run: str = "",
    kind: Kind = Kind.QUALITY,
    severity: Severity = Severity.CRITICAL,
    *,
    holds_back: bool = True,
    left_out: tuple[str, ...] = (),
) -> Noted:
    """Trouble of a dataset; each moment is another run unless one is named."""
    run = run or f"R{minutes}{on}"
    return Noted(
        fingerprint=f"{kind}/{on}",
        kind=kind,
        dataset=dataset(on) if on else None,
        severity=severity,
        at=at(minutes),
        occurrence=f"{run}/1",
        card=a_card(f"{on} failed", severity),
        run_id=run,
        holds_back=holds_back,
        left_out=left_out,
    )


def cleared(
    on: str = "silver.customers",
    minutes: float = 1,
    kind: Kind | None = Kind.QUALITY,
    *,
    only_looked: bool = False,
) -> Cleared:
    """That trouble of a dataset is over."""
    return Cleared(kind, dataset(on), "GOOD", at(minutes), only_looked=only_looked)


class Book:
    """Incidents as a store keeps them, without one."""

    def __init__(self) -> None:
        self.all: dict[int, Incident] = {}

    def hear(self, *signals: Signal, minutes: float | None = None) -> tuple[Incident, ...]:
        """What changed by some signals, each heard at its own latest time."""
        now = at(minutes) if minutes is not None else max(each.at for each in signals)
        changed = triage(tuple(self.all.values()), signals, LINEAGE, now)
        return tuple(self._keep(each) for each in changed)

    def _keep(self, incident: Incident) -> Incident:
        number = incident.number or len(self.all) + 1
        self.all[number] = replace(incident, number=number)
        return self.all[number]

    @property
    def apart(self) -> list[Incident]:
        """Those that are no part of another one."""
        return [each for each in self.all.values() if each.merged_into is None]

    @property
    def grouping(self) -> set[tuple[frozenset[tuple[str, int]], Severity]]:
        """What belongs together, how often each was noted, and how severe it is."""
        return {
            (frozenset((m.fingerprint, m.count) for m in each.members), each.severity)
            for each in self.apart
        }
