"""The rules between the parts of a project that no single file can tell."""

import re
from collections.abc import Collection, Iterator
from pathlib import PurePath

from engine.catalog.check_rules import (
    bronze_mistakes,
    check_mistakes,
    column_mistakes,
    reference_mistakes,
)
from engine.catalog.load_rules import load_mistakes, versions_counted
from engine.catalog.mistakes import Finding, meant
from engine.catalog.model import FileSource, Model, Project, Table
from engine.catalog.parties import Exposure
from engine.catalog.policy_rules import policy_mistakes
from engine.catalog.routing_rules import routing_mistakes

EXPOSURES_FILE = "exposures.yaml"


def mistakes_between(project: Project, unread: Collection[str] = ()) -> Iterator[Finding]:
    """Every reference that leads nowhere, and every declaration that contradicts another.

    `unread` names the tables and models that exist and could not be read: what refers to them is
    no second mistake.
    """
    yield from _pipelines(project, unread)
    for table in project.tables:
        yield from _table(project, table, unread)
    for model in project.models:
        yield from _model(project, model, unread)
    yield from policy_mistakes(project, unread)
    yield from routing_mistakes(project, unread)
    for index, exposure in enumerate(project.exposures):
        yield from _exposure(project, exposure, index, unread)


def _pipelines(project: Project, unread: Collection[str]) -> Iterator[Finding]:
    names = [table.name for table in project.tables]
    for pipeline in project.pipelines:
        for index, name in enumerate(pipeline.tables):
            if name not in names and name not in unread:
                problem = f"there is no table {name!r}{meant(name, names)}"
                yield "atlas.yaml", problem, ("pipelines", pipeline.name, "tables", index)


def _table(project: Project, table: Table, unread: Collection[str]) -> Iterator[Finding]:
    file = f"tables/{table.name}.yaml"
    columns = [column.name for column in table.columns]
    yield from _owner(project, file, table.owner, "owner")
    for index, key in enumerate(table.key):
        if key not in columns:
            yield file, f"the key {key!r} is no column{meant(key, columns)}", ("key", index)
    if table.watermark is not None and table.watermark not in columns:
        problem = f"the watermark {table.watermark!r} is no column{meant(table.watermark, columns)}"
        yield file, problem, ("watermark",)
    if isinstance(table.source, FileSource) and leaves_folder(table.source.path):
        yield file, "the path must stay within the project folder", ("source", "path")
    yield from _columns(table, file)
    yield from load_mistakes(table, file)
    yield from check_mistakes(table.checks, file)
    yield from column_mistakes(table, file)
    yield from reference_mistakes(table.checks, table.silver, file, project, unread)
    yield from bronze_mistakes(table, file, project, unread)


def leaves_folder(path: str) -> bool:
    """Whether a path leads out of the folder that it is in."""
    return PurePath(path).is_absolute() or ".." in PurePath(path).parts


def _columns(table: Table, file: str) -> Iterator[Finding]:
    for column in table.columns:
        path = ("columns", column.name)
        if not re.fullmatch(r"[^\W\d_]\w{0,62}", column.name) or column.name != column.name.lower():
            yield file, f"{column.name!r} can't name a column: lower-case letters, digits, _", path


def _model(project: Project, model: Model, unread: Collection[str]) -> Iterator[Finding]:
    names = [str(name) for name in project.datasets()]
    file = f"models/{model.name}.yaml"
    yield from _owner(project, file, model.owner, "owner")
    yield from check_mistakes(model.checks, file)
    yield from column_mistakes(model, file)
    yield from reference_mistakes(model.checks, model.gold, file, project, unread)
    for upstream in model.upstream:
        if str(upstream) not in names and upstream.table not in unread:
            problem = f"it reads {upstream}, which does not exist{meant(str(upstream), names)}"
            yield f"models/{model.name}.sql", problem, ()
    yield from versions_counted(project, model)


def _exposure(
    project: Project, exposure: Exposure, index: int, unread: Collection[str]
) -> Iterator[Finding]:
    known = [str(name) for name in project.datasets()]
    path = ("exposures", index)
    yield from _owner(project, EXPOSURES_FILE, exposure.owner, *path, "owner")
    for number, name in enumerate(exposure.reads):
        if str(name) not in known and name.table not in unread:
            problem = f"it reads {name}, which does not exist{meant(str(name), known)}"
            yield EXPOSURES_FILE, problem, (*path, "reads", number)
    if exposure.name in {each.name for each in project.exposures[:index]}:
        problem = f"another exposure is called {exposure.name!r} already"
        yield EXPOSURES_FILE, problem, (*path, "name")


def _owner(project: Project, file: str, owner: str | None, *path: int | str) -> Iterator[Finding]:
    known = [each.id for each in project.owners]
    if owner is not None and owner not in known:
        yield file, f"there is no owner {owner!r}{meant(owner, known)}", path
