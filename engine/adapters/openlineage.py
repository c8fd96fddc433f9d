"""Lineage events in OpenLineage's form, by openlineage-python's own classes."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast
from uuid import UUID

from engine.catalog.model import DatasetName
from engine.lineage.model import EventType, LineageEvent, openlineage_run_id

if TYPE_CHECKING:
    from openlineage.client.facet_v2 import DatasetFacet, OutputDatasetFacet, RunFacet

PRODUCER = "urn:atlas-data-colleague"


class OpenLineageRenderer:
    """Turns the engine's events into OpenLineage RunEvents for one database."""

    def __init__(self, namespace: str, database: str) -> None:
        self._namespace = namespace
        self._database = database

    def __call__(self, event: LineageEvent) -> tuple[UUID, Mapping[str, object]]:
        """The OpenLineage run id, and the event as JSON values."""
        # imported late: the classes take most of a second, and chat does not wait for them
        from openlineage.client import event_v2, set_producer  # noqa: PLC0415
        from openlineage.client.serde import Serde  # noqa: PLC0415

        set_producer(PRODUCER)
        run_id = openlineage_run_id(event.run_id, str(event.attempt), event.job)
        rendered = event_v2.RunEvent(
            eventType=event_v2.RunState[event.type.name],
            eventTime=event.at.isoformat(),
            run=event_v2.Run(str(run_id), self._run_facets(event)),
            job=event_v2.Job(self._namespace, event.job),
            inputs=[event_v2.InputDataset(*self._named(name)) for name in event.inputs],
            outputs=[
                event_v2.OutputDataset(
                    *self._named(name), _statistics(event), facets=self._facets(event)
                )
                for name in event.outputs
            ],
            producer=PRODUCER,
        )
        return run_id, cast("Mapping[str, object]", json.loads(Serde.to_json(rendered)))

    def _named(self, dataset: DatasetName) -> tuple[str, str]:
        return self._namespace, f"{self._database}.{dataset}"

    def _run_facets(self, event: LineageEvent) -> "dict[str, RunFacet]":
        from openlineage.client.facet_v2 import error_message_run, parent_run  # noqa: PLC0415  # as above

        parent = str(openlineage_run_id(event.run_id, str(event.attempt)))
        facets: dict[str, RunFacet] = {
            "parent": parent_run.ParentRunFacet(
                run=parent_run.Run(parent), job=parent_run.Job(self._namespace, event.pipeline)
            )
        }
        if event.type is EventType.FAIL:
            facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(
                message=event.error or "", programmingLanguage="SQL"
            )
        return facets

    @staticmethod
    def _facets(event: LineageEvent) -> "dict[str, DatasetFacet]":
        from openlineage.client.facet_v2 import schema_dataset  # noqa: PLC0415  # as above

        if not event.schema:
            return {}
        fields = [
            schema_dataset.SchemaDatasetFacetFields(name=each.name, type=each.type)
            for each in event.schema
        ]
        return {"schema": schema_dataset.SchemaDatasetFacet(fields=fields)}


def _statistics(event: LineageEvent) -> "dict[str, OutputDatasetFacet]":
    from openlineage.client.facet_v2 import output_statistics_output_dataset  # noqa: PLC0415  # as above

    if event.rows is None:
        return {}
    facet = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=event.rows)
    return {"outputStatistics": facet}
