"""A check's text as a tree in which each part knows its line and the way to it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedBase, CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from engine.sodacl.mistakes import Lacking, Mistake, Path


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the text, with readers that raise Mistake where it is something else."""

    node: object
    line: int = 1
    path: Path = ()

    def mistake(self, message: str, word: str | None = None) -> Mistake:
        """A mistake at this part."""
        return Mistake(message, self.line, word, self.path)

    def lacking(self, message: str, word: str | None = None) -> Lacking:
        """That something is missing at this part."""
        return Lacking(message, self.line, word, self.path)

    @property
    def name(self) -> str:
        """The key that it stands under."""
        return next((str(key) for key in reversed(self.path) if isinstance(key, str)), "check")

    def text(self) -> str:
        """Text that is not empty, without space around it."""
        if not isinstance(self.node, str) or not self.node.strip():
            raise self.mistake(f"{self.name}: there must be text here", self.name)
        text = str(self.node).strip()
        if "${" in text:
            raise self.mistake(f"{self.name}: variables are not known here, write the value", "${")
        return text

    def number(self) -> float:
        """A finite number."""
        try:
            number = float(str(self.node)) if not isinstance(self.node, bool) else math.nan
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise self.mistake(f"{self.name}: there must be a number here", self.name)
        return number

    def whole(self) -> int:
        """A whole number from zero on."""
        number = self.number()
        if number < 0 or number != int(number):
            raise self.mistake(f"{self.name}: there must be a whole number here", self.name)
        return int(number)

    def truth(self) -> bool:
        """True or false."""
        if not isinstance(self.node, bool | int):
            raise self.mistake(f"{self.name}: there must be true or false here", self.name)
        return bool(self.node)

    def items(self) -> tuple["Part", ...]:
        """The parts of a list that is not empty."""
        if not isinstance(self.node, list) or not self.node:
            raise self.mistake(f"{self.name}: there must be a list here", self.name)
        return tuple(self._under(place, each) for place, each in enumerate(self.node))

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(each.text() for each in self.items())

    def entries(self) -> dict[str, "Part"]:
        """The parts of a mapping by their keys; empty where nothing stands there."""
        if self.node is None:
            return {}
        if not isinstance(self.node, dict):
            raise self.mistake(f"{self.name}: there must be keys with values here", self.name)
        return {str(key): self._under(key, each) for key, each in self.node.items()}

    def values(self) -> tuple[str | int | float, ...]:
        """A list of texts only, or of numbers only."""
        found = tuple(each.value() for each in self.items())
        if len({isinstance(each, str) for each in found}) > 1:
            message = f"{self.name}: write only texts or only numbers; quotes make a number a text"
            raise self.mistake(message, self.name)
        return found

    def value(self) -> str | int | float:
        """A text or a number."""
        match self.node:
            case None:
                raise self.mistake(f"{self.name}: NULL is always missing, leave it out", "null")
            case bool():
                word = str(self.node).lower()
                raise self.mistake(f"{self.name}: write {word} in quotes", word)
            case str():
                return str(self.node)
            case int():
                return int(self.node)
            case float() if math.isfinite(self.node):
                return float(self.node)
            case _:
                message = f"{self.name}: {self.node} is no text and no number, write it in quotes"
                raise self.mistake(message, str(self.node))

    def _under(self, key: object, node: object) -> "Part":
        step = key if isinstance(key, int | str) else str(key)
        return Part(node, _line(self.node, key) or self.line, (*self.path, step))


def _line(node: object, key: object) -> int | None:
    if not isinstance(node, CommentedBase):
        return None
    try:
        row = node.lc.key(key)[0] if isinstance(node, CommentedMap) else node.lc.item(key)[0]
    except (KeyError, TypeError, IndexError):
        return None
    return int(row) + 1


def part_of(text: str) -> Part:
    """The text as YAML, most of which is a line without any; raises Mistake where it is none."""
    if not any(sign in text for sign in ":#\n"):
        return Part(text.strip())
    try:
        return Part(YAML(typ="rt", pure=True).load(text))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        message = f"this is not valid YAML: {error.problem or error.context}"
        raise Mistake(message, line) from None
    except (YAMLError, ValueError, IndexError, RecursionError):
        raise Mistake("this is not valid YAML", 1) from None


def leaves(parts: Sequence[Part]) -> Iterator[str]:
    """What scalars say as text, dates and truths as YAML writes them."""
    for part in parts:
        if isinstance(part.node, CommentedMap | CommentedSeq) or part.node is None:
            raise part.mistake(f"{part.name}: there must be a plain value here", part.name)
        yield str(part.node).lower() if isinstance(part.node, bool) else str(part.node)
