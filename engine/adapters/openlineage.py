"""Lineage events in OpenLineage's form, as JSON values.

Written out by hand: with openlineage-python's classes an event takes ten times as long, and the
first one half a second. Tests hold each facet to its schema and to those classes.
"""

from collections.abc import Callable, Mapping
from uuid import UUID

from engine.adapters import openlineage_facets as facets
from engine.adapters.openlineage_facets import PRODUCER, Json
from engine.catalog.model import DatasetName
from engine.lineage.model import EventType, LineageEvent, Made

SCHEMA_URL = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"


class OpenLineageRenderer:
    """Turns the engine's events into OpenLineage RunEvents for one database."""

    def __init__(self, namespace: str, database: str) -> None:
        self._namespace = namespace
        self._database = database

    def __call__(self, event: LineageEvent) -> tuple[UUID, Mapping[str, object]]:
        """The OpenLineage run id, and the event as JSON values."""
        run_id = event.openlineage_run
        rendered = {
            "eventType": str(event.type),
            "eventTime": event.at.isoformat(),
            "run": {"runId": str(run_id), "facets": self._run_facets(event)},
            "job": {**self._job(event.job), "facets": _job_facets(event)},
            "inputs": self._inputs(event),
            "outputs": [self._output(event, name) for name in event.outputs],
            "producer": PRODUCER,
            "schemaURL": SCHEMA_URL,
        }
        return run_id, rendered

    def _job(self, name: str) -> dict[str, str]:
        return {"namespace": self._namespace, "name": name}

    def _named(self, dataset: DatasetName) -> Json:
        return {"namespace": self._namespace, "name": f"{self._database}.{dataset}"}

    def _data_source(self) -> Json:
        return facets.data_source(self._namespace, self._database)

    def _run_facets(self, event: LineageEvent) -> Json:
        given: dict[str, Json | None] = {
            "nominalTime": facets.nominal_time(event.occasion),
            "tags": facets.run_tags(event.run_id, event.attempt, event.occasion),
        }
        if not event.whole:
            given["parent"] = facets.parent(str(event.parent_run), self._job(event.pipeline))
        if event.engine_version:
            given["processing_engine"] = facets.processing_engine(event.engine_version)
        if event.type is EventType.FAIL:
            given["errorMessage"] = facets.error_message(event.error or "")
        if event.checked and event.checked.assertions:
            given["testRun"] = facets.test_run(event.checked.assertions)
        return {name: facet for name, facet in given.items() if facet is not None}

    def _inputs(self, event: LineageEvent) -> list[Json]:
        """What it reads; numbers are told where it reads one dataset only."""
        counted = _input_facets(event)
        given: list[Json] = [
            {**self._named(name), "facets": self._facets_read(event), "inputFacets": counted}
            for name in event.inputs
        ]
        given += [
            {
                **facets.naming(each),
                "facets": {"dataSource": facets.data_source(each.namespace)},
                "inputFacets": counted,
            }
            for each in event.sources
        ]
        return given

    def _facets_read(self, event: LineageEvent) -> Json:
        """Who owns what is read is told by what writes it, unless it is only read."""
        return {"dataSource": self._data_source(), **({} if event.outputs else _about(event))}

    def _output(self, event: LineageEvent, name: DatasetName) -> Json:
        statistics = None if event.rows is None else facets.output_statistics(event.rows)
        return {
            **self._named(name),
            "facets": {
                "dataSource": self._data_source(),
                **_about(event),
                **({"schema": facets.schema(event.schema)} if event.schema else {}),
                **(self._made(event.made, event.rows) if event.made else {}),
            },
            "outputFacets": {} if statistics is None else {"outputStatistics": statistics},
        }

    def _made(self, made: Made, rows: int | None) -> Json:
        given: Json = {"dataQualityMetrics": facets.metrics(rows, made.missing)}
        if made.version:
            given["version"] = facets.version(made.version)
        if made.change:
            given["lifecycleStateChange"] = facets.lifecycle(made.change)
        found = made.columns
        if found.columns or found.influences or found.unresolved:
            given["columnLineage"] = facets.column_lineage(found, self._namespace, self._database)
        return given


def _job_facets(event: LineageEvent) -> Json:
    work = event.work
    given = {
        "jobType": facets.job_type(work.kind),
        **_if(work.sql, "sql", facets.sql),
        **_if(work.owner, "ownership", lambda owner: facets.ownership(owner, "Job")),
        **_if(work.description, "documentation", lambda text: facets.documentation(text, "Job")),
    }
    return dict(given)


def _about(event: LineageEvent) -> Json:
    about = event.about
    return {
        **_if(about.owner, "ownership", lambda owner: facets.ownership(owner, "Dataset")),
        **_if(
            about.description, "documentation", lambda text: facets.documentation(text, "Dataset")
        ),
        **({"tags": facets.dataset_tags(about.tags)} if about.tags else {}),
    }


def _input_facets(event: LineageEvent) -> Json:
    if len(event.inputs) + len(event.sources) != 1:
        return {}
    given: dict[str, Json | None] = {}
    if event.rows_read is not None:
        given["inputStatistics"] = facets.input_statistics(event.rows_read)
    if event.checked is not None:
        given["dataQualityMetrics"] = facets.metrics_of_input(event.checked)
        if event.checked.assertions:
            given["dataQualityAssertions"] = facets.assertions(event.checked.assertions)
    return {name: facet for name, facet in given.items() if facet is not None}


def _if(value: str, name: str, facet: Callable[[str], Json]) -> Json:
    return {name: facet(value)} if value else {}
