"""What an alert tells of how it was before."""

from engine.errors import EngineError
from engine.quality.model import Outcome
from engine.runs.model import Run, RunStatus, Step, StepKind
from engine.runs.steps.work import Act
from tests.workshop import Workshop


class Broken:
    """A kind of step that never works."""

    async def prepare(self, run: Run, step: Step) -> Act:
        raise EngineError(f"{step.dataset} has a defect, so {run.id} ends.", "Mend it.")


async def test_a_run_that_published_the_table_and_failed_later_is_told_as_what_it_was() -> None:
    shop = Workshop(steps={StepKind.BUILD: Broken()})
    before = await shop.run("medallion", run_id="3T5V7WXY")
    shop.quality.outcomes = {"row_count > 0": Outcome.FAILED}

    await shop.run("medallion", run_id="9M2N4PQR")

    facts = {
        fact.name: fact.value
        for kept in shop.state.posts.values()
        for fact in kept.post.card.facts
        if kept.post.key.startswith("incident")
    }
    assert before.status is RunStatus.FAILED
    assert facts["Last good run"].startswith("3T5V7WXY (")
    assert facts["Last good run"].endswith("), though it failed at a later step")
