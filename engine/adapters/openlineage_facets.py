"""The facets of OpenLineage as JSON values, each with the version of its schema."""

from collections.abc import Iterable, Mapping, Sequence

from engine.lineage.columns import ColumnLineage, ColumnSource
from engine.lineage.model import (
    Assertion,
    Change,
    Checked,
    ExternalDataset,
    Field,
    JobKind,
    Occasion,
    Tag,
)

PRODUCER = "urn:atlas-data-colleague"

Json = dict[str, object]

_SOURCE = "ATLAS"
_FACETS = "https://openlineage.io/spec/facets"

Naming = Mapping[str, str]
"""The `namespace` and `name` of a dataset or job."""


def _facet(version: str, name: str, content: Mapping[str, object]) -> Json:
    url = f"{_FACETS}/{version}/{name}.json#/$defs/{name}"
    return {"_producer": PRODUCER, "_schemaURL": url, **content}


def _given(**values: object) -> Json:
    """Those that are there: consumers take null for a mistake."""
    return {name: value for name, value in values.items() if value is not None and value != ""}


def parent(run_id: str, job: Naming) -> Json:
    """The run as a whole, which nothing else started: it is the root too."""
    whole = {"run": {"runId": run_id}, "job": job}
    return _facet("1-2-0", "ParentRunFacet", {**whole, "root": whole})


def nominal_time(occasion: Occasion) -> Json | None:
    """When it was due, or the days of its rows; None where it was asked for just so."""
    starts = occasion.starts or occasion.ends
    if starts is None:
        return None
    ends = occasion.ends.isoformat() if occasion.ends else None
    times = _given(nominalStartTime=starts.isoformat(), nominalEndTime=ends)
    return _facet("1-0-1", "NominalTimeRunFacet", times)


def processing_engine(version: str) -> Json:
    """The PostgreSQL that did the work."""
    return _facet("1-1-1", "ProcessingEngineRunFacet", {"version": version, "name": "PostgreSQL"})


def error_message(message: str) -> Json:
    """What went wrong, as people are told it."""
    content = {"message": message, "programmingLanguage": "SQL"}
    return _facet("1-0-1", "ErrorMessageRunFacet", content)


def run_tags(run_id: str, attempt: int, occasion: Occasion) -> Json:
    """By what a run is found in Atlas."""
    values = {"run": run_id, "attempt": str(attempt), "asked_by": str(occasion.asked)}
    tags = [{"key": key, "value": value, "source": _SOURCE} for key, value in values.items()]
    return _facet("1-0-0", "TagsRunFacet", {"tags": tags})


def test_run(tests: Iterable[Assertion]) -> Json:
    """How each check ended, also those that were not evaluated."""
    told = [_assertion(each) | {"status": _status(each)} for each in tests]
    for each in told:
        each["type"] = each.pop("assertion")
        each.pop("success")
        each.pop("column", None)
    return _facet("1-0-1", "TestRunFacet", {"tests": told})


def _status(tested: Assertion) -> str:
    if tested.skipped:
        return "skip"
    return "pass" if tested.holds else "fail"


def job_type(kind: JobKind) -> Json:
    """What kind of job it is; all of them have an end."""
    content = {"processingType": "BATCH", "integration": _SOURCE, "jobType": str(kind)}
    return _facet("2-0-4", "JobTypeJobFacet", content)


def sql(query: str) -> Json:
    """The SELECT of a model."""
    return _facet("1-1-0", "SQLJobFacet", {"query": query, "dialect": "postgres"})


def ownership(owner: str, of: str) -> Json:
    """Who answers for a `Job` or a `Dataset`."""
    return _facet("1-0-1", f"Ownership{of}Facet", {"owners": [{"name": owner, "type": "OWNER"}]})


def documentation(description: str, of: str) -> Json:
    """What the project says of a `Job` or a `Dataset`."""
    return _facet("1-1-0", f"Documentation{of}Facet", {"description": description})


def data_source(namespace: str, database: str | None = None) -> Json:
    """The server that has the dataset, and the way to the database, without credentials."""
    uri = None if database is None else f"{namespace}/{database}"
    return _facet("1-0-1", "DatasourceDatasetFacet", _given(name=namespace, uri=uri))


