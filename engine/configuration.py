"""opsdroid's configuration: read from configuration.yaml, or made for this machine alone."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from engine.errors import ConfigurationError

SKILLS = (
    "runs",
    "schedules",
    "catalog",
    "quality",
    "privacy",
    "lineage",
    "alerts",
    "people",
    "assistance",
)

LOOPBACK = "127.0.0.1"
PORT = 8080
LAST_PORT = 65535

Values = dict[str, object]
Modules = dict[str, Values]

_VARIABLE = re.compile(r"\$([A-Z_][A-Z0-9_]*)")


@dataclass(frozen=True, slots=True)
class Configuration:
    """Which modules opsdroid loads, with the settings of each, and where its web server listens."""

    connectors: Modules
    databases: Modules
    skills: Modules
    web: Values = field(default_factory=dict)

    @property
    def host(self) -> str:
        """The address that the web server listens on."""
        return str(self.web.get("host", LOOPBACK))

    @property
    def port(self) -> int:
        """The port that the web server listens on; raises ConfigurationError."""
        text = str(self.web.get("port", PORT))
        if not text.isdecimal() or not 0 < int(text) <= LAST_PORT:
            message = f"configuration.yaml: web.port is {text}, which is no port."
            raise ConfigurationError(message, f"Choose one from 1 to {LAST_PORT}.")
        return int(text)

    @property
    def engine(self) -> Values:
        """The settings of the engine."""
        return self.databases.get("engine", {})

    def at_port(self, port: int) -> Self:
        """The same, listening on another port."""
        return replace(self, web={**self.web, "port": port})

    def with_engine(self, **settings: object) -> Self:
        """The same, with other settings for the engine."""
        return replace(self, databases={**self.databases, "engine": {**self.engine, **settings}})

    def with_connector(self, name: str, settings: Values) -> Self:
        """The same, with other settings for one connector."""
        return replace(self, connectors={**self.connectors, name: settings})

    def for_opsdroid(self, modules: Path) -> Values:
        """In opsdroid's form; its web server has no open door: no page of its own, no CORS."""
        closed = {
            "host": LOOPBACK,
            "port": PORT,
            "disable_web_index_handler_in_root": True,
            "cors": {"allow-all": False, "origins": []},
        }
        return {
            "connectors": {name: dict(values) for name, values in self.connectors.items()},
            "databases": {name: dict(values) for name, values in self.databases.items()},
            "skills": {name: dict(values) for name, values in self.skills.items()},
            "web": {**closed, **self.web},
            "module-path": str(modules),
        }


def local_configuration(connectors: Mapping[str, Values]) -> Configuration:
    """A configuration for whoever holds this machine: they may do everything."""
    holder = {"web:you": "admin", "terminal:you": "admin"}
    return Configuration(
        connectors=dict(connectors),
        databases={"engine": {"roles": holder}},
        skills={name: {} for name in SKILLS},
    )


def read_configuration(path: Path) -> Configuration:
    """configuration.yaml with its `$VARIABLES` filled in; raises ConfigurationError."""
    try:
        document = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"{path} can't be read: {error.strerror}."
        raise ConfigurationError(message, "Name the file with -c, or try `atlas demo`.") from error
    except (YAMLError, ValueError, IndexError) as error:  # ruamel raises the latter for 2026-02-30
        message = f"{path} is not valid YAML."
        raise ConfigurationError(message, "Check its indentation and quotes.") from error
    sections = _mapping(path.name, document)
    known = ("connectors", "databases", "skills", "web")
    unknown = [name for name in sections if name not in known]
    if unknown:
        message = f"{path.name}: unknown section {', '.join(unknown)}."
        raise ConfigurationError(message, f"Known sections: {', '.join(known)}.")
    return Configuration(
        connectors=_modules("connectors", sections),
        databases=_modules("databases", sections),
        skills=_modules("skills", sections),
        web=_filled("web", _mapping("web", sections.get("web"))),
    )


def _modules(section: str, sections: Mapping[str, object]) -> Modules:
    found = _mapping(section, sections.get(section))
    if not found:
        message = f"configuration.yaml: the section {section} names nothing."
        raise ConfigurationError(message, "See the README for an example.")
    return {
        name: _filled(f"{section}.{name}", _mapping(f"{section}.{name}", values))
        for name, values in found.items()
    }


def _mapping(where: str, value: object) -> Values:
    if value is None:
        return {}
    if not isinstance(value, dict):
        message = f"{where} must hold names with settings."
        raise ConfigurationError(message, "Write `name: {setting: value}`.")
    return {str(name): inner for name, inner in value.items()}


def _filled(where: str, values: Values) -> Values:
    """The settings with each `$VARIABLE` replaced by what the environment says."""
    return {name: _value(f"{where}.{name}", value) for name, value in values.items()}


def _value(where: str, value: object) -> object:
    named = _VARIABLE.fullmatch(value) if isinstance(value, str) else None
    if named is None:
        return value
    found = os.environ.get(named[1])
    if not found:
        message = f"configuration.yaml: {where} is ${named[1]}, which is not set."
        raise ConfigurationError(message, f"Set the environment variable {named[1]}.")
    return found
