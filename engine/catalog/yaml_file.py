"""One YAML file read into a document, with the line of every mistake."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import process
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedBase, CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from engine.catalog.mistakes import meant
from engine.errors import Mistake
from engine.sodacl.vocabulary import left_out

D = TypeVar("D", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A file's tree, where each part still knows its line."""

    name: str
    tree: object

    def line_of(self, path: tuple[int | str, ...]) -> int | None:
        """The line of the part at that path, or of the nearest part around it."""
        line, node = None, self.tree
        for key in path:
            if not isinstance(node, CommentedBase):
                break
            position = _position(node, key)
            if position is None:
                continue  # pydantic names union members in its paths; the file has no such key
            line = position + 1
            node = cast("Mapping[int | str, object]", node)[key]
        return line

    def written(self, path: tuple[int | str, ...]) -> tuple[int | str, ...]:
        """The part of the path that the file has: pydantic puts union members between its keys."""
        parts: list[int | str] = []
        node: object = self.tree
        for key in path:
            if isinstance(node, CommentedMap | CommentedSeq) and _position(node, key) is not None:
                parts.append(key)
                node = node[key]
        return tuple(parts)

    def mistake(self, problem: str, *path: int | str) -> Mistake:
        """A mistake at that path."""
        return Mistake(self.name, self.line_of(path), problem)


def _position(node: CommentedBase, key: int | str) -> int | None:
    try:
        row = node.lc.key(key)[0] if isinstance(node, CommentedMap) else node.lc.item(key)[0]
    except (KeyError, TypeError, IndexError):
        return None
    return int(row)


def read_yaml(path: Path, name: str) -> YamlFile | Mistake:
    """The file's tree; a mistake where it is no YAML, is not UTF-8, has tags or repeats a key."""
    text = read_text(path, name)
    if isinstance(text, Mistake):
        return text
    try:
        line = _first_tag(text)
        if line is not None:
            return Mistake(name, line, "a tag (!…) is not allowed here")
        return YamlFile(name, YAML(typ="rt", pure=True).load(text))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        return Mistake(name, line, f"this is not valid YAML: {error.problem or error.context}")
    except (YAMLError, ValueError, IndexError, RecursionError) as error:
        return Mistake(name, None, f"this is not valid YAML: {_cause(error)}")


def _cause(error: Exception) -> str:
    match error:
        case YAMLError():
            return "it holds control characters"
        case RecursionError():
            return "it is nested too deeply"
        case _:  # what ruamel makes of 2026-02-30, ._ and -_
            return "a value looks like a number or a date and is none; put it in quotes"


def _first_tag(text: str) -> int | None:
    """The line of the first tag: no file of a project needs one, and tags can name objects."""
    for event in YAML(typ="safe", pure=True).parse(text):
        if getattr(event, "tag", None):
            return int(event.start_mark.line) + 1
    return None


def read_text(path: Path, name: str) -> str | Mistake:
    """The file's text; a mistake where it is not UTF-8 or can't be read."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return Mistake(name, None, "the file is not UTF-8 text; save it as UTF-8")
    except OSError as error:
        return Mistake(name, None, f"the file can't be read: {error.strerror}")


def parse(file: YamlFile, shape: type[D]) -> D | tuple[Mistake, ...]:
    """The file as a document of that shape, or every mistake in it."""
    try:
        return shape.model_validate(file.tree if file.tree is not None else {})
    except ValidationError as error:
        return tuple(_described(file, shape, detail) for detail in error.errors())


def _described(file: YamlFile, shape: type[BaseModel], detail: ErrorDetails) -> Mistake:
    path = file.written(detail["loc"])
    if detail["type"] == "missing":
        path = (*path, detail["loc"][-1])
    where = ".".join(str(part) for part in path)
    match detail["type"]:
        case "extra_forbidden":
            problem = _unknown(where, str(path[-1]), shape, path)
        case "missing":
            problem = f"the key {where!r} is missing"
        case "tuple_type":
            problem = f"{where}: there must be a list here"
        case "union_tag_not_found":
            problem = f"the key '{where}.format' is missing"
        case "union_tag_invalid":
            path = (*path, "format")
            problem = f"{where}.format: Input should be one of {detail['ctx']['expected_tags']}"
        case "model_type" | "dict_type" | "model_attributes_type":
            problem = f"{where or 'the file'}: there must be keys with values here"
        case _:
            problem = f"{where or 'the file'}: {detail['msg']}{_word_meant(detail)}"
    return file.mistake(problem, *path)


def _unknown(where: str, key: str, shape: type[BaseModel], path: tuple[int | str, ...]) -> str:
    """That nothing reads a key; what people know from SodaCL is told by what to write instead."""
    form = left_out(key) if " " in key else None
    return form[1] if form else f"unknown key {where!r}{_meant(key, shape, path)}"


def _word_meant(detail: ErrorDetails) -> str:
    """The word that is spelled nearly so, where one of some words must stand."""
    if detail["type"] not in {"enum", "literal_error"}:
        return ""
    allowed = re.findall(r"'([^']+)'", detail["ctx"]["expected"])
    return meant(str(detail["input"]), allowed, like=70)


def _meant(key: str, shape: type[BaseModel], path: tuple[int | str, ...]) -> str:
    known = _keys_at(shape, path)
    best = process.extractOne(key, known, score_cutoff=70) if known else None
    if best:
        return f"; did you mean {best[0]!r}?"
    return f"; known keys: {', '.join(known)}" if known else ""


def _keys_at(shape: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    """The keys that the document allows where the unknown one stands, as far as they are plain."""
    found: list[type[BaseModel]] = [shape]
    for step in map(str, path[:-1]):
        fields = [model.model_fields[step] for model in found if step in model.model_fields]
        if fields:
            found = [model for field in fields for model in _models_in(field.annotation)]
    known = (each for model in found for each in model.model_fields.items())
    return list(dict.fromkeys(field.alias or name for name, field in known))


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    parts = getattr(annotation, "__args__", ())
    return [model for part in parts for model in _models_in(part)]


def as_text(check: object) -> str:
    """A part of a file as YAML text of its own."""
    if isinstance(check, str):
        return check
    out = StringIO()
    writer = YAML(typ="rt", pure=True)
    writer.width = 10_000
    writer.dump(check, out)
    return out.getvalue().rstrip("\n")
