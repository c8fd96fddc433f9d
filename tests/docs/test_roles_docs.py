"""The settings and sentences of docs/roles.md, slack.md and teams.md are those of the code."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from engine.approvals.model import Deed
from engine.manifests.slack import PATH
from engine.people import Role
from engine.roles.model import EVERYWHERE, Rule, Scope, person_id
from engine.settings import Settings
from skills.language.examples import EXAMPLE_VOCABULARY
from skills.language.people import read_people
from skills.language.readings import Understood

DOCS = Path(__file__).parent.parent.parent / "docs"


def blocks(file: str) -> list[str]:
    """What is indented in a file, each piece as one text."""
    pieces = re.findall(r"(?:^    .*\n|^\n(?=    ))+", (DOCS / file).read_text(), re.MULTILINE)
    return [re.sub("^    ", "", piece, flags=re.MULTILINE).strip("\n") for piece in pieces]


def settings_in(file: str) -> list[Settings]:
    """The settings of the engine that a file shows."""
    shown = [YAML(typ="safe").load(each) for each in blocks(file) if "databases:" in each]
    return [Settings.read(each["databases"]["engine"]) for each in shown]


def test_the_roles_in_the_docs_are_read_as_they_are_told() -> None:
    first, second = settings_in("roles.md")

    assert first.rules() == (
        Rule("slack:U012AB3CD", Role.ADMIN, EVERYWHERE),
        Rule("slack:U0OLGA", Role.OPERATOR, Scope(("medallion",))),
        Rule("slack:U0LEA", Role.OPERATOR, Scope((), ("slack:C0FINANCE",))),
        Rule("slack:U0LEA", Role.ADMIN, Scope(("ingest",), ("slack:C0INGEST",))),
    )
    named = set(re.findall("|".join(Deed), (DOCS / "roles.md").read_text()))
    assert {*second.second_person} <= {*Deed} == named


@pytest.mark.parametrize("file", ["slack.md", "teams.md"])
def test_the_first_admin_in_the_docs_is_one_by_a_stable_id(file: str) -> None:
    (shown,) = settings_in(file)

    assert shown.announce == file.removesuffix(".md")
    for person, role in shown.roles.items():
        assert role is Role.ADMIN
        assert person_id(person, "web", "web:you") == person


def test_the_sentences_in_the_docs_are_understood() -> None:
    (sentences,) = (each for each in blocks("roles.md") if each.startswith("make @lea"))

    for sentence in sentences.splitlines():
        assert isinstance(read_people(sentence, EXAMPLE_VOCABULARY), Understood), sentence


def test_the_addresses_in_the_docs_are_those_that_are_served() -> None:
    assert "/connector/teams" in (DOCS / "teams.md").read_text()
    assert PATH == "/connector/slack"
