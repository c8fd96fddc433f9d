"""Reads a project folder into a Project, or tells every mistake in it with file and line."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from graphlib import CycleError
from pathlib import Path

from engine.catalog.documents import (
    CheckDocument,
    ExposuresDocument,
    FileSourceDocument,
    LoadDocument,
    ModelDocument,
    PostgresSourceDocument,
    ProjectDocument,
    RetentionDocument,
    TableDocument,
)
from engine.catalog.model import (
    NAME,
    Check,
    Column,
    DatasetName,
    Exposure,
    FileFormat,
    FileSource,
    Load,
    Model,
    Owner,
    Pipeline,
    PostgresSource,
    PrivacyPolicy,
    Project,
    Retention,
    Routes,
    Source,
    Table,
    in_dependency_order,
)
from engine.catalog.policy import PRIVACY_FILE
from engine.catalog.policy_documents import PolicyDocument
from engine.catalog.policy_reading import PolicySources, governed, policy_of, said_twice
from engine.catalog.routing import ROUTES_FILE, Routing
from engine.catalog.routing_documents import RoutingDocument
from engine.catalog.routing_reading import routing_of
from engine.catalog.routing_rules import routing_mistakes, time_mistakes
from engine.catalog.rules import EXPOSURES_FILE, mistakes_between
from engine.catalog.sql_model import NotAModel, datasets_read
from engine.catalog.suites import suite_of, with_suite_checks
from engine.catalog.yaml_file import D, YamlFile, as_text, parse, read_text, read_yaml
from engine.errors import Mistake, ProjectError


@dataclass(slots=True)
class Reading:
    """What was read of a folder so far: the files by name, and the mistakes found."""

    folder: Path
    files: dict[str, YamlFile] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def document(self, path: Path, shape: type[D]) -> D | None:
        """The file as a document, or None after its mistakes were noted."""
        name = str(path.relative_to(self.folder))
        file = read_yaml(path, name)
        if isinstance(file, Mistake):
            self.mistakes.append(file)
            return None
        self.files[name] = file
        document = parse(file, shape)
        if isinstance(document, tuple):
            self.mistakes.extend(document)
            return None
        return document

    def note(self, file: str, problem: str, *path: int | str) -> None:
        """Note a mistake at a path of a file, or at a line of one that is no YAML."""
        read = self.files.get(file)
        line = path[0] if len(path) == 1 and isinstance(path[0], int) else None
        self.mistakes.append(read.mistake(problem, *path) if read else Mistake(file, line, problem))

    def named(self, folder: str, *endings: str) -> Iterator[Path]:
        """The files of a sub-folder by name; one whose name can't name a dataset is a mistake."""
        for path in sorted((self.folder / folder).glob("*")):
            if path.suffix not in endings:
                continue
            if NAME.fullmatch(path.stem):
                yield path
            else:
                rule = "lower-case letters, digits and _, at most 40, a letter first"
                self.note(f"{folder}/{path.name}", f"a file name here is a dataset name: {rule}")


_CAN_BE_WITHOUT = frozenset(
    name for each in (ROUTES_FILE, EXPOSURES_FILE) for name in (each, f"{Path(each).stem}.yml")
)
"""Files without which a project stands: alerts go to the channels of atlas.yaml then."""


def read_project(folder: Path) -> Project:
    """Read a project folder; raises ProjectError with all mistakes."""
    project = read_what_stands(folder)
    if project.set_aside:
        raise ProjectError(str(folder), project.set_aside)
    return project


