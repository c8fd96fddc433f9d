"""Who reads datasets outside Atlas, and the tags of tables and models."""

from pathlib import Path

import pytest

from engine.catalog.model import Exposure, Project
from engine.catalog.reader import read_project
from engine.errors import ProjectError
from tests.builders import dataset
from tests.catalog.test_routing_file import FILES

SHOP = Path(__file__).parent.parent.parent / "examples" / "shop"


def read(folder: Path, **files: str) -> Project:
    """A project with those files."""
    for name, text in {**FILES, **files}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return read_project(folder)


def told(folder: Path, exposures: str) -> list[str]:
    """The mistakes of a project with those exposures."""
    with pytest.raises(ProjectError) as caught:
        read(folder, **{"exposures.yaml": exposures})
    return [str(mistake) for mistake in caught.value.mistakes]


def test_an_exposure_is_read_with_all_that_is_said_of_it(tmp_path: Path) -> None:
    exposures = """\
exposures:
  - name: CFO dashboard
    kind: report
    reads: [gold.revenue, silver.orders]
    owner: sales
    due: every weekday at 07:00 Berlin time
    url: https://bi.example.com/cfo
    description: On the screen.
  - {name: Export, reads: [bronze.orders]}
"""

    project = read(tmp_path, **{"exposures.yaml": exposures})

    assert project.exposures == (
        Exposure(
            "CFO dashboard",
            "report",
            (dataset("gold.revenue"), dataset("silver.orders")),
            "sales",
            "every weekday at 07:00 Berlin time",
            "https://bi.example.com/cfo",
            "On the screen.",
        ),
        Exposure("Export", "dashboard", (dataset("bronze.orders"),)),
    )


@pytest.mark.parametrize(
    ("exposures", "said"),
    [
        (
            "exposures:\n  - name: a\n    reads:\n      - silver.orders\n      - gold.revenu",
            ":5: it reads gold.revenu, which does not exist; did you mean 'gold.revenue'?",
        ),
        (
            "exposures:\n  - {name: a, reads: [revenue]}",
            ":2: exposures.0.reads.0: write a dataset with its layer, such as gold.revenue",
        ),
        (
            "exposures:\n  - {name: a, reads: [gold.revenue], owner: slaes}",
            ":2: there is no owner 'slaes'; did you mean 'sales'?",
        ),
        (
            "exposures:\n" + 2 * "  - {name: a, reads: [gold.revenue]}\n",
            ":3: another exposure is called 'a' already",
        ),
        ("exposures:\n  - name: a", ":2: the key 'exposures.0.reads' is missing"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, exposures: str, said: str) -> None:
    assert told(tmp_path, exposures) == [f"exposures.yaml{said}"]


def test_a_kind_that_is_spelled_nearly_so_is_told(tmp_path: Path) -> None:
    (mistake,) = told(tmp_path, "exposures:\n  - {name: a, reads: [gold.revenue], kind: dashbord}")

    assert mistake.startswith("exposures.yaml:2: exposures.0.kind: ")
    assert mistake.endswith("did you mean 'dashboard'?")


def test_tags_are_those_of_the_table_or_model(tmp_path: Path) -> None:
    project = read(tmp_path, **{"models/revenue.yaml": "tags: [cfo, daily]\n"})

    assert project.tags_of(dataset("bronze.orders")) == ("finance",)
    assert project.tags_of(dataset("silver.orders")) == ("finance",)
    assert project.tags_of(dataset("gold.revenue")) == ("cfo", "daily")


def test_a_tag_is_one_plain_word(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"models/revenue.yaml:1: tags.0: ") as caught:
        read(tmp_path, **{"models/revenue.yaml": "tags: [Very Important]\n"})

    assert len(caught.value.mistakes) == 1


def test_the_sample_declares_a_dashboard_that_waits_for_revenue() -> None:
    project = read_project(SHOP)

    waiting = [each for each in project.exposures if dataset("gold.revenue") in each.reads]
    assert [(each.name, each.owner) for each in waiting] == [("CFO dashboard", "sales")]
    assert [route.name for route in project.routing.routes] == ["reports", "money"]
