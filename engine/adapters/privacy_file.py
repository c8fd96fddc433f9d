"""Reads and changes privacy.yaml; what a person wrote there stays as it is."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ruamel.yaml.error import YAMLError

from engine.adapters.file_swap import replace_file, restore_file
from engine.adapters.yaml_lines import NotPlain, keys_of, node_at, with_value, without
from engine.catalog.model import Project, Table
from engine.catalog.policy import PRIVACY_FILE, ColumnRule, Place
from engine.catalog.policy_reading import governed
from engine.catalog.reader import read_what_stands
from engine.errors import EngineError, ProjectError

_HEADER = """\
# What happens to personal data on its way to silver; of several rules that fit the strictest holds.
"""


class PrivacyFile:
    """The rules in one project folder; a change holds from the next run on."""

    def __init__(self, project: Project) -> None:
        self._started_with = project
        self._folder = project.folder
        self._known = _content(project.folder)
        self._current = project
        self._writing = asyncio.Lock()

    async def read(self) -> Project:
        """The project as its files are now; raises ProjectError."""
        return await asyncio.to_thread(read_what_stands, self._folder)

    async def current(self) -> Project:
        """The project as it was at the start, with the rules of now; raises ProjectError.

        As long as privacy.yaml stays what it was, no other file is looked at.
        """
        content = await asyncio.to_thread(_content, self._folder)
        if content != self._known:
            now = await self.read()
            self._current = governed(self._started_with, now.privacy)
            self._known = content
        return self._current

    async def write(self, table: str, column: str, rule: ColumnRule) -> Place:
        """Write what was decided about a column: all of it, or raise EngineError."""
        async with self._writing:
            return await asyncio.to_thread(write_rule, self._folder, table, column, rule)


def _content(folder: Path) -> bytes | None:
    try:
        return (folder / PRIVACY_FILE).read_bytes()
    except FileNotFoundError:
        return None


def write_rule(folder: Path, table: str, column: str, rule: ColumnRule) -> Place:
    """Write it and read the whole project again; take it back unless that is all that changed.

    Raises ProjectError where the project has mistakes already.
    """
    before = read_what_stands(folder)
    path = folder / PRIVACY_FILE
    try:
        old = _content(folder)
        text = _HEADER if old is None else old.decode()
        replace_file(path, _with_rule(text, ("columns", table, column), _fields(rule)).encode())
    except (OSError, UnicodeDecodeError, YAMLError, NotPlain) as error:
        why = str(error.strerror) if isinstance(error, OSError) else "it is no plain YAML"
        raise _not_written(column, rule, why) from None
    try:
        return _written(before, _read_again(folder, column, rule), table, column, rule)
    except EngineError:
        restore_file(path, old)
        raise


def _read_again(folder: Path, column: str, rule: ColumnRule) -> Project:
    try:
        return read_what_stands(folder)
    except ProjectError as error:
        raise _not_written(column, rule, error.mistakes[0].problem) from None


def _written(before: Project, after: Project, table: str, column: str, rule: ColumnRule) -> Place:
    """Where the rule stands; raises unless it is all that the project gained."""
    said = after.decided(table, column)
    meant = replace(rule, entity=rule.entity or said.entity)
    same = _without_rule(before, table, column) == _without_rule(after, table, column)
    if not same or said != meant or said.word != rule.word:
        raise _not_written(column, rule, "the rule can't be put in")
    return said.place or Place(PRIVACY_FILE)


def _without_rule(project: Project, table: str, column: str) -> Project:
    kept = {key: each for key, each in project.privacy.columns.items() if key != (table, column)}
    tables = tuple(
        _without_column(each, column) if each.name == table else each for each in project.tables
    )
    return replace(project, tables=tables, privacy=replace(project.privacy, columns=kept))


def _without_column(table: Table, name: str) -> Table:
    columns = tuple(
        replace(each, operator=None, entity=None) if each.name == name else each
        for each in table.columns
    )
    return replace(table, columns=columns)


def _with_rule(text: str, path: tuple[str, ...], fields: Mapping[str, str]) -> str:
    """The text with the rule in one line, or in the lines that it had."""
    present = keys_of(node_at(text, path))
    if present is None:
        inner = ", ".join(f"{key}: {value}" for key, value in fields.items())
        return with_value(text, path, f"{{{inner}}}")
    for key, value in fields.items():
        text = with_value(text, (*path, key), value)
    for key in present:
        if key not in fields:
            text = without(text, (*path, key))
    return text


def _fields(rule: ColumnRule) -> dict[str, str]:
    """The keys of a rule with their values, as YAML."""
    word = rule.word
    given = {
        "operator": rule.operator and _scalar(rule.operator),
        "to": rule.to and _scalar(rule.to),
        "entity": rule.entity and _scalar(rule.entity),
        "free_text": None if rule.free_text is None else str(rule.free_text).lower(),
        "holds": rule.holds and _listed(rule.holds),
        "not personal": rule.not_personal and _listed(rule.not_personal),
        "undeclared": "true" if rule.undeclared else None,
        "by": word.by and _scalar(word.by),
        "at": word.at and word.at.isoformat(),
        "was": word.was and _scalar(word.was),
    }
    return {key: value for key, value in given.items() if value}


def _listed(entities: tuple[str, ...]) -> str:
    return f"[{', '.join(entities)}]"


def _scalar(text: str) -> str:
    plain = re.fullmatch(r"[A-Za-z][A-Za-z_]*( [A-Za-z0-9_]+)*", text)
    return text if plain and text not in {"null", "true", "false"} else json.dumps(text)


def _not_written(column: str, rule: ColumnRule, why: str) -> EngineError:
    message = f"{PRIVACY_FILE} was not changed: {why}."
    inner = ", ".join(f"{key}: {value}" for key, value in _fields(rule).items())
    return EngineError(message, f"By hand it would be, under `columns:`, `{column}: {{{inner}}}`.")