def read_what_stands(folder: Path) -> Project:
    """The same, with routes.yaml and exposures.yaml set aside where there are mistakes in them.

    So nobody is left without a bot over a word in one of them. Raises ProjectError for any other.
    """
    reading = Reading(folder)
    if not folder.is_dir():
        raise ProjectError(str(folder), [Mistake(str(folder), None, "there is no such folder")])
    if not (folder / "atlas.yaml").is_file():
        raise ProjectError(str(folder), [Mistake("atlas.yaml", None, "the file is missing")])
    head = reading.document(folder / "atlas.yaml", ProjectDocument)
    rules = _privacy_rules(reading)
    tables = tuple(_tables(reading))
    models = _ordered(reading, tuple(_models(reading)))
    tables, models = _with_suites(reading, tables, models)
    project = None
    if head is not None:
        sources = PolicySources(head.privacy, rules, reading.files)
        for file, problem, path in said_twice(sources, tables):
            reading.note(file, problem, *path)
        project = replace(
            _project(head, sources, tables, models, folder),
            routing=_routing(reading),
            exposures=_exposures(reading),
        )
    if project is not None:
        # one mistake of a check for many datasets is told once
        for file, problem, path in dict.fromkeys(mistakes_between(project, _unread(reading))):
            reading.note(file, problem, *path)
    if project is None or any(each.file not in _CAN_BE_WITHOUT for each in reading.mistakes):
        raise ProjectError(str(folder), reading.mistakes)
    return _without(project, reading.mistakes)


def _without(project: Project, mistakes: Sequence[Mistake]) -> Project:
    """The project without what those files say that have mistakes."""
    wrong = {Path(each.file).stem for each in mistakes}
    return replace(
        project,
        routing=Routing() if Path(ROUTES_FILE).stem in wrong else project.routing,
        exposures=() if Path(EXPOSURES_FILE).stem in wrong else project.exposures,
        set_aside=tuple(mistakes),
    )


def read_routing(project: Project) -> Routing | tuple[Mistake, ...]:
    """routes.yaml as it is now, for a project that was read before; or every mistake in it."""
    reading = Reading(project.folder)
    now = replace(project, routing=_routing(reading))
    if not reading.mistakes:
        for file, problem, path in routing_mistakes(now, ()):
            reading.note(file, problem, *path)
    return tuple(reading.mistakes) or now.routing


def _unread(reading: Reading) -> set[str]:
    """The tables and models that are there, and could not be read."""
    files = (Path(each.file) for each in reading.mistakes)
    return {each.stem for each in files if each.parent.name in {"tables", "models"}}


def _with_suites(
    reading: Reading, tables: tuple[Table, ...], models: tuple[Model, ...]
) -> tuple[tuple[Table, ...], tuple[Model, ...]]:
    """The same with what `checks.yaml` and the files of `checks/` declare for them."""
    silver = [name for each in tables for name in (each.bronze, each.silver)]
    known, unread = (*silver, *(each.gold for each in models)), _unread(reading)
    declared: list[tuple[DatasetName, Check]] = []
    for path in _suite_files(reading.folder):
        name = str(path.relative_to(reading.folder))
        file = read_yaml(path, name)
        if isinstance(file, Mistake):
            reading.mistakes.append(file)
            continue
        reading.files[name] = file
        suite = suite_of(file, known, unread)
        declared.extend(suite.checks)
        for where, problem, keys in suite.mistakes:
            reading.note(where, problem, *keys)
    return with_suite_checks(tables, models, declared)


def _suite_files(folder: Path) -> Iterator[Path]:
    both = [folder / f"checks.{ending}" for ending in ("yaml", "yml")]
    yield from (path for path in both if path.is_file())
    for path in sorted((folder / "checks").glob("*")):
        if path.suffix in {".yaml", ".yml"}:
            yield path


def _privacy_rules(reading: Reading) -> PolicyDocument:
    return _optional(reading, PRIVACY_FILE, PolicyDocument) or PolicyDocument()


def _optional(reading: Reading, name: str, shape: type[D]) -> D | None:
    """A file that a project may have; under another ending nobody would read it."""
    path = reading.folder / name
    other = path.with_suffix(".yml")
    if other.exists():
        reading.note(other.name, f"nobody reads this file: call it {name}")
    return reading.document(path, shape) if path.exists() else None


def _routing(reading: Reading) -> Routing:
    document = _optional(reading, ROUTES_FILE, RoutingDocument)
    if document is None:
        return Routing()
    mistakes = list(time_mistakes(document))
    for problem, path in mistakes:
        reading.note(ROUTES_FILE, problem, *path)
    return Routing() if mistakes else routing_of(document)


def _exposures(reading: Reading) -> tuple[Exposure, ...]:
    document = _optional(reading, EXPOSURES_FILE, ExposuresDocument)
    return tuple(
        Exposure(each.name, each.kind, each.reads, each.owner, each.due, each.url, each.description)
        for each in (document.exposures if document else ())
    )


