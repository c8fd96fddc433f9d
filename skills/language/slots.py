"""Turn words into items: slots with their values, polite noise, and words that remain words."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from skills.language.check_ids import read_check_ids
from skills.language.dates import Calendar
from skills.language.items import Item, Kind
from skills.language.layering import with_layers
from skills.language.lexicon import (
    ASKING,
    CONNECTIVES,
    DAYS,
    FAMILIAR,
    FILLERS,
    QUESTIONING,
    STATUSES,
    WHOLE,
)
from skills.language.manner import read_manner
from skills.language.names import Name, Names, nearest
from skills.language.phrases import CUE_WORDS, SPELLABLE
from skills.language.putting_aside import is_about_a_column, read_age
from skills.language.run_ids import is_meant_as_run_id, run_id
from skills.language.spans import read_time
from skills.language.vocabulary import LAYERS
from skills.language.words import UNSAID, Word

KNOWN = FAMILIAR | CUE_WORDS | frozenset(LAYERS)
_BEFORE_NAMES = CONNECTIVES | frozenset(LAYERS) | {"run", "start", "execute", "describe", "the"}

_DAYS_AND_STATUSES = DAYS | frozenset(STATUSES)
_SHORTEST_RESPELLED = 5
_SCHEDULE_NUMBER = re.compile("[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class _Scene:
    text: str
    words: tuple[Word, ...]
    texts: list[str]
    names: Names
    calendar: Calendar

    def item(self, kind: Kind, value: str, at: int, length: int = 1) -> Item:
        return Item(kind, value, self.words[at].start, self.words[at + length - 1].end)

    def is_strange(self, at: int) -> bool:
        """Whether a word is neither a plain one nor the start of a name."""
        return self.texts[at] not in KNOWN and not self.names.at(self.texts, at)

    def group(self, at: int) -> int:
        """How many words from a position on are tied together."""
        end = at + 1
        while end < len(self.words) and self.words[end].glue:
            end += 1
        return end - at


_Found = tuple[Item, int] | None
_Reader = Callable[[_Scene, int], _Found]


def items_of(
    text: str, words: tuple[Word, ...], names: Names, calendar: Calendar
) -> tuple[Item, ...]:
    """The items of a sentence in their order."""
    texts = [word.text for word in words]
    scene = _Scene(text, words, _respelled(words, texts, names), names, calendar)
    return tuple(with_layers(list(_read(scene))))


def _respelled(words: tuple[Word, ...], texts: list[str], names: Names) -> list[str]:
    """The words with misspelled days and statuses corrected."""
    return [
        text if word.glue or text in KNOWN else _day_or_status(text, names)
        for word, text in zip(words, texts, strict=True)
    ]


def _day_or_status(text: str, names: Names) -> str:
    if len(text) < _SHORTEST_RESPELLED or not text.isalpha() or names.at((text,), 0):
        return text
    meant = nearest(text, _DAYS_AND_STATUSES)
    near = names.near((text,), any_length=True) if meant else None
    is_day = bool(meant) and meant[0][1] == 1 and (not near or near.distance > 1)
    return meant[0][0] if is_day else text


def _read(scene: _Scene) -> Iterator[Item]:
    at = 0
    while at < len(scene.words):
        item, taken = next(found for reader in _READERS if (found := reader(scene, at)))
        yield item
        at += taken


def _name(scene: _Scene, at: int) -> _Found:
    found = scene.names.at(scene.texts, at)
    if not found:
        return None
    length = len(found[0].words)
    ahead = scene.words[at + length : at + length + 1]
    if ahead and ahead[0].glue not in ("", ".", "/"):
        return None  # only the first part of a longer name
    before = scene.texts[at - 1] if at else ""
    if length == 1 and scene.texts[at] in KNOWN and before not in _BEFORE_NAMES:
        return None  # a table called «status» does not take that word from the others
    kinds = tuple(Kind.PIPELINE if name.is_pipeline else Kind.TABLE for name in found)
    kind = kinds[-1] if before in CONNECTIVES - {"pipeline"} else kinds[0]
    return scene.item(kind, found[kinds.index(kind)].value, at, length), length


def _period(scene: _Scene, at: int) -> _Found:
    found = read_time(scene.texts, at, scene.calendar)
    if not found:
        return None
    period, days, length = found
    return replace(scene.item(Kind.TIME, "", at, length), period=period, days=days), length


def _rule(scene: _Scene, at: int) -> _Found:
    """The column for which rows are in quarantine, whatever else its name may mean."""
    length = scene.group(at)
    typed = scene.text[scene.words[at].start : scene.words[at + length - 1].end].casefold()
    is_column = typed in scene.names.columns and is_about_a_column(scene.texts, at)
    return (scene.item(Kind.RULE, typed, at, length), length) if is_column else None


def _check_ids(scene: _Scene, at: int) -> _Found:
    found = read_check_ids(scene.texts, at)
    return (scene.item(Kind.CHECKS, found[0], at, found[1]), found[1]) if found else None


def _age(scene: _Scene, at: int) -> _Found:
    found = read_age(scene.texts, at)
    return (scene.item(Kind.AGE, str(found[0]), at, found[1]), found[1]) if found else None


def _manner(scene: _Scene, at: int) -> _Found:
    found = read_manner(scene.texts, at)
    if not found:
        return None
    kind, value, length = found
    return scene.item(kind, value, at, length), length


def _run_id(scene: _Scene, at: int) -> _Found:
    found = run_id(scene.texts[at]) if scene.group(at) == 1 else None
    return (scene.item(Kind.RUN, found, at), 1) if found else None


def _schedule_id(scene: _Scene, at: int) -> _Found:
    """«SCH-3», or the number in «schedule 3»."""
    before = scene.texts[at - 1] if at else ""
    named, gap = (2, 1) if scene.texts[at] == "sch" else (1, 0)
    number = scene.texts[at + gap : at + named]
    if not number or not _SCHEDULE_NUMBER.fullmatch(number[0]):
        return None
    if gap or before in ("schedule", "schedules", "number"):
        return scene.item(Kind.SCHEDULE, f"SCH-{int(number[0])}", at, named), named
    return None


def _noise(scene: _Scene, at: int) -> _Found:
    asked = at > 0 and scene.texts[at - 1] in QUESTIONING  # «what can you do» asks nothing
    asking = () if asked else ASKING
    for kind, phrases in ((Kind.ASKING, asking), (Kind.NOISE, WHOLE), (Kind.NOISE, FILLERS)):
        for phrase in phrases:
            if scene.texts[at] == phrase[0] and scene.texts[at : at + len(phrase)] == list(phrase):
                return scene.item(kind, " ".join(phrase), at, len(phrase)), len(phrase)
    return None


def _status(scene: _Scene, at: int) -> _Found:
    found = STATUSES.get(scene.texts[at])
    return (scene.item(Kind.STATUS, found, at), 1) if found else None


def _tied(scene: _Scene, at: int) -> _Found:
    """Words tied by underscores and the like that are no exact name: one misspelled name."""
    length = scene.group(at)
    texts = scene.texts[at : at + length]
    if length == 1 or scene.words[at].glue or _is_layered_name(scene, at, length):
        return None
    if all(text in KNOWN - set(LAYERS) or text.isdigit() for text in texts):
        return None
    near = scene.names.near(texts, any_length=True)
    if near:
        return _meant(scene, at, length, near.names), length
    typed = scene.text[scene.words[at].start : scene.words[at + length - 1].end]
    return scene.item(Kind.UNKNOWN, typed, at, length), length


def _is_layered_name(scene: _Scene, at: int, length: int) -> bool:
    if scene.texts[at] not in LAYERS:
        return False
    found = scene.names.at(scene.texts, at + 1)
    return bool(found) and len(found[0].words) == length - 1


def _layer(scene: _Scene, at: int) -> _Found:
    if scene.texts[at] not in LAYERS or _spread(scene, at):
        return None
    return scene.item(Kind.LAYER, scene.texts[at], at), 1


def _spread(scene: _Scene, at: int) -> _Found:
    """Words side by side that are nearly a name, such as «bronze to slver»."""
    for length in (4, 3, 2):
        texts = scene.texts[at : at + length]
        if len(texts) == length and any(scene.is_strange(at + offset) for offset in range(length)):
            near = scene.names.near(texts)
            if near:
                return _meant(scene, at, length, near.names), length
    return None


def _misspelled(scene: _Scene, at: int) -> _Found:
    text = scene.texts[at]
    if text in KNOWN or not text.isalnum() or text.isdigit():
        return None
    near = scene.names.near((text,), any_length=True)
    cues = nearest(text, SPELLABLE)
    if cues and (not near or cues[0][1] < near.distance):
        return replace(scene.item(Kind.WORD, cues[0][0], at), respelled=True), 1
    if near:
        return _meant(scene, at, 1, near.names), 1
    word = scene.words[at]
    typed = scene.text[word.start : word.end]
    is_alone = scene.group(at) == 1 and not word.glue
    is_id = is_alone and is_meant_as_run_id(typed, scene.text)
    return replace(scene.item(Kind.UNKNOWN, typed, at), like_run_id=is_id), 1


def _meant(scene: _Scene, at: int, length: int, near: tuple[Name, ...]) -> Item:
    kind = Kind.PIPELINE if near[0].is_pipeline else Kind.TABLE
    alike = tuple(name for name in near if name.is_pipeline == near[0].is_pipeline)
    return replace(scene.item(kind, near[0].value, at, length), near=alike, layer=near[0].layer)


def _unsaid(scene: _Scene, at: int) -> _Found:
    """Somebody who was named, in the place of whom only a sign is left."""
    return (scene.item(Kind.UNKNOWN, UNSAID, at), 1) if scene.texts[at] == UNSAID else None


def _word(scene: _Scene, at: int) -> _Found:
    return scene.item(Kind.WORD, scene.texts[at], at), 1


_READERS: tuple[_Reader, ...] = (
    _unsaid, _schedule_id, _name, _check_ids, _rule, _age, _manner, _period, _run_id, _noise,
    _status, _tied, _spread, _layer, _misspelled, _word,
)  # fmt: skip
