"""What docs/quality.md says to say is understood, and its figures are those of the code."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.quality.span import MOST_DAYS
from engine.quality_answers import SHOWN_DATASETS
from skills.language.examples import EXAMPLE_VOCABULARY
from skills.language.readings import Understood
from skills.language.understanding import understand

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAGE = (Path(__file__).parents[2] / "docs" / "quality.md").read_text()
(TABLE,) = re.findall(r"^\| say \|.*?\n\n", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("said", re.findall(r"^\| `(.+?)`", TABLE, re.MULTILINE))
def test_each_sentence_is_understood(said: str) -> None:
    assert isinstance(understand(said, EXAMPLE_VOCABULARY, NOON, UTC), Understood)


def test_the_page_tells_how_much_a_report_shows() -> None:
    assert f"of more than {MOST_DAYS} days" in PAGE
    assert f"lists the {SHOWN_DATASETS} worst" in PAGE
