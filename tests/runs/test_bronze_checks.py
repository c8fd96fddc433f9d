"""Raw rows are judged where checks of bronze are declared, and silver waits for the verdict."""

from dataclasses import replace

from engine.catalog.model import Check, Project, Table
from engine.quality.model import Outcome
from engine.runs.model import StepStatus
from engine.runs.plan import makers, plan
from tests.builders import a_project, a_table
from tests.workshop import Workshop

CHECK = "missing_count(email) = 0"


def judged(*checks: str) -> Table:
    return replace(a_table(), bronze_checks=tuple(map(Check, checks)))


def steps(project: Project, pipeline: str) -> list[str]:
    found = project.pipeline(pipeline)
    assert found is not None
    return [step.name for step in plan(project, found)]


def test_bronze_is_judged_after_it_was_loaded_and_before_silver_is_made() -> None:
    project = a_project([judged(CHECK)], models=())

    assert steps(project, "medallion") == [
        "ingest bronze.customers",
        "check bronze.customers",
        "refine silver.customers",
        "check silver.customers",
        "publish silver.customers",
    ]


def test_a_pipeline_that_loads_nothing_judges_bronze_all_the_same() -> None:
    project = a_project([judged(CHECK)], models=())

    assert steps(project, "bronze_to_silver")[0] == "check bronze.customers"


def test_without_checks_of_bronze_nobody_looks_at_it() -> None:
    project = a_project([a_table()], models=())

    assert "check bronze.customers" not in steps(project, "medallion")


def test_a_pipeline_that_judges_bronze_does_not_make_it() -> None:
    made = dict(makers(a_project([judged(CHECK)], models=())))

    assert {str(name): by for name, by in made.items()} == {"silver.customers": "bronze_to_silver"}


async def test_rows_that_break_a_check_of_bronze_stay_there_and_do_not_become_silver() -> None:
    project = a_project([judged(CHECK)], models=())
    shop = Workshop(project)
    shop.quality.outcomes = {CHECK: Outcome.FAILED}

    run = await shop.run("medallion")

    status = {step.name: step.status for step in run.steps}
    assert status["ingest bronze.customers"] is StepStatus.SUCCEEDED
    assert status["check bronze.customers"] is StepStatus.FAILED
    assert status["refine silver.customers"] is StepStatus.SKIPPED
    assert run.steps[1].error == (
        "bronze.customers: 1 check failed; its rows stay in bronze, "
        "and silver.customers is not made of them"
    )
