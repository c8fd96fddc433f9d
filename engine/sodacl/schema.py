"""The check `schema`: what warns and what fails of the columns of a table."""

import re

from engine.sodacl import vocabulary
from engine.sodacl.mistakes import Notes, nearest, one_of
from engine.sodacl.model import SchemaCheck, SchemaRule
from engine.sodacl.parts import Part
from engine.sodacl.settings import Settings

_CHANGES = ("column add", "column delete", "column type change", "column index change")
_ANY = "any"


def schema_check(header: Part, settings: Settings, notes: Notes) -> SchemaCheck:
    """What stands under `schema`; raises Mistake where that is nothing."""
    warn = settings.take("warn", lambda part: _rule(part, notes))
    fail = settings.take("fail", lambda part: _rule(part, notes))
    if not (warn or fail or settings.failed("warn", "fail")):
        raise header.lacking("«schema» needs «warn» or «fail» under it", "schema")
    return SchemaCheck(warn, fail)


def _rule(part: Part, notes: Notes) -> SchemaRule:
    settings = Settings(part, notes)
    changes = settings.take("when schema changes", _changes) or ()
    rule = SchemaRule(
        missing=settings.take("when required column missing", Part.texts) or (),
        forbidden=settings.take("when forbidden column present", Part.texts) or (),
        types=settings.take("when wrong column type", _types) or {},
        indexes=settings.take("when wrong column index", _indexes) or {},
        any_change=changes == (_ANY,),
        changes=() if changes == (_ANY,) else changes,
    )
    settings.end()
    if rule == SchemaRule() and not settings.blemished:
        raise part.mistake(f"«{part.name}» says nothing: write «when …» under it", part.name)
    return rule


def _changes(part: Part) -> tuple[str, ...]:
    if part.node == _ANY:
        return (_ANY,)
    if isinstance(part.node, str):
        word = part.text()
        raise part.mistake(f"{word!r} is no change{one_of(word, (_ANY,))} or a list", word)
    for item in part.items():
        word = item.text()
        if word not in _CHANGES:
            raise item.mistake(f"{word!r} is no change{one_of(word, _CHANGES)}", word)
    return part.texts()


def _types(part: Part) -> dict[str, str]:
    return {name: _type(each) for name, each in part.entries().items()}


def _type(part: Part) -> str:
    name = part.text()
    if name.lower() not in vocabulary.TYPES:
        bare = re.sub(r"\(.*\)$", "", name.lower())
        near = nearest(bare, vocabulary.OTHER_TYPES) or nearest(bare, vocabulary.TYPES)
        hint = f"; write {vocabulary.OTHER_TYPES.get(near, near)!r}" if near else _SUCH_AS
        message = f"{part.name}: no column has the type {name!r} for PostgreSQL{hint}"
        raise part.mistake(message, name)
    return name


_SUCH_AS = "; there are text, integer, numeric, date, timestamp with time zone, …"


def _indexes(part: Part) -> dict[str, int]:
    return {name: each.whole() for name, each in part.entries().items()}
