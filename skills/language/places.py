"""Read which column of which table is meant: «email in customers», «silver.orders.note»."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from skills.language.names import names_of, nearest
from skills.language.vocabulary import LAYERS, Vocabulary, short_name
from skills.language.words import folded

_WORDS = r'(?:"(?:[^"]|"")+"|[^\s"]+(?: [^\s"]+){0,5}?)'
_PART_OF_PATH = r'(?:"(?:[^"]|"")+"|[^\s",.]+)'
_THE = r"(?:the )?(?:column |field |table |dataset )?"
PLACE = (
    rf"(?:(?P<path>(?:{_PART_OF_PATH}\.){{1,3}}{_PART_OF_PATH})"
    rf"|{_THE}(?P<column>{_WORDS})(?: column| field)? (?:in|of|from|on|for) {_THE}"
    rf"(?P<table>{_WORDS})(?: table)?)"
)
"""A column with its table, to be part of a pattern."""

TABLE = rf"{_THE}(?P<table>{_WORDS})(?: table)?"
COLUMN = rf"{_THE}(?P<column>{_WORDS})(?: column| field)?"

_PART = re.compile(r'"(?:[^"]|"")+"|[^\s".]+')
_LISTED = re.compile(r'"(?:[^"]|"")+"|[^",]+')
_SEVERAL = re.compile(r",|\band\b|\bor\b", re.IGNORECASE)
_NO_COLUMN = frozenset(
    ["it", "this", "that", "them", "these", "those", "everything", "all", "both", "nothing", "data"]
)
_FIGURES = re.compile(r"\d")
_PATH = re.compile(r"[@#]?[^\W_][\w.:@-]*")
MOST_TRIED = 4


@dataclass(frozen=True, slots=True)
class Named:
    """What a name may stand for, the likeliest first, and why that is not sure."""

    values: tuple[str, ...]
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """The columns and datasets that a text may mean, and why they are not sure."""

    columns: tuple[str, ...]
    datasets: tuple[str, ...]
    doubts: tuple[str, ...]

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Each dataset with each column."""
        return product(self.datasets, self.columns)


def place_in(found: re.Match[str], vocabulary: Vocabulary, usual: str) -> Places | None:
    """The column and table that PLACE found; None where it is a dataset without a column."""
    if found["path"] is None:
        return places(found["column"], found["table"], vocabulary, usual)
    *table, column = _PART.findall(found["path"])
    if not table or (len(table) == 1 and table[0].casefold() in LAYERS):
        return None
    return places(column, ".".join(table), vocabulary, usual)


def places(column: str, table: str, vocabulary: Vocabulary, usual: str) -> Places:
    """The columns and datasets that are meant by these words."""
    datasets = named_each(table, lambda one: dataset_named(one, vocabulary, usual))
    tables = {short_name(dataset) for dataset in datasets.values}
    columns = named_each(column, lambda one: column_named(one, vocabulary, tables))
    doubts = tuple(doubt for doubt in (columns.doubt, datasets.doubt) if doubt)
    return Places(columns.values, datasets.values, doubts)


def named_each(text: str, name: Callable[[str], Named]) -> Named:
    """What one name stands for, or each of several."""
    whole = name(text)
    pieces = [piece.strip() for piece in _SEVERAL.split(text)] if '"' not in text else [text]
    if len(pieces) == 1 or not whole.doubt:
        return whole
    each = tuple(name(piece) for piece in pieces[:MOST_TRIED] if piece)
    return Named(_once(value for one in each for value in one.values), "One at a time, please.")


def dataset_named(text: str, vocabulary: Vocabulary, usual: str) -> Named:
    """The dataset that is called so, in its layer or in the usual one."""
    words = folded(text)
    layer = words[0] if words[1:] and words[0] in LAYERS else None
    name = words[1:] if layer else words
    exact = next((each for each in vocabulary.short_names() if folded(each) == name), None)
    if exact is not None:
        found = vocabulary.dataset(exact, layer, usual)
        if found is not None:
            return Named((found,))
        others = vocabulary.datasets_of(exact)
        return Named(others, f"There is no dataset {layer}.{exact}.")
    near = names_of(vocabulary).near(name, any_length=True) if name else None
    tables = [each.value for each in near.names if not each.is_pipeline] if near else []
    datasets = _once(vocabulary.dataset(each, layer, usual) or f"{usual}.{each}" for each in tables)
    if datasets:
        return Named(datasets, f"There is no table {text}. Did you mean {' or '.join(datasets)}?")
    is_one = len(text.split()) == 1
    return Named((unquoted(text),), "" if is_one else f"Not understood: {text}.")


def column_named(text: str, vocabulary: Vocabulary, tables: Iterable[str]) -> Named:
    """The column that is called so; one that no table declares may exist all the same."""
    own = tuple(name for table, name in vocabulary.columns_in if table in tables)
    if text.startswith('"'):
        return Named((unquoted(text),))
    for known in (own, vocabulary.columns):
        alike = _once(each for each in known if text == each)
        alike = alike or _once(each for each in known if folded(each) == folded(text))
        if alike:
            return Named(alike, "" if len(alike) == 1 else "One at a time, please.")
    return _unknown_column(text, own or vocabulary.columns)


def _unknown_column(text: str, known: tuple[str, ...]) -> Named:
    is_one = len(text.split()) == 1
    near = _once(each for each, _ in nearest("_".join(folded(text)), known))
    if near:
        doubt = f"No table declares a column {text}. Did you mean {' or '.join(near)}?"
        return Named((*near, text) if is_one and not _is_slip(text, near[0]) else near, doubt)
    if not is_one or text.casefold() in _NO_COLUMN:
        return Named(known[:MOST_TRIED] or (text,), f"Not understood: {text}. Which column?")
    return Named((text,))


def _is_slip(typed: str, meant: str) -> bool:
    """Whether the letters were mixed up; `phone2` or `email_old` may be columns of their own."""
    is_longer = typed.casefold().startswith(meant) or meant.startswith(typed.casefold())
    return not is_longer and _FIGURES.findall(typed) == _FIGURES.findall(meant)


def quoted(name: str) -> str:
    """A name as it stands in a sentence: between quotes where it is not one plain word."""
    if re.fullmatch(r"[^\W_][\w$-]*|_[\w$-]*", name):
        return name
    return '"' + name.replace('"', '""') + '"'


def quoted_path(name: str) -> str:
    """A dataset, a table, a person or a channel as it stands in a sentence."""
    return name if _PATH.fullmatch(name) else quoted(name)


def listed(names: Iterable[str]) -> str:
    """Names side by side, as one word of a sentence."""
    return ",".join(map(quoted, names))


def names_listed(text: str) -> tuple[str, ...]:
    """The names that stand side by side."""
    return tuple(unquoted(name) for name in _LISTED.findall(text))


def unquoted(text: str) -> str:
    """The name that stands in a sentence, without its quotes."""
    is_quoted = len(text) > 2 and text.startswith('"') and text.endswith('"')  # noqa: PLR2004  # both quotes
    return text[1:-1].replace('""', '"') if is_quoted else text


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
