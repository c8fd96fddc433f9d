"""`atlas route-test`: where an alert would go, from the project alone or with what was said."""

import asyncio
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.routing import PostgresRouting
from engine.alerts.routing.model import Muted, Subscription
from engine.clock import SystemClock
from engine.errors import EngineError
from engine.route_commands import add_route_test
from engine.topics import ANYTHING

SHOP = Path(__file__).parent.parent.parent / "examples" / "shop"

Said = Callable[..., list[str]]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Said:
    """The lines that the command prints about the sample; raises what it raises."""
    monkeypatch.delenv("ATLAS_DATABASE_URL", raising=False)
    monkeypatch.setenv("ATLAS_PROJECT", str(SHOP))
    app = typer.Typer()
    add_route_test(app)

    def say(*words: str) -> list[str]:
        result = CliRunner().invoke(app, words)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output.splitlines()

    return say


NOT_KNOWN = (
    "Only the project was read: ATLAS_DATABASE_URL is not set, so what was subscribed and muted "
    "in chat is not known."
)
REVENUE = ("--dataset", "gold.revenue", "--severity", "critical")


def test_each_route_and_each_place_is_told(said: Said) -> None:
    assert said(*REVENUE, "--at", "2026-01-01T03:00") == [
        "A critical quality alert of gold.revenue, Thu 1 Jan 2026 03:00 CET:",
        "  route «reports» matches: web:#data-alerts, web:#sales",
        "  route «money» matches: web:#sales",
        "→ web:#data-alerts",
        "→ web:#sales, mentions Sales team",
        (
            "  quiet hours from 20:00 to 07:00 Europe/Berlin in #sales, #catalogue, #crm, #care "
            "don't hold back what is critical"
        ),
        "It would go now to web:#data-alerts, web:#sales.",
        NOT_KNOWN,
    ]


def test_maintenance_and_quiet_hours_of_another_time_are_told(said: Said, tmp_path: Path) -> None:
    shutil.copytree(SHOP, tmp_path, dirs_exist_ok=True)
    (tmp_path / "routes.yaml").write_text(
        "quiet_hours: [{from: '22:00', until: '07:00'}]\n"
        "maintenance:\n"
        "- {from: 2026-01-01, until: 2026-01-02, dataset: orders}\n"
        "- {from: 2026-02-01, until: 2026-02-02}\n"
    )

    lines = said(
        *("--dataset", "gold.revenue", "--severity", "warning", "--at", "2026-01-01T12:00"),
        *("--project", str(tmp_path)),
    )

    assert lines[3:6] == [
        "  quiet hours from 22:00 to 07:00 UTC don't hold at that time",
        (
            "  maintenance from Thu 1 Jan 2026 00:00 UTC until Sat 3 Jan 2026 00:00 UTC is not "
            "about it: it is about gold.revenue, not orders"
        ),
        (
            "  maintenance from Sun 1 Feb 2026 00:00 UTC until Tue 3 Feb 2026 00:00 UTC does not "
            "hold at that time"
        ),
    ]


def test_what_is_held_back_is_told_with_its_reason(said: Said) -> None:
    lines = said("--dataset", "gold.revenue", "--severity", "warning", "--at", "2026-01-01T03:00")

    assert lines[2:-2] == [
        "  route «money» does not match: it is warning, not critical",
        "  quiet hours in web:#sales until 07:00 CET",
        "→ web:#data-alerts",
        "✗ web:#sales: quiet hours in web:#sales until 07:00 CET",
    ]


def test_without_options_all_routes_are_told(said: Said) -> None:
    lines = said()

    assert lines[0] == (
        "reports: at least warning quality or freshness or run alerts for gold "
        "→ #data-alerts, owner"
    )
    assert any(line.startswith("What no route takes: quality → #data-alerts") for line in lines)
    assert any(line.startswith("Quiet in #sales") for line in lines)


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (("--dataset", "gold.revenu"), "There is no table 'gold.revenu'.", "gold.revenue"),
        (("--kind", "qualty"), "There is no kind of alert 'qualty'.", "quality"),
        (("--severity", "success"), "There is no severity 'success'.", "critical"),
    ],
)
def test_a_name_that_nothing_has_is_refused(
    said: Said, words: tuple[str, ...], message: str, hint: str
) -> None:
    with pytest.raises(EngineError) as caught:
        said(*words)

    assert caught.value.message == message
    assert hint in caught.value.hint


def test_subscriptions_and_mutes_count_where_there_is_a_database(
    said: Said, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = SystemClock().now()

    async def speak() -> None:
        database = Database(database_url, DatabaseLimits())
        async with database.begin() as connection:
            routing = PostgresRouting(connection)
            await routing.subscribe(Subscription("web:#board", ANYTHING, "Lea", now))
            until = now + timedelta(hours=1)
            await routing.mute(Muted("orders", until, "Max", now, "we are migrating"))
        await database.close()

    asyncio.run(speak())
    monkeypatch.setenv("ATLAS_DATABASE_URL", database_url)

    free = said("--dataset", "silver.customers")
    muted = said("--dataset", "silver.orders")

    assert "→ web:#board" in free
    assert "orders is muted until " in "".join(free)
    (held,) = [line for line in muted if line.startswith("✗ web:#board: muted until ")]
    assert "by Max: we are migrating" in held
    assert not any(line.startswith("It would go now") for line in muted)


def test_a_database_that_does_not_answer_is_told(
    said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATLAS_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")

    lines = said("--kind", "operations")

    assert "→ web:#data-alerts" in lines
    assert lines[-1].startswith("Subscriptions and mutes were not read. ")
