"""A sentence as its plain words, with signs for the incidents, places and datasets among them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from engine.commands import Command, ListUndelivered
from engine.people import Role
from skills.language.courtesy import Plainly, plainly
from skills.language.lexicon import CONTRACTIONS, REFUSALS
from skills.language.names import Name, Names, names_of, nearest
from skills.language.readings import Guess, Reading, Understood
from skills.language.slots import KNOWN
from skills.language.vocabulary import LAYERS, Vocabulary
from skills.language.words import UNSAID, folded

ASKED = "That is a question, so nothing was done."
REFUSED = "Nothing was done: that reads as a request not to."
ONE_AT_A_TIME = "One at a time, please."

MOST_OFFERS = 8

_LABELLED = re.compile(r"<(?P<sign>[@#])(?P<id>[^<>|\s]{1,80})(?:\|(?P<label>[^<>|\s]{1,80}))?>")
_ADDRESSED = re.compile(r"^\s*<@[^<>\s]{1,80}>")
_EDGES = " ,;:!?.()[]{}\"'`-\N{EN DASH}\N{EM DASH}"
_INCIDENT = re.compile(r"#?inc(?:ident)?[-#_]?(?P<number>[0-9]{1,40})")
_NUMBER = re.compile(r"#?[0-9]{1,9}")
PLACE = re.compile(r"(?:[a-z]{2,20}:)?(?:#(?=.*[^\W\d])|@)\w(?:[\w.-]{0,78}\w)?", re.IGNORECASE)
_NOISE = frozenset(
    [
        "the",
        "a",
        "an",
        "our",
        "please",
        "pls",
        "just",
        "also",
        "table",
        "dataset",
        "model",
        "kindly",
    ]
)
_BEFORE_NAMES = frozenset(["of", "for", "from", "in", "on", "about", "feeds", "with", "to"])
_IN_LAYER = frozenset(["in", "of", "from", "within"])
_GIVING = frozenset(["assign", "reassign", "give", "hand"])
_LONGEST_NAME = 4
_SHORTEST_RESPELLED = 4
_MOST_TOKENS = 60
_MARKED = re.compile(r"[DIPLU][0-9]{1,3}")
_JOINED = re.compile(
    r"(?P<first>(?P<kind>[DIP])[0-9]+)(?P<more>(?:(?: and| or)? (?P=kind)[0-9]+)+)"
)


@dataclass(frozen=True, slots=True)
class Slot:
    """What a sign stands for: as it was typed, and the names that it may mean."""

    typed: str
    value: str = ""
    names: tuple[tuple[str | None, str], ...] = ()
    """The layer, where one was named, and the table."""
    column: str | None = None
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """A sentence such as `acknowledge I0`: its words, and the slots that its signs number."""

    said: Plainly
    form: str
    slots: tuple[Slot, ...]
    doubts: tuple[str, ...]
    vocabulary: Vocabulary
    typed_words: dict[str, str] = field(default_factory=dict)

    def slot(self, sign: str) -> Slot:
        """What a sign stands for; a plain word stands for itself."""
        if _MARKED.fullmatch(sign):
            return self.slots[int(sign[1:])]
        return Slot(self.typed_words.get(sign, sign))

    def signs(self, kinds: str) -> tuple[str, ...]:
        """The signs of some kinds, in their order."""
        return tuple(
            each for each in self.form.split() if _MARKED.fullmatch(each) and each[0] in kinds
        )

    def incidents(self) -> tuple[str, ...]:
        """The ids of the incidents that are named, each once."""
        return tuple(dict.fromkeys(self.slot(each).value for each in self.signs("I")))

    @property
    def words(self) -> frozenset[str]:
        """The plain words."""
        return frozenset(self.form.split())

    @property
    def is_refused(self) -> bool:
        """Whether it reads as a request not to."""
        return self.said.is_taken_back or not self.words.isdisjoint(_NOT_DONE)

    def each_alone(self) -> Iterator["Shape"]:
        """The sentence for each of several things that it joins: «ack INC-1 and INC-2»."""
        found = _JOINED.search(self.form)
        if found is None:
            return
        for sign in (found["first"], *re.findall(r"[DIP][0-9]+", found["more"])):
            form = f"{self.form[: found.start()]}{sign}{self.form[found.end() :]}"
            yield replace(self, form=form)


_NOT_DONE = REFUSALS - {
    "pause",
    "stop",
    "delete",
    "drop",
    "cancel",
    "wait",
    "hold",
    "kill",
    "abort",
}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of the sentences that are read by their shape."""

    words: frozenset[str]
    spellable: tuple[str, ...]
    """Those that a misspelled word may be corrected to."""

    @classmethod
    def of(cls, words: frozenset[str]) -> "Lexicon":
        """The lexicon of these words."""
        return cls(words, tuple(sorted(w for w in words if len(w) >= _SHORTEST_RESPELLED)))


