"""How long things are kept, as atlas.yaml says it."""

from datetime import timedelta
from pathlib import Path

import pytest

from engine.catalog.model import Retention
from engine.catalog.reader import read_project
from engine.errors import ProjectError

HEAD = "name: Shop\npipelines:\n  medallion:\n    stages: [ingest]\n"


def kept(folder: Path, text: str) -> Retention:
    """What a project with that text keeps."""
    (folder / "atlas.yaml").write_text(HEAD + text)
    return read_project(folder).retention


def test_without_a_word_there_are_defaults(tmp_path: Path) -> None:
    assert kept(tmp_path, "") == Retention()


def test_each_span_is_read_and_the_others_keep_their_default(tmp_path: Path) -> None:
    assert kept(tmp_path, "retention:\n  runs: 2 weeks\n  staged: 12 hours\n") == Retention(
        runs=timedelta(14), staged=timedelta(hours=12)
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("  runs: 3 fortnights", "atlas.yaml:6: retention.runs: write a time span such as 2 days"),
        ("  logs: 90", "atlas.yaml:6: retention.logs: write a time span such as 2 days"),
        ("  runs: 5 minutes", "atlas.yaml:6: retention.runs: what is kept is kept for an hour"),
        ("  run: 5 days", "atlas.yaml:6: unknown key 'retention.run'; did you mean 'runs'?"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ProjectError) as raised:
        kept(tmp_path, f"retention:\n{text}\n")

    assert str(raised.value.mistakes[0]).startswith(said)
