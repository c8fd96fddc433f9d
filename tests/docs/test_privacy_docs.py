"""What docs/privacy.md says can be typed is understood, and names the operators that there are."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.catalog.policy import Operator
from engine.catalog.policy_documents import ColumnRuleDocument
from skills.language.examples import EXAMPLE_VOCABULARY
from skills.language.readings import Understood
from skills.language.understanding import understand

TEXT = (Path(__file__).parent.parent.parent / "docs" / "privacy.md").read_text()
PROSE = "".join(TEXT.split("```")[::2])
SENTENCES = [line.strip() for line in PROSE.splitlines() if line.startswith("    ")]


def first_cells() -> set[str]:
    cells = [line.split("|")[1] for line in TEXT.splitlines() if line.startswith("| `")]
    return {name.strip(" `") for cell in cells for name in cell.split(",")}


@pytest.mark.parametrize("said", SENTENCES)
def test_each_sentence_is_understood(said: str) -> None:
    reading = understand(said, EXAMPLE_VOCABULARY, datetime(2026, 3, 2, tzinfo=UTC), UTC)

    assert isinstance(reading, Understood)


def test_each_operator_and_each_key_of_a_column_is_explained_and_no_other() -> None:
    keys = {field.alias or name for name, field in ColumnRuleDocument.model_fields.items()}

    assert first_cells() == {*Operator, *keys}