def words_in(patterns: Iterable[str]) -> frozenset[str]:
    """The plain words that patterns are made of."""
    bare = (re.sub(r"\(\?P<\w+>|\\[a-zA-Z]|\{\w+\}", " ", pattern) for pattern in patterns)
    found = (each for pattern in bare for each in re.finditer(r"([a-z]{2,})(\??)", pattern))
    return frozenset(word for each in found for word in _with_and_without(each[1], each[2]))


def _with_and_without(word: str, mark: str) -> tuple[str, ...]:
    """`alert` and `alerts` for `alerts?`."""
    return (word, word[:-1]) if mark else (word,)


def shape_of(text: str, vocabulary: Vocabulary, lexicon: Lexicon) -> Shape | None:
    """The shape of a sentence; None where it is too long to be one of these."""
    said = plainly(with_labels(text))
    raw = [core for each in said.text.replace(",", ", ").split() if (core := _core(each))]
    if not raw or len(raw) > _MOST_TOKENS:
        return None
    reader = _Reader(raw, vocabulary, names_of(vocabulary), lexicon)
    reader.read()
    typed = {each.casefold(): each for each in raw}
    form = " ".join(reader.form)
    return Shape(said, form, tuple(reader.slots), tuple(reader.doubts), vocabulary, typed)


def with_labels(text: str) -> str:
    """The text with `<#C12|finance>` as `#finance`, without a mention that it begins with."""
    begun = _ADDRESSED.sub(" ", text)
    return _LABELLED.sub(lambda found: f"{found['sign']}{found['label'] or found['id']}", begun)


def _core(raw: str) -> str:
    if UNSAID in raw:
        return UNSAID
    core = raw.strip(_EDGES)
    return core if any(letter.isalnum() for letter in core) else ""


