"""`atlas doctor`: one line for each thing that Atlas needs, with what to do about it."""

import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import cast

from typing_extensions import override

from engine.adapters.postgres.database import Database, DatabaseLimits, driver
from engine.adapters.postgres.incremental import require_merge
from engine.adapters.postgres.key_fingerprints import require_known_keys
from engine.adapters.postgres.key_versions import PostgresKeyVersions
from engine.adapters.postgres.migrate import require_newest
from engine.adapters.presidio.detector import SPACY_MODEL
from engine.alerts.routing.in_force import as_read
from engine.bootstrap import require_key
from engine.catalog.model import Project
from engine.configuration import Configuration, read_configuration
from engine.errors import EngineError
from engine.host import configured_project, require_offered, required_url
from engine.runs.rotation import Rotation, making_anew
from engine.settings import Environment, Settings


class Health(StrEnum):
    """How something is."""

    FINE = "ok"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    health: Health
    detail: str = ""

    @override
    def __str__(self) -> str:
        mark = "✓" if self.health is Health.FINE else "✗"
        return f"{mark} {self.what}" + (f": {self.detail}" if self.detail else "")


def wrong(what: str, error: EngineError) -> Finding:
    """That something is wrong, and what to do."""
    return Finding(what, Health.WRONG, f"{error.message} {error.hint}".strip())


Examination = Callable[[Mapping[str, object], Mapping[str, str]], AsyncIterator[Finding]]
"""What a connector's module `health` offers: its settings and the environment, looked at."""

WITHOUT_A_FILE = {"slack": "SLACK_BOT_TOKEN", "teams": "TEAMS_APP_ID"}
"""Where no configuration is named: the connectors that are meant by a variable that is set."""


async def examine(config: Path | None) -> list[Finding]:
    """Look at everything; nothing is changed."""
    environment = Environment.read(os.environ)
    found: list[Finding] = []
    settings = Settings()
    connectors: Mapping[str, Mapping[str, object]] = {
        name: {} for name, variable in WITHOUT_A_FILE.items() if os.environ.get(variable)
    }
    if config is not None:
        connectors = {}
        try:
            configuration = read_configuration(config)
            connectors = configuration.connectors
            settings = _settings(configuration)
            require_offered(configuration)
            _ = configuration.port
            found.append(Finding("configuration", Health.FINE, str(config)))
        except EngineError as error:
            found.append(wrong("configuration", error))
    found += [each async for each in _database(settings, environment)]
    found += _project(settings, environment)
    found += _model()
    found += [each async for each in _connectors(connectors)]
    return found


async def _connectors(
    configured: Mapping[str, Mapping[str, object]],
) -> AsyncIterator[Finding]:
    """What the connectors that are configured say of themselves, where they can say anything."""
    offered = {each.name: each.module for each in entry_points(group="opsdroid_connectors")}
    for name in sorted(configured.keys() & offered.keys()):
        module = f"{offered[name]}.health"
        if find_spec(module) is not None:
            look = cast("Examination", import_module(module).examine)
            async for each in look(configured[name], os.environ):
                yield each


def _settings(configuration: Configuration) -> Settings:
    return Settings.read(configuration.engine)


async def _database(settings: Settings, environment: Environment) -> AsyncIterator[Finding]:
    try:
        database = Database(required_url(environment), DatabaseLimits())
    except EngineError as error:
        yield wrong("database", error)
        return
    try:
        await database.ping()
        yield Finding("database", Health.FINE, "it answers")
        await require_newest(database)
        yield Finding("migrations", Health.FINE, "up to date")
        await _require_merge(database, settings, environment)
        await _require_known_keys(database, environment)
        async for found in _old_tokens(database, settings, environment):
            yield found
    except EngineError as error:
        yield wrong("database", error)
    finally:
        await database.close()


async def _require_merge(database: Database, settings: Settings, environment: Environment) -> None:
    """Raise DatabaseRefused where a table is loaded incrementally and the server is too old."""
    try:
        project = configured_project(settings, environment)
    except EngineError:
        return  # what is wrong with the project is told on its own line
    if any(table.load.incremental for table in project.tables):
        async with database.begin() as connection:
            require_merge(await driver(connection))


async def _require_known_keys(database: Database, environment: Environment) -> None:
    """Raise KeyMismatch where a key is not the one that protected this database."""
    try:
        keys = environment.keyring()
    except EngineError:
        return  # what is wrong with the key itself is told on its own line
    if keys is not None:
        await require_known_keys(database, keys)


async def _old_tokens(
    database: Database, settings: Settings, environment: Environment
) -> AsyncIterator[Finding]:
    """What a change of the key left to be done; only wrong where the former key is gone already."""
    try:
        project, keys = configured_project(settings, environment), environment.keyring()
    except EngineError:
        return  # each is told of on a line of its own
    if keys is None:
        return
    versions = PostgresKeyVersions(database)
    old = await Rotation(keys.present.version, versions).outdated(project)
    if not old:
        return
    gone = any(each.version is not None and keys.version(each.version) is None for each in old)
    names = ", ".join(str(each.dataset) for each in old)
    how = " and then ".join(f"«{each}»" for each in making_anew(project, [e.dataset for e in old]))
    lost = " That key is not configured, so nobody is found there." if gone else ""
    yield Finding(
        "tokens",
        Health.WRONG if gone else Health.FINE,
        f"of a former key in {names}.{lost} Say {how or 'full refresh'} to have them made anew.",
    )


def _project(settings: Settings, environment: Environment) -> Iterator[Finding]:
    try:
        project = configured_project(settings, environment)
    except EngineError as error:
        yield wrong("project", error)
        return
    yield Finding("project", Health.FINE, f"{project.name}, {len(project.tables)} tables")
    for each in as_read(project.set_aside):
        yield Finding(each.file, Health.WRONG, f"it is set aside. {each.sentence}")
    yield from _key(project, environment)


def _key(project: Project, environment: Environment) -> Iterator[Finding]:
    try:
        require_key(project, environment.keyring())
        yield Finding(
            "secret key", Health.FINE, "there is one" if environment.keyring() else "not needed"
        )
    except EngineError as error:
        yield wrong("secret key", error)


def _model() -> Iterator[Finding]:
    if find_spec(SPACY_MODEL) is None:
        yield Finding(
            "language model", Health.WRONG, f"{SPACY_MODEL} is not installed; run uv sync."
        )
    else:
        yield Finding("language model", Health.FINE, SPACY_MODEL)
