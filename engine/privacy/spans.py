"""Where in a text something personal stands."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A piece of a text, in characters, that holds an entity; never the text itself."""

    start: int
    end: int
    entity: str
    score: float

    def overlaps(self, other: "Span") -> bool:
        """Whether both hold a character in common."""
        return self.start < other.end and other.start < self.end
