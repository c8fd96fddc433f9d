"""Changes a value in the text of a YAML file; every other character stays what it was."""

from collections.abc import Iterator, Sequence

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

INDENT = 2


class NotPlain(Exception):
    """The file is written in a way in which nothing can be put in safely."""


def node_at(text: str, path: Sequence[str]) -> Node | None:
    """What stands under these keys."""
    node = _root(text)
    for key in path:
        pair = _pair(node, key)
        if pair is None:
            return None
        node = pair[1]
    return node


def keys_of(node: Node | None) -> list[str] | None:
    """The keys of a mapping that is written line by line; None where it is none."""
    if not isinstance(node, MappingNode) or node.flow_style:
        return None
    return [str(key.value) for key, _ in node.value]


def with_value(text: str, path: Sequence[str], value: str) -> str:
    """The text with a value under these keys, in place of one that is there."""
    node = _root(text)
    if node is None:
        return _ended(text) + "".join(_lines(path, value, 0, _newline(text)))
    for depth, key in enumerate(path):
        if not isinstance(node, MappingNode):
            raise NotPlain
        pair = _pair(node, key)
        if pair is None:
            return _added(text, node, path[depth:], value)
        if _is_nothing(pair[1]):
            return _filled(text, node, pair[0], path[depth + 1 :], value)
        node = pair[1]
    return _replaced(text, node, value)


def without(text: str, path: Sequence[str]) -> str:
    """The text without the lines of that key and its value."""
    node = node_at(text, path[:-1])
    pair = _pair(node, path[-1])
    if pair is None:
        return text
    start = text.rfind("\n", 0, int(pair[0].start_mark.index)) + 1
    if text[start : pair[0].start_mark.index].strip():
        raise NotPlain
    return text[:start] + text[_line_end(text, _end(text, *pair)) :]


def _root(text: str) -> Node | None:
    root = YAML(typ="rt", pure=True).compose(text)
    if root is not None and not isinstance(root, MappingNode):
        raise NotPlain
    return root


def _pair(node: Node | None, key: str) -> tuple[Node, Node] | None:
    if not isinstance(node, MappingNode):
        return None
    return next((pair for pair in node.value if pair[0].value == key), None)


def _is_nothing(node: Node) -> bool:
    return isinstance(node, ScalarNode) and not node.value and node.style is None


def _lines(path: Sequence[str], value: str, indent: int, newline: str) -> Iterator[str]:
    """The keys below each other, the value behind the last one."""
    *outer, last = path
    for key in outer:
        yield f"{' ' * indent}{key_text(key)}:{newline}"
        indent += INDENT
    yield f"{' ' * indent}{key_text(last)}: {value}{newline}"


def _flow(path: Sequence[str], value: str) -> str:
    *outer, last = path
    inner = f"{key_text(last)}: {value}"
    for key in reversed(outer):
        inner = f"{key_text(key)}: {{{inner}}}"
    return inner


def _added(text: str, node: MappingNode, path: Sequence[str], value: str) -> str:
    """The text with new keys at the end of a mapping."""
    if node.flow_style:
        close = int(node.end_mark.index) - 1
        comma = ", " if node.value else ""
        return text[:close].rstrip() + comma + _flow(path, value) + text[close:]
    end = _line_end(text, _end(text, *node.value[-1]))
    before = _ended(text[:end])
    return (
        before + "".join(_lines(path, value, node.start_mark.column, _newline(text))) + text[end:]
    )


def _filled(text: str, node: MappingNode, key: Node, path: Sequence[str], value: str) -> str:
    """The text with a value, or with keys of their own, behind a key that has none."""
    colon = text.index(":", int(key.end_mark.index)) + 1
    if not path:
        return f"{text[:colon]} {value}{text[colon:]}"
    if node.flow_style:
        return f"{text[:colon]} {{{_flow(path, value)}}}{text[colon:]}"
    end = _line_end(text, colon)
    indent = int(key.start_mark.column) + INDENT
    return _ended(text[:end]) + "".join(_lines(path, value, indent, _newline(text))) + text[end:]


def _replaced(text: str, node: Node, value: str) -> str:
    if _is_block(node):
        raise NotPlain
    return text[: node.start_mark.index] + value + text[node.end_mark.index :]


def _is_block(node: Node) -> bool:
    """Whether it spreads over lines of its own, so that its end is not a character."""
    if isinstance(node, ScalarNode):
        return node.style in {"|", ">"}
    return isinstance(node, (MappingNode, SequenceNode)) and not node.flow_style


def _end(text: str, key: Node, value: Node) -> int:
    """The last character of a key with its value."""
    while isinstance(value, (MappingNode, SequenceNode)) and _is_block(value) and value.value:
        last = value.value[-1]
        key, value = last if isinstance(last, tuple) else (last, last)
    if _is_nothing(value):
        return text.index(":", int(key.end_mark.index)) if key is not value else _mark(value)
    if isinstance(value, ScalarNode) and value.style in {"|", ">"}:
        raise NotPlain
    return _mark(value) - 1


def _mark(node: Node) -> int:
    return int(node.end_mark.index)


def _line_end(text: str, index: int) -> int:
    """Where the line after the one of that character begins."""
    end = text.find("\n", index) + 1
    return end or len(text)


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + _newline(text)


def key_text(name: str) -> str:
    """A name as a key, in quotes where it would be read as something else."""
    plain = name.replace(" ", "_").isidentifier() and name not in {"null", "true", "false"}
    return name if plain else f'"{name}"'
