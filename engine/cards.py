"""The neutral message card that every chat platform renders in its own way."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from pydantic import TypeAdapter


class CardKind(StrEnum):
    """What a card is for."""

    REPLY = "reply"
    ALERT = "alert"
    DIGEST = "digest"
    PROGRESS = "progress"


class Severity(StrEnum):
    """How much a card wants to be read."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Fact:
    """One name with its value."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class CardTable:
    """Rows of text; each row has a cell for each column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


MOST_POINTS = 60
MOST_SERIES = 4


class ChartKind(StrEnum):
    """How the values of a chart are drawn."""

    LINE = "line"
    BAR = "bar"


@dataclass(frozen=True, slots=True)
class Series:
    """A name and one value for each label of its chart; None where nothing is known."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A few rows of numbers over the same labels, small enough to be read in a chat."""

    kind: ChartKind
    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]

    def __post_init__(self) -> None:
        for count, most, what in (
            (len(self.labels), MOST_POINTS, "points"),
            (len(self.series), MOST_SERIES, "series"),
        ):
            if not 1 <= count <= most:
                message = f"a chart has 1 to {most} {what}, not {count}"
                raise ValueError(message)
        for each in self.series:
            _require_drawable(each, len(self.labels))


def _require_drawable(series: Series, points: int) -> None:
    if len(series.values) != points:
        message = f"a series of {len(series.values)} values does not fit {points} labels"
        raise ValueError(message)
    if not all(value is None or isfinite(value) for value in series.values):
        message = "a chart has no place for what is no finite number"
        raise ValueError(message)


MOST_NODES = 40


@dataclass(frozen=True, slots=True)
class DiagramNode:
    """A thing in a diagram; those of one level stand below each other."""

    id: str
    label: str
    kind: str
    """What it is: a layer such as `gold`, `foreign`, or a consumer such as `dashboard`."""
    level: int
    mark: str = ""
    """What is special about it: `this` is what was asked for."""
    row: int = 0
    """Its place among those of its level, from the top; of equal ones the first is above."""


@dataclass(frozen=True, slots=True)
class DiagramEdge:
    """An arrow between two nodes, by their ids; it may lead back where there is a cycle."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """What feeds what, from left to right, small enough to be read in a chat."""

    title: str
    nodes: tuple[DiagramNode, ...]
    edges: tuple[DiagramEdge, ...] = ()
    left_out: int = 0
    """How many more nodes there are."""

    def __post_init__(self) -> None:
        ids = {each.id for each in self.nodes}
        if not 1 <= len(ids) == len(self.nodes) <= MOST_NODES:
            message = f"a diagram has 1 to {MOST_NODES} nodes, each once, not {len(self.nodes)}"
            raise ValueError(message)
        if not all(edge.source in ids and edge.target in ids for edge in self.edges):
            message = "an edge of a diagram leads from a node to a node"
            raise ValueError(message)


class ButtonStyle(StrEnum):
    """How a button looks."""

    DEFAULT = "default"
    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Button:
    """A click that stands for a sentence: whatever can be clicked can also be typed."""

    label: str
    command: str
    style: ButtonStyle = ButtonStyle.DEFAULT
    confirm: str | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody to call: a name for all who read, and the ids by which platforms call them."""

    name: str
    slack: str = ""
    teams: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A message without a platform; fallback_text is what a notification shows."""

    kind: CardKind
    severity: Severity
    title: str
    text: str = ""
    facts: tuple[Fact, ...] = ()
    table: CardTable | None = None
    chart: Chart | None = None
    picture: Diagram | None = None
    buttons: tuple[Button, ...] = ()
    thread: str | None = None
    fallback_text: str = ""
    mentions: tuple[Mention, ...] = ()
    """Who is called where the platform knows them; their names stand in the text as well."""

    def __post_init__(self) -> None:
        if not self.fallback_text:
            fallback = "\n".join(part for part in (self.title, self.text) if part)
            object.__setattr__(self, "fallback_text", fallback)


_ADAPTER = TypeAdapter(Card)


def to_json(card: Card) -> str:
    """The card in the JSON form that programs rely on."""
    return _ADAPTER.dump_json(card).decode()


def from_json(text: str | bytes) -> Card:
    """Read a card that `to_json` wrote."""
    return _ADAPTER.validate_json(text)


def facts(**values: object) -> tuple[Fact, ...]:
    """Facts from keywords: `rows_in=5210` reads «Rows in: 5,210»; None is left out."""
    return tuple(
        Fact(name.replace("_", " ").capitalize(), readable(value))
        for name, value in values.items()
        if value is not None
    )


def readable(value: object) -> str:
    """A value as people write it: thousands separated, seconds with one decimal."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.1f}"
        case _:
            return str(value)


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """«1 row», «2,310 rows»."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
