"""OpenLineage events as producers send them, for tests."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from engine.lineage.graph import DatasetId
from engine.testing.clock import EPOCH

AIRFLOW = "https://example.org/airflow"
DATABASE = "postgres://localhost:5432"


def at(minutes: float) -> datetime:
    """Minutes after noon."""
    return EPOCH + timedelta(minutes=minutes)


def own(name: str) -> DatasetId:
    """A dataset of the database `shop`."""
    return DatasetId(DATABASE, f"shop.{name}")


def lake(name: str) -> DatasetId:
    """A dataset of somebody else's."""
    return DatasetId("s3://lake", name)


def a_dataset(dataset: DatasetId, **facets: object) -> dict[str, object]:
    return {"namespace": dataset.namespace, "name": dataset.name, "facets": facets}


def schema(*names: str) -> dict[str, object]:
    return {"fields": [{"name": each, "type": "text"} for each in names]}


def a_field(source: DatasetId, column: str, **more: object) -> dict[str, object]:
    """An input field of a columnLineage facet."""
    return {"namespace": source.namespace, "name": source.name, "field": column, **more}


def direct(subtype: str, *, masking: bool = False) -> dict[str, object]:
    return {"type": "DIRECT", "subtype": subtype, "masking": masking}


def an_event(
    job: str = "load",
    *,
    run: str = "1",
    kind: str = "COMPLETE",
    minutes: float = 0,
    inputs: Sequence[DatasetId | Mapping[str, object]] = (),
    outputs: Sequence[DatasetId | Mapping[str, object]] = (),
    producer: str = AIRFLOW,
) -> dict[str, object]:
    """A run event of a job in the namespace `airflow`."""
    return {
        "eventType": kind,
        "eventTime": at(minutes).isoformat(),
        "producer": producer,
        "run": {"runId": str(uuid5(NAMESPACE_URL, run)), "facets": {}},
        "job": {"namespace": "airflow", "name": job, "facets": {}},
        "inputs": [a_dataset(each) if isinstance(each, DatasetId) else each for each in inputs],
        "outputs": [a_dataset(each) if isinstance(each, DatasetId) else each for each in outputs],
    }
