"""opsdroid's configuration: read from configuration.yaml, or made for this machine alone."""

from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from engine.errors import ConfigurationError

Configuration = dict[str, dict[str, dict[str, object]]]
"""Sections, in them modules (or settings), in them settings."""

SKILLS = ("runs", "catalog", "quality", "privacy", "assistance")

_SECTIONS = frozenset({"connectors", "skills", "databases", "web", "logging", "welcome-message"})


def read_configuration(path: Path) -> Configuration:
    """configuration.yaml with every module's settings as a mapping; raises ConfigurationError."""
    try:
        document = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"{path} can't be read: {error.strerror}."
        raise ConfigurationError(message, "Name the file with -c, or try `atlas demo`.") from error
    except (YAMLError, UnicodeDecodeError) as error:
        message = f"{path} is not valid YAML."
        raise ConfigurationError(message, "Check its indentation and quotes.") from error
    return _sections(path, document)


def _sections(path: Path, document: object) -> Configuration:
    if not isinstance(document, dict):
        raise ConfigurationError(f"{path} holds no settings.", "See the README for an example.")
    unknown = sorted(set(document) - _SECTIONS)
    if unknown:
        known = ", ".join(sorted(_SECTIONS))
        message = f"{path}: unknown section {', '.join(map(str, unknown))}."
        raise ConfigurationError(message, f"Known sections: {known}.")
    configuration = {name: _modules(path, name, value) for name, value in document.items()}
    configuration["web"] = {**_closed_web(), **configuration.get("web", {})}
    return configuration


def _modules(path: Path, section: str, value: object) -> dict[str, dict[str, object]]:
    if not isinstance(value, dict):
        if value is None:
            return {}
        if isinstance(value, bool | str) and section == "welcome-message":
            return value  # type: ignore[return-value]  # opsdroid's one scalar setting passes through
        raise ConfigurationError(f"{path}: {section} must hold names with settings.", "")
    if section in {"web", "logging"}:
        return value
    return {str(name): dict(settings or {}) for name, settings in value.items()}


def _closed_web() -> dict[str, object]:
    """opsdroid's web server, without its open door: loopback, no page of its own, no CORS."""
    return {
        "host": "127.0.0.1",
        "port": 8080,
        "disable_web_index_handler_in_root": True,
        "cors": {"allow-all": False, "origins": []},
    }


def local_configuration(connectors: dict[str, dict[str, object]]) -> Configuration:
    """A configuration for whoever holds this machine: they may do everything."""
    holder = {"web:you": "admin", "terminal:you": "admin"}
    return {
        "connectors": connectors,
        "databases": {"engine": {"roles": holder}},
        "skills": {name: {} for name in SKILLS},
        "web": _closed_web(),  # type: ignore[dict-item]  # its settings are values, not modules
    }
