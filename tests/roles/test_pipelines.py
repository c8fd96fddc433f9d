"""Which pipeline a command is about."""

import pytest

from engine.commands import (
    CancelRun,
    CheckQuality,
    Command,
    DeleteSchedule,
    Help,
    ReleaseQuarantine,
    RetryRun,
    RunPipeline,
)
from engine.commands.people import Grant
from engine.people import Role
from engine.roles.pipelines import KnownPipelines
from tests.builders import a_project


async def _of_run(run_id: str) -> str | None:
    return {"11111111": "ingest"}.get(run_id)


async def _of_schedule(schedule: str) -> str | None:
    return {"SCH-1": "medallion"}.get(schedule)


@pytest.mark.parametrize(
    ("command", "pipeline"),
    [
        (RunPipeline("medallion", "customers"), "medallion"),
        (RetryRun("11111111", pipeline="medallion"), "ingest"),
        (RetryRun("22222222"), None),
        (CancelRun(table="customers"), None),
        (DeleteSchedule("SCH-1"), "medallion"),
        (CheckQuality("silver.customers"), "bronze_to_silver"),
        (ReleaseQuarantine("customers"), "bronze_to_silver"),
        (CheckQuality("bronze.customers"), None),
        (CheckQuality("nonsense"), None),
        (Grant("lea", Role.VIEWER, "ingest"), "ingest"),
        (Help(), None),
    ],
)
async def test_a_command_is_about_the_pipeline_that_it_names_or_that_made_the_dataset(
    command: Command, pipeline: str | None
) -> None:
    known = KnownPipelines(a_project(), _of_run, _of_schedule)

    assert await known.of(command) == pipeline
