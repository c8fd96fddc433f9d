"""No e-mail, phone, card or social security number of the sample is anywhere outside of bronze."""

import re
from collections import defaultdict
from collections.abc import Collection

from engine.runs.model import RunStatus
from tests.project.conftest import SENTENCES, Story

BEGINNING = 7
"""Characters of a value that are looked up at each place of a text."""


def found_in(text: str, personal: Collection[str]) -> int:
    """At how many places a text holds a personal value; never which."""
    begins: dict[str, list[str]] = defaultdict(list)
    for value in personal:
        begins[value[:BEGINNING]].append(value)
    escaped = text.replace("\\n", "\n").replace("\\t", "\t")
    digits = re.sub(r"(?<=\d)[ ().+-]+(?=\d)", "", escaped)
    return sum(
        any(each.startswith(value, at) for value in begins[each[at : at + BEGINNING]])
        for each in {escaped, digits}
        for at in range(len(each))
        if each[at : at + BEGINNING] in begins
    )


def test_the_search_finds_what_is_there(story: Story) -> None:
    some = sorted(story.personal)[::50]

    assert len(story.personal) > 1_000
    assert min(map(len, story.personal)) >= BEGINNING
    assert found_in("…".join(some), story.personal) >= len(some)


def test_the_story_has_all_that_could_hold_a_value(story: Story) -> None:
    assert [run.status for run in story.runs] == [RunStatus.SUCCEEDED, RunStatus.FAILED]
    rows = {name: text.count("\n") for name, text in story.tables.items()}
    for name in ("customers", "orders", "support_tickets", "products"):
        assert rows[f"silver.{name}"] > 50
    assert rows["gold.revenue"] > 10
    assert rows["quarantine.orders"] > 0
    assert rows["atlas.step_runs"] > 20
    assert rows["atlas.check_results"] > 20
    assert rows["atlas.lineage_events"] > 20
    assert rows["atlas.pii_findings"] > 0
    assert len(story.cards) == len(SENTENCES) + 2
    assert story.log


def test_no_table_outside_of_bronze_holds_a_personal_value(story: Story) -> None:
    found = {name: found_in(text, story.personal) for name, text in story.tables.items()}

    assert {name: count for name, count in found.items() if count} == {}


def test_no_card_holds_a_personal_value(story: Story) -> None:
    assert found_in("\n".join(story.cards), story.personal) == 0


def test_no_line_of_the_log_holds_a_personal_value(story: Story) -> None:
    assert found_in(story.log, story.personal) == 0
