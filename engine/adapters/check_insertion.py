"""Puts checks into the text of a YAML file; every other character stays what it was."""

from collections.abc import Iterator, Sequence
from io import StringIO

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_INDENT = 2


def extended(text: str, checks: Sequence[str], key: str = "checks") -> str:
    """The text of a table's or model's file with these checks after those under the key.

    Only a list in brackets is written anew, one check a line, by ruamel.yaml's round trip.
    """
    root = YAML(typ="rt", pure=True).compose(text)
    if root is None:
        return _appended(text, checks, key, 0)
    if not isinstance(root, MappingNode) or root.flow_style:
        return _rewritten(text, checks, key)
    found = next((pair for pair in root.value if pair[0].value == key), None)
    if found is None:
        return _appended(text, checks, key, root.start_mark.column)
    listed = found[1]
    if isinstance(listed, SequenceNode) and listed.value and not listed.flow_style:
        indent = _indent_of(text, listed.value[0])
        return _inserted(text, _end_of(text, listed.value[-1], indent), checks, indent)
    return _rewritten(text, checks, key)


def _indent_of(text: str, item: Node) -> int:
    """Where the dash of an item stands in its line."""
    start = int(item.start_mark.index)
    line = text.rfind("\n", 0, start) + 1
    return max(text.rfind("-", line, start) - line, 0)


def _appended(text: str, checks: Sequence[str], key: str, indent: int) -> str:
    """The list as a new last key."""
    newline = _newline(text)
    begin = text if not text or text.endswith("\n") else text + newline
    head = f"{' ' * indent}{key}:{newline}"
    return begin + head + "".join(_items(checks, indent + _INDENT, newline))


def _inserted(text: str, after: int, checks: Sequence[str], indent: int) -> str:
    """The checks on lines of their own, below the line that holds a place."""
    newline = _newline(text)
    end = text.find("\n", after) + 1
    if not end:
        return text + newline + "".join(_items(checks, indent, newline))
    return text[:end] + "".join(_items(checks, indent, newline)) + text[end:]


def _items(checks: Sequence[str], indent: int, newline: str) -> Iterator[str]:
    for check in checks:
        for number, line in enumerate(check.splitlines()):
            yield " " * indent + ("  " if number else "- ") + line + newline


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _end_of(text: str, item: Node, indent: int) -> int:
    """The last character of an item; what ruamel takes for its end may be that of a comment."""
    while isinstance(item, (MappingNode, SequenceNode)) and not item.flow_style and item.value:
        last = item.value[-1]
        item = (last[1] if last[1].value else last[0]) if isinstance(last, tuple) else last
    end = int(item.end_mark.index)
    is_block = isinstance(item, ScalarNode) and item.style in ("|", ">")
    return _before_comments(text, end, indent) if is_block else end - 1


def _before_comments(text: str, end: int, indent: int) -> int:
    """The end of a text block: blank lines and comments less indented belong to what follows."""
    lines = text[:end].splitlines(keepends=True)
    while lines and (not lines[-1].strip() or _is_comment(lines[-1], indent)):
        end -= len(lines.pop())
    return end - 1


def _is_comment(line: str, indent: int) -> bool:
    return line.lstrip().startswith("#") and len(line) - len(line.lstrip()) <= indent


def _rewritten(text: str, checks: Sequence[str], key: str) -> str:
    """By ruamel.yaml, which keeps comments, order and quotes, and may break lines elsewhere."""
    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = 10_000
    yaml.indent(mapping=_INDENT, sequence=2 * _INDENT, offset=_INDENT)
    tree = yaml.load(text)
    if not isinstance(tree, CommentedMap):
        return text
    listed = tree.get(key)
    items = CommentedSeq([*(listed or ()), *(yaml.load(check) for check in checks)])
    items.fa.set_block_style()
    tree.fa.set_block_style()
    tree[key] = items
    out = StringIO()
    yaml.dump(tree, out)
    return out.getvalue()
