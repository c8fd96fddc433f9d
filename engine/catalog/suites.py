"""Files of checks for many datasets: `checks for …`, `for each dataset …` and `filter … [part]`."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.catalog.mistakes import Finding, meant
from engine.catalog.model import Check, DatasetName, Layer, Model, Table
from engine.catalog.yaml_file import YamlFile, as_text
from engine.sodacl.mistakes import Mistake
from engine.sodacl.parts import Part
from engine.sodacl.vocabulary import FAIL_CONDITION, left_out
from engine.sodacl.written_sql import expression

_CHECKS = re.compile(r"checks for (?P<name>[\w.]+)(?: \[(?P<part>[^\]]+)\])?")
_FILTER = re.compile(r"filter (?P<name>[\w.]+) \[(?P<part>[^\]]+)\]")
_EACH = re.compile(r"for each (?:dataset|table) \w+")
_KNOWN = "checks for DATASET, checks for DATASET [PART], filter DATASET [PART], for each dataset D"

Step = int | str
Path = tuple[Step, ...]
Filters = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Suite:
    """What one file declares, and what is wrong in it."""

    checks: tuple[tuple[DatasetName, Check], ...]
    mistakes: tuple[Finding, ...]


class _Wrong(Exception):  # caught where the next section is read
    def __init__(self, problem: str, *path: Step) -> None:
        super().__init__(problem)
        self.problem, self.path = problem, path


def suite_of(file: YamlFile, known: Sequence[DatasetName], unread: Collection[str]) -> Suite:
    """The checks of a file with the dataset of each; a name without a layer is one of silver."""
    reader = _Reader(file, known, unread)
    checks, mistakes = list[tuple[DatasetName, Check]](), list[Finding]()
    try:
        sections = _mapping(file.tree, "write sections such as «checks for silver.orders:»")
        filters = _filters(sections)
    except _Wrong as wrong:
        return Suite((), ((file.name, wrong.problem, wrong.path),))
    for header, content in sections.items():
        try:
            checks.extend(reader.section(header, content, filters))
        except _Wrong as wrong:
            mistakes.append((file.name, wrong.problem, wrong.path))
    return Suite(tuple(checks), tuple(mistakes))


def with_suite_checks(
    tables: Sequence[Table],
    models: Sequence[Model],
    declared: Sequence[tuple[DatasetName, Check]],
) -> tuple[tuple[Table, ...], tuple[Model, ...]]:
    """The tables and models with these checks before their own; what is said twice is one check."""

    def of(dataset: DatasetName, own: tuple[Check, ...]) -> tuple[Check, ...]:
        said = {each.text for each in own}
        given = {each.text: each for name, each in declared if name == dataset}
        return (*(each for text, each in given.items() if text not in said), *own)

    return (
        tuple(
            replace(
                each,
                checks=of(each.silver, each.checks),
                bronze_checks=of(each.bronze, each.bronze_checks),
            )
            for each in tables
        ),
        tuple(replace(each, checks=of(each.gold, each.checks)) for each in models),
    )


def _mapping(node: object, problem: str, *path: Step) -> Mapping[str, object]:
    if not isinstance(node, Mapping):
        raise _Wrong(problem, *path)
    return {str(key): value for key, value in node.items()}


def _filters(sections: Mapping[str, object]) -> Filters:
    found: dict[tuple[str, str], str] = {}
    for header, content in sections.items():
        match = _FILTER.fullmatch(header)
        if match is not None:
            where = _mapping(content, "write «where:» with a condition", header).get("where")
            found[match["name"], match["part"]] = _condition(where, header)
    return found


def _condition(where: object, header: str) -> str:
    try:
        return expression(Part(where, path=("where",)))
    except Mistake as mistake:
        raise _Wrong(mistake.message, header, "where") from None


@dataclass(frozen=True, slots=True)
class _Reader:
    """What the sections of one file may speak of."""

    file: YamlFile
    known: Sequence[DatasetName]
    unread: Collection[str]

    def section(
        self, header: str, content: object, filters: Filters
    ) -> Iterator[tuple[DatasetName, Check]]:
        """The checks under one header; raises _Wrong."""
        checks_for, each = _CHECKS.fullmatch(header), _EACH.fullmatch(header)
        if checks_for is not None:
            yield from self._of_one(header, checks_for, content, filters)
        elif each is not None:
            yield from self._of_each(header, content)
        elif _FILTER.fullmatch(header) is None:
            form = left_out(header)
            known = form is not None and form[0] not in {"checks for", "filter", "for each dataset"}
            raise _Wrong(form[1] if form and known else f"write one of: {_KNOWN}", header)

    def _of_one(
        self, header: str, match: re.Match[str], content: object, filters: Filters
    ) -> Iterator[tuple[DatasetName, Check]]:
        name, part = match["name"], match["part"]
        where = filters.get((name, part)) if part else None
        if part and where is None:
            named = [each for of, each in filters if of == name]
            raise _Wrong(f"there is no «filter {name} [{part}]:»{meant(part, named)}", header)
        found = tuple(self._fitting(name, header))
        for check in self._checks(content, (header,), where, part):
            yield from ((dataset, check) for dataset in found)

    def _of_each(self, header: str, content: object) -> Iterator[tuple[DatasetName, Check]]:
        settings = _mapping(content, "write «datasets:» and «checks:» under it", header)
        for key in settings:
            if key not in {"datasets", "checks"}:
                raise _Wrong(f"«for each dataset» has no setting {key!r}", header, key)
        found = self._chosen(header, settings.get("datasets"))
        for check in self._checks(settings.get("checks"), (header, "checks")):
            yield from ((dataset, check) for dataset in found)

    def _chosen(self, header: str, patterns: object) -> tuple[DatasetName, ...]:
        """Those that are included and not excluded; without any inclusion all of silver."""
        if not isinstance(patterns, list) or not all(isinstance(each, str) for each in patterns):
            raise _Wrong("write «datasets:» with a list of names, % for any letters", header)
        included, excluded = list[DatasetName](), set[DatasetName]()
        for index, written in enumerate(patterns):
            name = written.removeprefix("include ").removeprefix("exclude ").strip()
            if written.startswith("exclude "):
                excluded.update(self._like(name))
            else:
                included.extend(self._fitting(name, header, "datasets", index))
        if all(written.startswith("exclude ") for written in patterns):
            included.extend(self._like("%"))
        chosen = tuple(each for each in dict.fromkeys(included) if each not in excluded)
        if not chosen and not self.unread:
            raise _Wrong("no dataset is left: these checks would never run", header, "datasets")
        return chosen

    def _fitting(self, pattern: str, *path: Step) -> Iterator[DatasetName]:
        """The datasets that a pattern means; raises _Wrong where there is none."""
        found = tuple(self._like(pattern))
        if not found and not self._may_be_unread(pattern):
            names = [str(each) for each in self.known]
            wanted = pattern if "." in pattern else f"{Layer.SILVER}.{pattern}"
            raise _Wrong(f"there is no dataset {wanted}{meant(wanted, names)}", *path)
        yield from found

    def _may_be_unread(self, pattern: str) -> bool:
        table = pattern.rpartition(".")[2]
        return table in self.unread or ("%" in table and bool(self.unread))

    def _like(self, pattern: str) -> Iterator[DatasetName]:
        wanted = pattern if "." in pattern else f"{Layer.SILVER}.{pattern}"
        regex = ".*".join(re.escape(part) for part in wanted.split("%"))
        return (each for each in self.known if re.fullmatch(regex, str(each)))

    def _checks(
        self, content: object, path: Path, where: str | None = None, part: str = ""
    ) -> Iterator[Check]:
        if not isinstance(content, list) or not content:
            raise _Wrong("there must be a list of checks here", *path)
        for index, document in enumerate(content):
            place = (*path, index)
            if not isinstance(document, str) and not (
                isinstance(document, Mapping) and len(document) == 1
            ):
                raise _Wrong("a check is one line such as «row_count > 0»", *place)
            said = document if where is None else _limited(document, where, part, place)
            yield Check(as_text(said), self.file.line_of(place), self.file.name, place)


def _limited(
    document: str | Mapping[object, object], where: str, part: str, place: Path
) -> dict[str, dict[str, object]]:
    """A check of some rows only; raises _Wrong for one that takes no filter."""
    (line, given), *_ = [(document, {})] if isinstance(document, str) else document.items()
    line = str(line)
    settings = _mapping(given or {}, "there must be settings here", *place)
    own_sql = next((key for key in settings if key.endswith(" query")), None)
    if own_sql is not None or line == "group by":
        problem = f"«{own_sql or line}» can't be limited to [{part}]: write the condition into it"
        raise _Wrong(problem, *place)
    if line == "schema":
        # all rows have the same columns
        return {line: {"name": f"{line} [{part}]", **settings}}
    key = FAIL_CONDITION if line == "failed rows" else "filter"
    own = settings.get(key)
    both = where if own is None else f"({own}\n) AND ({where}\n)"
    return {line: {"name": f"{line} [{part}]", **settings, key: both}}