@dataclass
class _Reader:
    """Goes through the words once and collects the form with its slots."""

    raw: list[str]
    vocabulary: Vocabulary
    names: Names
    lexicon: Lexicon
    form: list[str] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def read(self) -> None:
        """Read all of the words."""
        at = 0
        while at < len(self.raw):
            at += (
                self._incident(at)
                or self._place(at)
                or self._dataset(at)
                or self._layer(at)
                or self._plain(at)
            )

    def _mark(self, kind: str, slot: Slot) -> None:
        self.form.append(f"{kind}{len(self.slots)}")
        self.slots.append(slot)

    def _incident(self, at: int) -> int:
        text = self.raw[at].casefold()
        found, taken = _INCIDENT.fullmatch(text), 1
        number = found["number"] if found else ""
        after = self.raw[at + 1] if at + 1 < len(self.raw) else ""
        if text in ("inc", "incident", "inc#", "incident#") and _NUMBER.fullmatch(after):
            number, taken = after.lstrip("#"), 2
        if not number:
            return 0
        self._mark("I", Slot(" ".join(self.raw[at : at + taken]), f"INC-{int(number)}"))
        return taken

    def _place(self, at: int) -> int:
        if not PLACE.fullmatch(self.raw[at]):
            return 0
        self._mark("P", Slot(self.raw[at], self.raw[at]))
        return 1

    def _dataset(self, at: int) -> int:
        for taken in range(min(_LONGEST_NAME, len(self.raw) - at), 0, -1):
            typed = " ".join(self.raw[at : at + taken])
            if typed.casefold() in self._consumers:
                self._mark("U", Slot(self._consumers[typed.casefold()]))
                return taken
            found = self._named(typed) or (self._with_column(typed) if taken == 1 else None)
            if found and not (taken == 1 and self._is_plain(at)):
                self._mark("D", found)
                return taken
        return 0

    @cached_property
    def _consumers(self) -> dict[str, str]:
        return {name.casefold(): name for name in self.vocabulary.consumers}

    def _is_plain(self, at: int) -> bool:
        """Whether a word that is also the name of a table stands where it is but a word."""
        text = self.raw[at].casefold()
        known = text in self.lexicon.words or text in KNOWN
        return known and (not self.form or self.form[-1] not in _BEFORE_NAMES)

    def _named(self, typed: str) -> Slot | None:
        words = folded(typed)
        layer = words[0] if words[1:] and words[0] in LAYERS else None
        found = self.names.exact.get(words[1:] if layer else words, ())
        tables = tuple((layer, name.value) for name in found if not name.is_pipeline)
        return Slot(typed, names=tables) if tables else None

    def _with_column(self, typed: str) -> Slot | None:
        """«customers.phone» and «silver.customers.phone»."""
        table, dot, column = typed.rpartition(".")
        slot = self._named(table) if dot else None
        return replace(slot, typed=typed, column=column) if slot and column else None

    def _layer(self, at: int) -> int:
        text = self.raw[at].casefold()
        if text not in LAYERS:
            return 0
        ended = self.form[-2:]
        if len(ended) == 2 and ended[0][0] == "D" and ended[1] in _IN_LAYER:  # noqa: PLR2004  # the dataset and «in»
            last = self.slots[int(ended[0][1:])]
            self.slots[int(ended[0][1:])] = replace(
                last, names=tuple((text, table) for _, table in last.names)
            )
            self.form.pop()
        else:
            self._mark("L", Slot(self.raw[at], text))
        return 1

    def _plain(self, at: int) -> int:
        typed = self.raw[at]
        for text in _spoken(typed.casefold()):
            if text in _NOISE:
                continue
            if text in self.lexicon.words or text in KNOWN or text.isdigit():
                self.form.append(text)
            else:
                self._strange(typed, text)
        return 1

    def _strange(self, typed: str, text: str) -> None:
        """A word of no sentence: misspelled, a name that is nearly known, or one nobody knows."""
        if self.form[-1:] == ["to"] and not _GIVING.isdisjoint(self.form):
            self._mark("U", Slot(typed))  # somebody, whatever the name looks like
            return
        near = self.names.near(folded(typed), any_length=True)
        meant = nearest(text, self.lexicon.spellable) if text.isalpha() else ()
        tables = tuple((each.layer, each.value) for each in _tables(near.names if near else ()))
        if meant and (near is None or meant[0][1] < near.distance):
            self.form.append(meant[0][0])
            self.doubts.append(f"Not understood: {typed}. Did you mean {meant[0][0]}?")
        elif tables:
            names = " or ".join(f"{layer}.{name}" if layer else name for layer, name in tables)
            doubt = f"There is no table {typed}. Did you mean {names}?"
            self._mark("D", Slot(typed, names=tables, doubt=doubt))
        else:
            self._mark("U", Slot(typed))


def _tables(names: Iterable[Name]) -> Iterator[Name]:
    return (name for name in names if not name.is_pipeline)


def _spoken(text: str) -> tuple[str, ...]:
    """A word as those that it is short for."""
    if text in CONTRACTIONS:
        return CONTRACTIONS[text]
    return (text.removesuffix("'s"),)


def reading(shape: Shape, commands: Iterable[Command], doubts: Iterable[str] = ()) -> Reading:
    """What to make of commands: done where nothing is in doubt, else offered with the reasons."""
    several = tuple(dict.fromkeys(commands))[:MOST_OFFERS]
    changes = any(_changes(command) for command in several)
    reasons = [*(shape.doubts if changes else ()), *filter(None, doubts)]
    if changes and shape.said.is_taken_back:
        reasons.append(REFUSED)
    if changes and shape.said.is_question:
        reasons.append(ASKED)
    if len(several) > 1 and not reasons:
        reasons.append(ONE_AT_A_TIME)
    if not reasons:
        return Understood(several[0])
    return Guess(several, " ".join(dict.fromkeys(reasons)))


def _changes(command: Command) -> bool:
    return command.needs is not Role.VIEWER and not isinstance(command, ListUndelivered)


def subjects(slot: Slot) -> tuple[str, ...]:
    """The datasets or tables that a slot means, a table in all of its layers by its bare name."""
    named = tuple(f"{layer}.{table}" if layer else table for layer, table in slot.names)
    return named or (slot.typed,)
