"""The rules for routes.yaml: what it names exists, its times make sense, each route can match."""

from collections.abc import Collection, Iterator, Sequence
from datetime import time
from fnmatch import fnmatchcase

from engine.catalog.mistakes import Finding, meant
from engine.catalog.model import DatasetName, Project
from engine.catalog.parties import Owner
from engine.catalog.routing import (
    EVERY_DAY,
    OWNER,
    ROUTES_FILE,
    Condition,
    Hours,
    Maintenance,
    Matching,
    Routing,
    covers,
)
from engine.catalog.routing_documents import NOT_AT_ALL, MaintenanceDocument, RoutingDocument
from engine.timezones import close_zones, is_zone

Path = tuple[int | str, ...]


def time_mistakes(document: RoutingDocument) -> Iterator[tuple[str, Path]]:
    """What is wrong with the times of the file itself; with any of it no value can be made."""
    yield from _zone(document.timezone, ("timezone",))
    for index, quiet in enumerate(document.quiet_hours):
        yield from _zone(quiet.timezone, ("quiet_hours", index, "timezone"))
    for index, maintenance in enumerate(document.maintenance):
        at = ("maintenance", index)
        yield from _zone(maintenance.timezone, (*at, "timezone"))
        yield from ((problem, (*at, key)) for problem, key in _mixed(maintenance))


def _zone(name: str | None, path: Path) -> Iterator[tuple[str, Path]]:
    if name is None or is_zone(name):
        return
    near = close_zones(name)
    hint = f"; did you mean {near[0]!r}?" if near else "; write one such as Europe/Berlin"
    yield f"there is no time zone {name!r}{hint}", path


def _mixed(document: MaintenanceDocument) -> Iterator[tuple[str, str]]:
    """Both ends are clock times, or both are days or moments."""
    clocks = [isinstance(each, time) for each in (document.start, document.until)]
    if clocks[0] is not clocks[1]:
        yield "from and until are both clock times, or both days or moments", "until"
    elif document.days and not all(clocks):
        yield "days go with clock times: a stretch between two days comes once", "days"


def routing_mistakes(project: Project, unread: Collection[str]) -> Iterator[Finding]:
    """Every mistake in the routes of a project."""
    routing = project.routing
    for index, route in enumerate(routing.routes):
        at = ("routes", index)
        yield from _condition(project, route.when, (*at, "when"), unread)
        yield from _owner_reached(routing, route.when, (*route.to, *route.mention), (*at, "to"))
    yield from _said_twice(routing)
    yield from _never(routing)
    for index, quiet in enumerate(routing.quiet):
        yield from _hours(quiet.hours, ("quiet_hours", index))
    for index, maintenance in enumerate(routing.maintenance):
        yield from _maintenance(project, maintenance, ("maintenance", index), unread)
    for index, step in enumerate(routing.escalation):
        if step.after == NOT_AT_ALL:
            yield ROUTES_FILE, "leave people some time to acknowledge", ("escalation", index)


def _condition(
    project: Project, when: Condition, path: Path, unread: Collection[str]
) -> Iterator[Finding]:
    yield from _unknown("owner", when.owners, [each.id for each in project.owners], path)
    if unread:
        return  # a table with mistakes may have the tag, or be the dataset
    tags = sorted({tag for name in project.datasets() for tag in project.tags_of(name)})
    problems = [
        *_unknown("tag", when.tags, tags, path),
        *_unknown_datasets(project, when.datasets, path),
    ]
    yield from problems
    told = problems or any(project.routing.owner(each) is None for each in when.owners)
    if not told and _about_datasets(when) and not any(_fits(project, when)):
        yield ROUTES_FILE, "no dataset of the project fits all of this", path


def _unknown(noun: str, names: Sequence[str], known: list[str], path: Path) -> Iterator[Finding]:
    for index, name in enumerate(names):
        if name not in known:
            problem = f"there is no {noun} {name!r}{meant(name, known)}"
            yield ROUTES_FILE, problem, (*path, noun, index)


def _unknown_datasets(project: Project, patterns: Sequence[str], path: Path) -> Iterator[Finding]:
    names = project.datasets()
    known = [*map(str, names), *dict.fromkeys(name.table for name in names)]
    for index, pattern in enumerate(patterns):
        if not any(named(pattern, name) for name in names):
            problem = f"there is no dataset {pattern!r}{meant(pattern, known)}"
            yield ROUTES_FILE, problem, (*path, "dataset", index)


def named(pattern: str, dataset: DatasetName) -> bool:
    """Whether a pattern names a dataset; one without a layer names its table in every layer."""
    return fnmatchcase(str(dataset) if "." in pattern else dataset.table, pattern)


def _about_datasets(when: Condition) -> bool:
    return bool(when.layers or when.owners or when.tags or when.datasets)


def _fits(project: Project, when: Condition) -> Iterator[bool]:
    for name in project.datasets():
        owner = project.owner_of(name)
        yield (
            (not when.layers or name.layer in when.layers)
            and (not when.owners or (owner is not None and owner.id in when.owners))
            and (not when.tags or bool(set(when.tags) & set(project.tags_of(name))))
            and (not when.datasets or any(named(each, name) for each in when.datasets))
        )


def _owner_reached(
    routing: Routing, when: Condition, to: Sequence[str], path: Path
) -> Iterator[Finding]:
    """`owner` where none of the owners that are meant has a contact that is a place."""
    if OWNER not in to:
        return
    meant_ones: list[Owner] = [
        each for each in routing.owners if not when.owners or each.id in when.owners
    ]
    if meant_ones and not any(each.place for each in meant_ones):
        names = ", ".join(each.id for each in meant_ones)
        problem = f"no contact of {names} is a channel such as '#sales' or a person such as '@lea'"
        yield ROUTES_FILE, problem, path


def _said_twice(routing: Routing) -> Iterator[Finding]:
    names: set[str] = set()
    for index, route in enumerate(routing.routes):
        if route.name in names:
            problem = f"another route is called {route.name!r} already"
            yield ROUTES_FILE, problem, ("routes", index, "name")
        names.add(route.name)


def _never(routing: Routing) -> Iterator[Finding]:
    """Where the first match counts: a route behind one that takes all that it could."""
    if routing.matching is not Matching.FIRST:
        return
    for index, route in enumerate(routing.routes):
        before = (each for each in routing.routes[:index] if covers(each.when, route.when))
        taken = next(before, None)
        if taken is not None:
            problem = f"this never matches: {taken.name!r} above takes all that it could"
            yield ROUTES_FILE, problem, ("routes", index)


def _maintenance(
    project: Project, maintenance: Maintenance, path: Path, unread: Collection[str]
) -> Iterator[Finding]:
    yield from _condition(project, maintenance.what, path, unread)
    when = maintenance.when
    if isinstance(when, Hours):
        yield from _hours(when, path)
    elif when.end <= when.start:
        yield ROUTES_FILE, "it ends before it begins", (*path, "until")


def _hours(hours: Hours, path: Path) -> Iterator[Finding]:
    if hours.start != hours.end:
        return
    if hours.start != time():
        yield ROUTES_FILE, "it ends when it begins; a whole day is 00:00 to 24:00", (*path, "until")
    elif hours.days == EVERY_DAY:
        yield ROUTES_FILE, "this never ends: name the days that are meant", path
