"""`atlas route-test`: where an alert would go, and why; it sends nothing."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from engine.errors import EngineError

if TYPE_CHECKING:
    from engine.alerts.routing.model import Decision, Muted, Notice, Subscription
    from engine.catalog.model import Project
    from engine.catalog.routing import Routing

Said = tuple[Sequence["Subscription"], Sequence["Muted"]]
"""What was said in chat: subscriptions and mutes."""


def add_route_test(app: typer.Typer) -> None:
    """Give a command line the command `route-test`."""

    @app.command("route-test")
    def route_test(
        dataset: Annotated[str | None, typer.Option(help="Such as gold.revenue.")] = None,
        kind: Annotated[str | None, typer.Option(help="Such as quality, run or privacy.")] = None,
        severity: Annotated[str | None, typer.Option(help="info, warning or critical.")] = None,
        at: Annotated[
            datetime | None,
            typer.Option(
                formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M%z"],
                help="When it happens, by the clock of the routes.",
            ),
        ] = None,
        project: Annotated[
            Path | None, typer.Option(help="The project folder; ATLAS_PROJECT without it.")
        ] = None,
    ) -> None:
        """Tell where an alert would go and why; without options, who hears of what."""
        from engine.catalog.reader import read_project  # noqa: PLC0415  # the import takes a second

        read = read_project(project or Path(os.environ.get("ATLAS_PROJECT") or "."))
        if not (dataset or kind or severity or at):
            lines = told_of(read.routing)
        else:
            lines = _tested(read, (kind or "quality", severity or "critical", dataset), at)
        for line in lines:
            typer.echo(line)


def _tested(
    project: "Project", about: tuple[str, str, str | None], at: datetime | None
) -> Iterator[str]:
    from engine.alerts.routing.deciding import decide  # noqa: PLC0415  # the import takes a second
    from engine.alerts.routing.hours import BEFORE, told  # noqa: PLC0415  # as above
    from engine.alerts.routing.not_held import not_held  # noqa: PLC0415  # as above
    from engine.clock import SystemClock  # noqa: PLC0415  # as above

    notice, routing = notice_of(project, *about), project.routing
    moment = _moment(at, routing.zone) if at else SystemClock().now()
    said, unsaid = asyncio.run(_said_in_chat(moment))
    decision = decide(notice, routing, *said, moment)
    of = f" of {notice.dataset}" if notice.dataset else ""
    yield f"A {notice.severity} {notice.kind} alert{of}, {told(moment, BEFORE, routing.zone)}:"
    yield from told_decision(decision)
    for line in not_held(notice, routing, said[1], moment):
        yield f"  {line}"
    if decision.places:
        yield f"It would go now to {', '.join(each.place for each in decision.places)}."
    if unsaid:
        yield unsaid


def notice_of(project: "Project", kind: str, severity: str, dataset: str | None) -> "Notice":
    """What would be told; raises EngineError with the nearest name for one that nothing has."""
    from engine.alerts.routing.model import Notice  # noqa: PLC0415  # the import takes a second
    from engine.cards import Severity  # noqa: PLC0415  # as above
    from engine.known_names import KnownNames  # noqa: PLC0415  # as above
    from engine.topics import Kind  # noqa: PLC0415  # as above

    name = KnownNames(project).dataset(dataset) if dataset else None
    told = [each for each in Severity if each is not Severity.SUCCESS]
    return Notice.about(
        project,
        Kind(_one_of("kind of alert", kind, list(Kind))),
        Severity(_one_of("severity", severity, told)),
        name,
    )


def _one_of(noun: str, word: str, known: Sequence[str]) -> str:
    from engine.known_names import close_to  # noqa: PLC0415  # the import takes a second

    if word in known:
        return word
    near = close_to(word, known)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(known)}."
    raise EngineError(f"There is no {noun} {word!r}.", hint)


def told_decision(decision: "Decision") -> Iterator[str]:
    """What was looked at, and the places."""
    for reason in decision.reasons:
        yield f"  {reason}"
    for each in decision.places:
        mention = f", mentions {', '.join(each.mention)}" if each.mention else ""
        yield f"→ {each.place}{mention}"
    for each in decision.later:
        yield f"✗ {each.place}: {decision.withheld}"


def told_of(routing: "Routing") -> Iterator[str]:
    """Every route, and what else decides."""
    from engine.alerts.routing.telling import condition_words, routing_words  # noqa: PLC0415  # the import takes a second

    for route in routing.routes:
        mention = f", mentions {', '.join(route.mention)}" if route.mention else ""
        yield f"{route.name}: {condition_words(route.when)} → {', '.join(route.to)}{mention}"
    rest = "What no route takes" if routing.routes else "All alerts"
    known = routing.defaults
    yield f"{rest}: quality → {known.quality}, privacy → {known.privacy}, runs → {known.runs}"
    yield from routing_words(routing)


def _moment(at: datetime, zone: str) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))


async def _said_in_chat(at: datetime) -> tuple[Said, str]:
    """Subscriptions and mutes of the configured database, and what to know if there are none."""
    url = os.environ.get("ATLAS_DATABASE_URL")
    if not url:
        return ((), ()), (
            "Only the project was read: ATLAS_DATABASE_URL is not set, so what was subscribed and "
            "muted in chat is not known."
        )
    from engine.adapters.postgres.database import Database, DatabaseLimits  # noqa: PLC0415  # the import takes a second
    from engine.adapters.postgres.migrate import require_newest  # noqa: PLC0415  # as above
    from engine.adapters.postgres.routing import PostgresRouting  # noqa: PLC0415  # as above

    database = Database(url, DatabaseLimits())
    try:
        await require_newest(database)
        async with database.begin() as connection:
            routing = PostgresRouting(connection)
            return (await routing.subscriptions(), await routing.mutes(at)), ""
    except EngineError as error:
        return ((), ()), f"Subscriptions and mutes were not read. {error.message}"
    finally:
        await database.close()
