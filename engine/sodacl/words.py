"""The first line of a check word by word, and thresholds, written as Soda writes them."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from engine.sodacl.mistakes import Mistake
from engine.sodacl.parts import Part


class Kind(StrEnum):
    """What a word is."""

    QUOTED = "quoted"
    SPAN = "span"
    NUMBER = "number"
    NAME = "name"
    SIGN = "sign"


_WORD = re.compile(
    r"""\s*(?:
      (?P<quoted>"(?:[^"]|"")+")
    | (?P<span>(?:\d+[dhms])+(?!\w))
    | (?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?![\w.]))
    | (?P<name>[^\W\d][\w$]*(?:\.[^\W\d][\w$]*)*)
    | (?P<sign><=|>=|<>|!=|==|[<>=()\[\],%])
    )""",
    re.VERBOSE,
)
_UPPER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


@dataclass(frozen=True, slots=True)
class Word:
    """One word, and how it was written."""

    kind: Kind
    text: str


@dataclass(slots=True)
class Words:
    """The words of one line, taken from the left."""

    part: Part
    line: str
    words: tuple[Word, ...]
    taken: int = 0
    canonical: list[str] = field(default_factory=list)
    """The words that were taken with the spaces that Soda wants between them."""

    @classmethod
    def of(cls, part: Part, line: str) -> "Words":
        """Split a line; raises Mistake at a sign that SodaCL does not have."""
        found: list[Word] = []
        at = 0
        while line[at:].strip():
            match = _WORD.match(line, at)
            if match is None or match.lastgroup is None:
                rest = line[at:].split(maxsplit=1)[0]
                raise part.mistake(f"«{line}» can't be read from {rest!r} on", rest)
            found.append(Word(Kind(match.lastgroup), match[match.lastgroup]))
            at = match.end()
        return cls(part, line, tuple(found))

    @property
    def next(self) -> Word | None:
        """The word that comes next."""
        return self.words[self.taken] if self.taken < len(self.words) else None

    def take(self, kind: Kind, expected: str, space: str = " ") -> str:
        """The next word, which must be of that kind."""
        word = self.next
        if word is None or word.kind is not kind:
            raise self.mistake(expected)
        self._pass(space)
        return word.text

    def accept(self, *texts: str, space: str = " ") -> bool:
        """Whether these words come next; then they are taken."""
        coming = self.words[self.taken : self.taken + len(texts)]
        if tuple(word.text for word in coming) != texts:
            return False
        for _ in texts:
            self._pass(space)
        return True

    def accept_one(self, *texts: str, space: str = " ") -> str | None:
        """Whichever of these words comes next, taken."""
        return next((text for text in texts if self.accept(text, space=space)), None)

    def expect(self, *texts: str, space: str = " ") -> None:
        """Take these words; raises Mistake where others come."""
        if not self.accept(*texts, space=space):
            raise self.mistake(f"«{' '.join(texts)}»")

    def mistake(self, expected: str) -> Mistake:
        """Something else stood where this was expected."""
        word = self.next
        place = "at its end" if word is None else f"where {word.text!r} stands"
        message = f"«{self.line}» needs {expected} {place}"
        return self.part.mistake(message, word.text if word else None)

    def end(self) -> None:
        """Nothing may be left; then the spaces must be those that Soda wants, too."""
        if self.next is not None:
            message = f"«{self.line}» goes on with {self.next.text!r}, which SodaCL does not expect"
            raise self.part.mistake(message, self.next.text)
        canonical = "".join(self.canonical).strip()
        if _tight(canonical) != _tight(self.line):
            message = f"the spaces in «{self.line}» are not SodaCL; write «{canonical}»"
            raise self.part.mistake(message, self.line)

    def _pass(self, space: str) -> None:
        self.canonical.append(space + self.words[self.taken].text)
        self.taken += 1


def _tight(line: str) -> str:
    return line.replace(" %", "%")  # Soda takes both


def column(words: Words, space: str = "") -> str:
    """A column as PostgreSQL takes it: in small letters unless it is quoted."""
    word = words.next
    if word is not None and word.kind is Kind.QUOTED:
        return words.take(Kind.QUOTED, "", space)[1:-1].replace('""', '"')
    name = words.take(Kind.NAME, 'a column; other names than words need quotes: "…"', space)
    if "." in name:
        message = f"{name!r} is no column; write it in double quotes if it has a dot"
        raise words.part.mistake(message, name)
    return name.translate(_UPPER)


def columns(words: Words, space: str) -> tuple[str, ...]:
    """One column or several in round brackets."""
    words.expect("(", space=space)
    found = [column(words)]
    while words.accept(",", space=""):
        found.append(column(words, " "))
    words.expect(")", space="")
    return tuple(found)


def table(words: Words) -> str:
    """A table, perhaps with its layer: `customers`, `silver.customers`."""
    if words.next is not None and words.next.kind is Kind.QUOTED:
        return column(words, " ")
    return words.take(Kind.NAME, "a table").translate(_UPPER)