def _project(
    head: ProjectDocument,
    sources: PolicySources,
    tables: tuple[Table, ...],
    models: tuple[Model, ...],
    folder: Path,
) -> Project:
    project = Project(
        name=head.name,
        folder=folder,
        description=head.description,
        pipelines=tuple(
            Pipeline(name, each.stages, each.tables, each.description)
            for name, each in head.pipelines.items()
        ),
        tables=tables,
        models=models,
        owners=tuple(
            Owner(id_, each.name, each.contact, each.slack, each.teams)
            for id_, each in head.owners.items()
        ),
        routes=Routes(head.routes.quality, head.routes.privacy, head.routes.runs),
        privacy=PrivacyPolicy({}),
        retention=_retention(head.retention),
    )
    return governed(project, policy_of(sources, tables))


def _retention(document: RetentionDocument) -> Retention:
    return Retention(document.runs, document.logs, document.quarantine, document.staged)


def _tables(reading: Reading) -> Iterator[Table]:
    for path in reading.named("tables", ".yaml", ".yml"):
        document = reading.document(path, TableDocument)
        if document is not None:
            yield _table(path.stem, document, reading.files[f"tables/{path.name}"])


def _table(name: str, document: TableDocument, file: YamlFile) -> Table:
    return Table(
        name=name,
        source=_source(document.source),
        key=document.key,
        columns=tuple(_columns(document)),
        watermark=document.watermark,
        checks=tuple(_checks(document.checks, file, "checks")),
        owner=document.owner,
        description=document.description,
        load=_load(document.load),
        tags=document.tags,
        bronze_checks=tuple(_checks(document.bronze_checks, file, "bronze_checks")),
    )


def _load(document: LoadDocument) -> Load:
    return Load(document.mode, document.overlap, document.deleted, document.history)


def _source(document: FileSourceDocument | PostgresSourceDocument) -> Source:
    if isinstance(document, PostgresSourceDocument):
        return PostgresSource(document.url_env, document.table)
    return FileSource(
        FileFormat(document.format), document.path, document.delimiter, document.encoding
    )


def _columns(document: TableDocument) -> Iterator[Column]:
    for name, each in document.columns.items():
        yield Column(
            name=name,
            type=each.type,
            required=each.required or name in document.key,
            clean=each.clean,
            formats=each.formats,
            operator=each.privacy,
            entity=each.entity,
            description=each.description,
        )


def _checks(documents: Iterable[CheckDocument], file: YamlFile, key: str) -> Iterator[Check]:
    for index, document in enumerate(documents):
        yield Check(as_text(document), file.line_of((key, index)), path=(key, index))


def _models(reading: Reading) -> Iterator[Model]:
    for path in reading.named("models", ".sql"):
        name = f"models/{path.name}"
        text = read_text(path, name)
        if isinstance(text, Mistake):
            reading.mistakes.append(text)
            continue
        sql = text.rstrip().rstrip(";")
        upstream = datasets_read(sql)
        if isinstance(upstream, NotAModel):
            reading.mistakes.append(Mistake(name, upstream.line, upstream.problem))
            continue
        yield _model(reading, path, sql, upstream)


def _model(reading: Reading, path: Path, sql: str, upstream: tuple[DatasetName, ...]) -> Model:
    beside = path.with_suffix(".yaml")
    document = reading.document(beside, ModelDocument) if beside.exists() else None
    checks: tuple[Check, ...] = ()
    if document is not None:
        checks = tuple(_checks(document.checks, reading.files[f"models/{beside.name}"], "checks"))
    return Model(
        name=path.stem,
        sql=sql,
        upstream=upstream,
        checks=checks,
        owner=document.owner if document else None,
        description=document.description if document else "",
        tags=document.tags if document else (),
    )


def _ordered(reading: Reading, models: tuple[Model, ...]) -> tuple[Model, ...]:
    try:
        return in_dependency_order(models)
    except CycleError as error:
        circle = " → ".join(str(name) for name in error.args[1])
        reading.note("models", f"these models read each other in a circle: {circle}")
        return models
