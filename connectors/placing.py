"""Where the boxes and arrows of a diagram stand in a picture of bounded size, in points."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from engine.cards import Diagram, DiagramNode

BOX_WIDTH, BOX_HEIGHT = 160, 44
BETWEEN_COLUMNS, BETWEEN_ROWS = 34, 14
EDGE = 16
FOOT = 18
"""Room for each line below the boxes."""

MOST_COLUMNS, MOST_ROWS = 8, 12
"""What is wider or taller can't be read in a chat."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Box:
    """A node with its upper left corner."""

    node: DiagramNode
    column: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """From the right side of a box to the left side of another."""

    source: Box
    target: Box

    @property
    def leads_back(self) -> bool:
        """Whether it closes a cycle."""
        return self.target.column <= self.source.column


@dataclass(frozen=True, slots=True)
class Picture:
    """All that is drawn, and how many nodes are not."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    width: int
    height: int
    left_out: int = 0


def placed(diagram: Diagram) -> Picture:
    """Each level a column and each row below the one before; what is near the marked node stays."""
    columns = _columns(diagram.nodes)
    tallest = max(map(len, columns))
    boxes = tuple(
        Box(node, number, _x(number), _y(row, len(column), tallest))
        for number, column in enumerate(columns)
        for row, node in enumerate(column)
    )
    return Picture(
        boxes,
        tuple(_arrows(diagram, {each.node.id: each for each in boxes})),
        _x(len(columns)) - BETWEEN_COLUMNS + EDGE,
        _y(tallest, tallest, tallest) - BETWEEN_ROWS + EDGE,
        diagram.left_out + len(diagram.nodes) - len(boxes),
    )


def _columns(nodes: Sequence[DiagramNode]) -> Sequence[Sequence[DiagramNode]]:
    levels = sorted({each.level for each in nodes})
    middle = next((each for each in nodes if each.mark), nodes[0])
    kept = _window(levels, levels.index(middle.level), MOST_COLUMNS)
    columns = [
        sorted((each for each in nodes if each.level == level), key=lambda node: node.row)
        for level in kept
    ]
    return [_near(column, middle) for column in columns]


def _near(column: Sequence[DiagramNode], middle: DiagramNode) -> Sequence[DiagramNode]:
    place = column.index(middle) if middle in column else len(column) // 2
    return _window(column, place, MOST_ROWS)


def _window(things: Sequence[T], around: int, most: int) -> Sequence[T]:
    """So many of them, with the one in the middle as far as there are others on both sides."""
    begin = max(0, min(around - most // 2, len(things) - most))
    return things[begin : begin + most]


def _x(column: int) -> int:
    return EDGE + column * (BOX_WIDTH + BETWEEN_COLUMNS)


def _y(row: int, of: int, tallest: int) -> int:
    step = BOX_HEIGHT + BETWEEN_ROWS
    return EDGE + (tallest - of) * step // 2 + row * step


def _arrows(diagram: Diagram, boxes: Mapping[str, Box]) -> Iterator[Arrow]:
    for edge in diagram.edges:
        if edge.source in boxes and edge.target in boxes:
            yield Arrow(boxes[edge.source], boxes[edge.target])
