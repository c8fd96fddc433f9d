"""Makes the privacy policy of a project from privacy.yaml, atlas.yaml and the tables' files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.catalog.documents import PrivacyDocument
from engine.catalog.mistakes import Finding
from engine.catalog.model import Column, Project, Table
from engine.catalog.policy import (
    PRIVACY_FILE,
    Allowed,
    ColumnRule,
    CustomPattern,
    Place,
    PrivacyPolicy,
    Rule,
    Word,
)
from engine.catalog.policy_documents import (
    ColumnRuleDocument,
    PolicyDocument,
    RecognizerDocument,
    ScopeDocument,
    WayDocument,
)
from engine.catalog.yaml_file import YamlFile

Path = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class PolicySources:
    """What the files of a project say of privacy, and the files, for their lines."""

    head: PrivacyDocument
    rules: PolicyDocument
    files: Mapping[str, YamlFile]

    def place(self, file: str, *path: int | str) -> Place:
        """Where that part of a file stands."""
        read = self.files.get(file)
        return Place(file, read.line_of(path) if read else None)


def policy_of(sources: PolicySources, tables: Sequence[Table]) -> PrivacyPolicy:
    """All rules; what privacy.yaml says goes before what other files say of the same."""
    rules = sources.rules
    entities = {name: way.operator for name, way in rules.entities.items()}
    default = rules.default.operator if rules.default else sources.head.default
    return PrivacyPolicy(
        operators={**sources.head.operators, **entities},
        default=default,
        rules=tuple(_rules(sources)),
        columns=_columns(sources, tables),
        patterns=tuple(_pattern(each) for each in rules.recognizers),
        allowed=_allowed(sources),
        languages=rules.languages,
    )


def _allowed(sources: PolicySources) -> Allowed:
    allow = sources.rules.allow
    places = tuple(
        sources.place(PRIVACY_FILE, "allow", "regexes", index)
        for index in range(len(allow.regexes))
    )
    return Allowed(allow.words, allow.regexes, places)


def _pattern(document: RecognizerDocument) -> CustomPattern:
    return CustomPattern(
        document.name, document.entity, document.regex, document.score, document.context
    )


def _rules(sources: PolicySources) -> Iterator[Rule]:
    """The rules for entities, tables and layers, and the default one."""
    yield from _of_the_project(sources)
    for layer, scope in sources.rules.layers.items():
        for rule in _of_scope(sources, scope, "layers", layer):
            yield replace(rule, layer=layer)
    for table, scope in sources.rules.tables.items():
        for rule in _of_scope(sources, scope, "tables", table):
            yield replace(rule, table=table)


def _of_the_project(sources: PolicySources) -> Iterator[Rule]:
    head, rules = sources.head, sources.rules
    for entity, operator in head.operators.items():
        if entity not in rules.entities:
            place = sources.place("atlas.yaml", "privacy", "operators", entity)
            yield Rule(operator, entity=entity, place=place)
    for entity, way in rules.entities.items():
        yield _rule(way, entity, sources.place(PRIVACY_FILE, "entities", entity))
    if rules.default is not None:
        yield _rule(rules.default, None, sources.place(PRIVACY_FILE, "default"))
    elif "default" in head.model_fields_set:
        yield Rule(head.default, place=sources.place("atlas.yaml", "privacy", "default"))


def _of_scope(sources: PolicySources, scope: ScopeDocument, *path: str) -> Iterator[Rule]:
    for entity, way in scope.entities.items():
        yield _rule(way, entity, sources.place(PRIVACY_FILE, *path, "entities", entity))
    if scope.default is not None:
        yield _rule(scope.default, None, sources.place(PRIVACY_FILE, *path, "default"))


def _rule(way: WayDocument, entity: str | None, place: Place) -> Rule:
    return Rule(way.operator, way.to, entity, place=place)


def _columns(sources: PolicySources, tables: Sequence[Table]) -> dict[tuple[str, str], ColumnRule]:
    found = {
        (table.name, column.name): declared_rule(sources, table.name, column)
        for table in tables
        for column in table.columns
        if column.operator is not None or column.entity is not None
    }
    for table_name, columns in sources.rules.columns.items():
        for name, document in columns.items():
            place = sources.place(PRIVACY_FILE, "columns", table_name, name)
            declared = found.get((table_name, name), ColumnRule())
            found[table_name, name] = _before(declared, document, place)
    return found


def declared_rule(sources: PolicySources, table: str, column: Column) -> ColumnRule:
    """What a table's own file says of a column."""
    key = "privacy" if column.operator is not None else "entity"
    file = next((f"tables/{table}{end}" for end in (".yaml", ".yml")
                 if f"tables/{table}{end}" in sources.files), f"tables/{table}.yaml")  # fmt: skip
    place = sources.place(file, "columns", column.name, key)
    return ColumnRule(column.operator, entity=column.entity, place=place)


def _before(declared: ColumnRule, document: ColumnRuleDocument, place: Place) -> ColumnRule:
    """What privacy.yaml says of a column, and what only its table's file says."""
    own = document.operator is not None
    return ColumnRule(
        operator=document.operator or declared.operator,
        to=document.to,
        entity=document.entity or declared.entity,
        free_text=document.free_text,
        holds=document.holds,
        not_personal=document.not_personal,
        undeclared=document.undeclared,
        word=Word(document.by, document.at, document.was),
        place=place if own or declared.operator is None else declared.place,
        over=declared.place if declared.says_personal else None,
    )


def said_twice(sources: PolicySources, tables: Sequence[Table]) -> Iterator[Finding]:
    """What privacy.yaml decides and another file too."""
    head, rules = sources.head, sources.rules
    for entity in (each for each in rules.entities if each in head.operators):
        problem = f"atlas.yaml says what is done to {entity} too: take it out there"
        yield PRIVACY_FILE, problem, ("entities", entity)
    if rules.default is not None and "default" in head.model_fields_set:
        yield PRIVACY_FILE, "atlas.yaml has a default too: take it out there", ("default",)
    for table in tables:
        for name, document in rules.columns.get(table.name, {}).items():
            column = table.column(name)
            declared = declared_rule(sources, table.name, column) if column else ColumnRule()
            if twice := _decided_twice(name, declared, document):
                yield PRIVACY_FILE, twice, ("columns", table.name, name)


def _decided_twice(name: str, declared: ColumnRule, document: ColumnRuleDocument) -> str | None:
    """What is wrong with a rule for a column of which its table's file says something too."""
    if declared.operator is not None and document.operator is not None:
        if document.was == declared.operator:
            return None
        twice = f"{name} is decided in {declared.place} too: {declared.operator}"
        return f"{twice}; keep one of both, or add `was: {declared.operator}` to go before it"
    if document.entity is not None and declared.entity not in {None, document.entity}:
        return f"{declared.place} declares that {name} holds {declared.entity}"
    return None


def governed(project: Project, policy: PrivacyPolicy) -> Project:
    """The project under a policy, from which its columns have their operators and entities."""
    tables = tuple(_governed(each, policy) for each in project.tables)
    return replace(project, tables=tables, privacy=policy)


def _governed(table: Table, policy: PrivacyPolicy) -> Table:
    rules = {each.name: policy.columns.get((table.name, each.name)) for each in table.columns}
    columns = tuple(_ruled(each, rules[each.name] or ColumnRule()) for each in table.columns)
    return replace(table, columns=columns)


def _ruled(column: Column, rule: ColumnRule) -> Column:
    return replace(column, operator=rule.operator, entity=rule.entity)
