"""A sentence as it was read, with what is needed to talk about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from skills.language.items import Item, Kind
from skills.language.lexicon import CONNECTIVES
from skills.language.vocabulary import Vocabulary

_QUIET = (Kind.NOISE, Kind.ASKING)


@dataclass(frozen=True, slots=True)
class Said:
    """The tidied text, its items and the names that exist."""

    text: str
    items: tuple[Item, ...]
    vocabulary: Vocabulary

    @property
    def meaningful(self) -> tuple[Item, ...]:
        """The items that are not mere politeness."""
        return tuple(item for item in self.items if item.kind not in _QUIET)

    @property
    def asks_politely(self) -> bool:
        """Whether a «could you» makes a request of the question."""
        return any(item.kind is Kind.ASKING for item in self.items)

    @property
    def is_question(self) -> bool:
        """Whether the text ends as a question that is no request."""
        return "?" in self.text and not self.asks_politely

    def values(self, kind: Kind) -> tuple[str, ...]:
        """The values of one kind of slot, each once."""
        return tuple(dict.fromkeys(item.value for item in self.items if item.kind is kind))

    @property
    def unexplained(self) -> tuple[Item, ...]:
        """The items that name nothing."""
        names = (Kind.RUN, Kind.PIPELINE, Kind.TABLE)
        return tuple(
            item
            for item in self.meaningful
            if item.kind not in names and item.value not in CONNECTIVES
        )

    def typed(self, item: Item) -> str:
        """An item as it was typed."""
        return self.text[item.start : item.end]

    def typed_together(self, items: Sequence[Item]) -> str:
        """Items as they were typed, neighbours as one stretch, stretches between commas."""
        wanted = {id(item) for item in items}
        stretches: list[tuple[int, int]] = []
        is_open = False
        for item in self.items:
            if id(item) in wanted:
                start = stretches.pop()[0] if is_open else item.start
                stretches.append((start, item.end))
            is_open = bool(stretches) and (id(item) in wanted or (is_open and item.kind in _QUIET))
        return ", ".join(" ".join(self.text[start:end].split()) for start, end in stretches)
