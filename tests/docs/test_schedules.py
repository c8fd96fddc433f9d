"""Each sentence of docs/schedules.md means what the page says."""

from datetime import UTC, datetime

import pytest

from engine.commands import SchedulePipeline
from skills.language.examples import EXAMPLE_VOCABULARY
from skills.language.readings import Understood
from skills.language.understanding import understand
from tests.docs.test_docs import table_rows

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

ROWS = [row for row in table_rows("docs/schedules.md", cells=2) if row[0] not in ("say", "---")]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row[0]))
def test_a_documented_sentence_means_what_the_page_says(row: list[str]) -> None:
    reading = understand(row[0], EXAMPLE_VOCABULARY, NOON, UTC)

    assert isinstance(reading, Understood)
    command = reading.command
    meant = str(command.when) if isinstance(command, SchedulePipeline) else command.name
    assert meant == row[1]


def test_the_page_has_its_sentences() -> None:
    assert len(ROWS) == 18