def schema(columns: Sequence[Field]) -> Json:
    """The columns with their types."""
    fields = [
        _given(name=each.name, type=each.type, description=each.description) | {"fields": []}
        for each in columns
    ]
    return _facet("1-2-0", "SchemaDatasetFacet", {"fields": fields})


def dataset_tags(tags: Sequence[Tag]) -> Json:
    """Words about the dataset, and about its columns."""
    told = [_given(key=t.key, value=t.value, source=_SOURCE, field=t.column) for t in tags]
    return _facet("1-0-0", "TagsDatasetFacet", {"tags": told})


def lifecycle(change: Change) -> Json:
    """That the dataset as a whole is new, or another."""
    content = {"lifecycleStateChange": str(change)}
    return _facet("1-0-1", "LifecycleStateChangeDatasetFacet", content)


def version(name: str) -> Json:
    """Which version of the dataset it is."""
    return _facet("1-0-1", "DatasetVersionDatasetFacet", {"datasetVersion": name})


def column_lineage(found: ColumnLineage, namespace: str, database: str) -> Json:
    """Where the columns come from; what could not be told is said in words."""

    def told(sources: Iterable[ColumnSource]) -> list[Json]:
        return _input_fields(sources, namespace, database)

    fields = {each.column: {"inputFields": told(each.sources)} for each in found.columns}
    content: Json = {"fields": fields, "dataset": told(found.influences)}
    if found.unresolved:
        content["unresolved"] = list(found.unresolved)
    return _facet("1-2-0", "ColumnLineageDatasetFacet", content)


def _input_fields(sources: Iterable[ColumnSource], namespace: str, database: str) -> list[Json]:
    """Each column once, with all the ways in which it takes part."""
    found: dict[tuple[str, str], list[Json]] = {}
    for each in sources:
        found.setdefault((each.dataset, each.column), []).append(_transformation(each))
    return [
        {
            "namespace": namespace,
            "name": f"{database}.{dataset}",
            "field": column,
            "transformations": ways,
        }
        for (dataset, column), ways in found.items()
    ]


def _transformation(source: ColumnSource) -> Json:
    return {
        "type": "DIRECT" if source.influence.direct else "INDIRECT",
        "subtype": str(source.influence),
        "masking": source.masking,
    }


def metrics_of_input(checked: Checked) -> Json | None:
    """How many rows were checked, and how many lack a value; None where nothing counted them."""
    if checked.rows is None and not checked.missing:
        return None
    content = _metrics(checked.rows, checked.missing)
    return _facet("1-0-3", "DataQualityMetricsInputDatasetFacet", content)


def metrics(rows: int | None, missing: Sequence[tuple[str, int]]) -> Json:
    """The same of what was written."""
    return _facet("1-0-0", "DataQualityMetricsDatasetFacet", _metrics(rows, missing))


def _metrics(rows: int | None, missing: Sequence[tuple[str, int]]) -> Json:
    columns = {column: {"nullCount": count} for column, count in missing}
    return _given(rowCount=rows, columnMetrics=columns)


def assertions(given: Iterable[Assertion]) -> Json:
    """The checks of a dataset, and whether they hold."""
    content = {"assertions": [_assertion(each) for each in given]}
    return _facet("1-1-0", "DataQualityAssertionsDatasetFacet", content)


def _assertion(each: Assertion) -> Json:
    return _given(
        assertion=each.kind,
        success=each.holds,
        column=each.column,
        severity="error" if each.blocks else "warn",
        name=each.name,
        expected=each.expected,
        actual=each.actual,
        content=each.text,
        contentType="sodacl",
    )


def input_statistics(rows: int) -> Json:
    """How many rows were read."""
    return _facet("1-0-0", "InputStatisticsInputDatasetFacet", {"rowCount": rows})


def output_statistics(rows: int) -> Json:
    """How many rows were written."""
    return _facet("1-0-2", "OutputStatisticsOutputDatasetFacet", {"rowCount": rows})


def naming(dataset: ExternalDataset) -> dict[str, object]:
    """The names of a dataset outside of Atlas's database."""
    return {"namespace": dataset.namespace, "name": dataset.name}
