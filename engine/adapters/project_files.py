"""Adds checks to the YAML files of a project; what a person wrote there stays as it is."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ruamel.yaml.error import YAMLError

from engine.adapters.check_insertion import extended
from engine.adapters.file_swap import replace_file, restore_file
from engine.catalog.model import DatasetName, Layer, Project, Table
from engine.catalog.reader import read_what_stands
from engine.errors import EngineError
from engine.quality.suggestions import Written
from engine.sodacl.parse import read


class ProjectFiles:
    """The files of one project folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writing = asyncio.Lock()

    async def read(self) -> Project:
        """The project as its files are now; raises ProjectError."""
        return await asyncio.to_thread(read_what_stands, self._folder)

    async def add(self, dataset: DatasetName, checks: Sequence[str]) -> Written:
        """Add checks after those that are there: all of them, or none and EngineError is raised."""
        async with self._writing:
            return await asyncio.to_thread(add_checks, self._folder, dataset, tuple(checks))


def add_checks(folder: Path, dataset: DatasetName, checks: Sequence[str]) -> Written:
    """Write them and read the whole project again; take them back unless they are all it gained.

    Raises ProjectError where the project has mistakes already.
    """
    before = read_what_stands(folder)
    path = _file_of(folder, dataset)
    name = str(path.relative_to(folder))
    try:
        old = path.read_bytes() if path.exists() else None
        text = extended((old or b"").decode(), checks, _key_of(dataset))
        replace_file(path, text.encode())
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        why = str(error.strerror) if isinstance(error, OSError) else "it is no plain YAML"
        raise _not_written(name, dataset, checks, why) from None
    try:
        after = read_what_stands(folder)
        _require_only(before, after, dataset, checks, name)
    except EngineError:
        restore_file(path, old)
        raise
    lines = (check.line or 0 for check in after.checks_of(dataset)[-len(checks) :])
    return Written(name, tuple(lines))


def _file_of(folder: Path, dataset: DatasetName) -> Path:
    """Where the checks of a dataset are declared; a model may have no such file yet."""
    if dataset.layer is Layer.GOLD:
        return folder / "models" / f"{dataset.table}.yaml"
    long, short = (folder / "tables" / f"{dataset.table}.{ending}" for ending in ("yaml", "yml"))
    return short if short.exists() and not long.exists() else long


def _key_of(dataset: DatasetName) -> str:
    """The key of its file under which its checks stand."""
    return "bronze_checks" if dataset.layer is Layer.BRONZE else "checks"


def _require_only(
    before: Project, after: Project, dataset: DatasetName, checks: Sequence[str], name: str
) -> None:
    """Raise unless the project says what it said, and these checks."""
    old, new = before.checks_of(dataset), after.checks_of(dataset)
    meant = [read(text).form for text in (*(check.text for check in old), *checks)]
    said = [read(check.text).form for check in new]
    same = _without_checks(before, dataset) == _without_checks(after, dataset)
    if not same or said != meant or None in meant:
        raise _not_written(name, dataset, checks, "its list of checks can't be added to")


def _without_checks(project: Project, dataset: DatasetName) -> Project:
    name = dataset.table
    tables = tuple(
        _table_without(each, dataset) if each.name == name else each for each in project.tables
    )
    models = tuple(
        replace(each, checks=()) if each.name == name else each for each in project.models
    )
    return replace(project, tables=tables, models=models)


def _table_without(table: Table, dataset: DatasetName) -> Table:
    is_bronze = dataset.layer is Layer.BRONZE
    return replace(table, bronze_checks=()) if is_bronze else replace(table, checks=())


def _not_written(name: str, dataset: DatasetName, checks: Sequence[str], why: str) -> EngineError:
    message = f"{name} was not changed: {why}."
    written = "; ".join(" ".join(check.split()) for check in checks)
    return EngineError(message, f"Add it by hand under `{_key_of(dataset)}:`: {written}")
