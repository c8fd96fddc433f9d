"""Free text that several workers read: whoever of them is killed, the same is published."""

from functools import cache

import pytest

from engine.adapters.presidio.finding import finders
from engine.commands import RunPipeline
from engine.privacy.coverage import Reach
from engine.privacy.operators import redacted
from engine.privacy.recognition import STANDARD
from engine.privacy.replacing import replaced
from engine.runs.model import RunStatus
from tests.faults.processes import Atlas
from tests.faults.scenario import LONGEST, Scenario, Shape, opened, until

NOTES = {
    "tables/notes.yaml": """
source: {format: csv, path: "deliveries/*/notes.csv"}
key: [id]
columns:
  id: {type: integer, privacy: keep}
  body: {type: text}
""",
    "privacy.yaml": """
default: redact
columns:
  notes:
    body: {free_text: true}
""",
}
SHAPE = Shape(changed=NOTES)
ROWS, SAME = 3_600, 16
NAMES = ("Ada Lovelace", "Grace Hopper", "Mary Jackson", "Omar Haddad", "Ines Garcia")
PLACES = ("Portland", "Berlin", "Tunisia", "Kyoto", "Lisbon")

PUBLISHED = "SELECT string_agg(id || ' ' || body, E'\\n' ORDER BY id) AS told FROM silver.notes"


def note(number: int) -> str:
    """One of 225 texts, of which each chunk holds some that no other one has."""
    kind = number // SAME
    name, place = NAMES[kind % len(NAMES)], PLACES[kind // len(NAMES) % len(PLACES)]
    return f"Order {kind}: please ask for {name}, who lives in {place} now."


async def fill(scenario: Scenario) -> None:
    """A delivery that was loaded before."""
    await scenario.rows(
        "CREATE TABLE bronze.notes AS SELECT n AS _row, 'a run' AS _run_id, "
        "'notes.csv' AS _source, now() AS _loaded_at, n::text AS id, body FROM unnest($1::text[]) "
        "WITH ORDINALITY AS given (body, n)",
        [note(number) for number in range(ROWS)],
    )


async def published(scenario: Scenario) -> str:
    (row,) = await scenario.rows(PUBLISHED)
    return str(row["told"])


@cache
def read_in_one_place() -> str:
    """What is published where one process reads everything by itself."""
    texts = list(dict.fromkeys(map(note, range(ROWS))))
    found = finders(STANDARD, None)[Reach.TEXT](texts)
    ways = dict.fromkeys((span.entity for spans in found.values() for span in spans), redacted)
    silver = {text: replaced(text, found.get(text, ()), ways) for text in texts}
    return "\n".join(f"{n + 1} {silver[note(n)]}" for n in range(ROWS))


async def reading(scenario: Scenario, worker: Atlas) -> None:
    """Return once a worker is at a chunk, and others are read already or still to be read."""
    halfway = (
        "SELECT FROM atlas.text_chunks WHERE taken_by = $1 AND EXISTS "
        "(SELECT FROM atlas.text_findings)"
    )

    async def there() -> bool:
        return bool(await scenario.rows(halfway, worker.name))

    await until(there, LONGEST, "a chunk")


@pytest.mark.timeout(180)
@pytest.mark.parametrize("victim", ["who asked", "who took part"])
async def test_a_worker_that_is_killed_at_a_chunk_changes_nothing(
    database_url: str, victim: str
) -> None:
    async with opened(database_url, SHAPE) as scenario:
        await fill(scenario)
        workers = [await scenario.worker(), await scenario.worker()]
        run_id = await scenario.order(RunPipeline("bronze_to_silver", "notes"))
        await until(lambda: held(scenario, run_id), LONGEST, "a worker")
        asked = await scenario.holder(run_id)
        killed = next(each for each in workers if (each == asked) == (victim == "who asked"))
        await reading(scenario, killed)
        await killed.kill()

        run = await scenario.ended(run_id)
        told = await published(scenario)
        chunks = await scenario.rows("SELECT FROM atlas.text_chunks")

        assert run.status is RunStatus.SUCCEEDED
        assert (run.attempt > 1) == (victim == "who asked")
        assert chunks == []
        assert not any(name in told for name in NAMES)
        assert told == read_in_one_place()


async def held(scenario: Scenario, run_id: str) -> bool:
    return await scenario.holder(run_id) is not None
