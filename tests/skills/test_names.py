"""The names that sentences may use are those of the project as it is now."""

from dataclasses import replace

from engine.catalog.reader import read_project
from engine.demo import SHOP
from skills.names import Names, vocabulary_of


def test_the_names_of_a_project_are_built_once() -> None:
    project, names = read_project(SHOP), Names()

    assert names.of(project) is names.of(project)
    assert "medallion" in names.of(project).pipelines


def test_a_project_that_was_read_anew_brings_its_own_names() -> None:
    before, names = read_project(SHOP), Names()
    fewer = replace(before, pipelines=before.pipelines[:1], tables=before.tables[:1])
    names.of(before)

    assert names.of(fewer) == vocabulary_of(fewer)
    assert names.of(before).pipelines == vocabulary_of(before).pipelines
