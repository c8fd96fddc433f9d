"""The pins: everybody gets the same versions, and the image those very ones."""

import sysconfig
import tomllib
from collections.abc import Iterable
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.lock import constraints, lowest_python, pins, with_constraints

ROOT = Path(__file__).parent.parent.parent

PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")

NEVER_PINNED = {"atlas-data-colleague", "pip", "uv"}
"""The project itself, and what installs it."""

COMPILED = """\
# a comment
zebra==2 ; sys_platform == 'win32' \\
    --hash=sha256:aa \\
    --hash=sha256:bb
apple==1.0
"""

BARE = """\
[project]
requires-python = ">=3.11,<3.14"

[tool.uv]
# a reason
compile-bytecode = true

[tool.other]
list = ["]"]
"""


def versions(requirements: Iterable[str]) -> dict[str, str]:
    """The versions that hold in this environment, by name."""
    read = [Requirement(each) for each in requirements]
    here = [each for each in read if each.marker is None or each.marker.evaluate()]
    return {canonicalize_name(each.name): str(each.specifier)[2:] for each in here}


def installed() -> dict[str, str]:
    """What is installed here, by name."""
    # setuptools puts packages that it carries along on the search path: they are not installed
    here = distributions(path=[sysconfig.get_path("purelib")])
    found = {canonicalize_name(each.name): each.version for each in here}
    return {name: version for name, version in found.items() if name not in NEVER_PINNED}


def test_pins_are_read_in_order_without_their_hashes() -> None:
    assert pins(COMPILED) == ("apple==1.0", "zebra==2 ; sys_platform == 'win32'")


def test_the_first_pins_come_right_below_the_table() -> None:
    text = with_constraints(BARE, ["apple==1.0"])

    assert constraints(text) == ("apple==1.0",)
    assert text.replace('constraint-dependencies = [\n    "apple==1.0",\n]\n', "").count("#") == 2


def test_new_pins_change_nothing_outside_the_brackets() -> None:
    first = with_constraints(BARE, ["apple==1.0", "pear[seed]==1"])

    second = with_constraints(first, ["apple==2.0", "pear[seed]==1"])

    assert second == first.replace("apple==1.0", "apple==2.0")


def test_the_same_pins_change_nothing_at_all() -> None:
    assert with_constraints(PYPROJECT, constraints(PYPROJECT)) == PYPROJECT


def test_a_resolution_starts_from_the_oldest_supported_python() -> None:
    assert lowest_python(BARE) == "3.11"


def test_every_constraint_is_one_exact_version_in_order() -> None:
    specifiers = [str(Requirement(each).specifier) for each in constraints(PYPROJECT)]

    assert list(constraints(PYPROJECT)) == sorted(constraints(PYPROJECT))
    assert [each for each in specifiers if not each.startswith("==") or "," in each] == []


def test_the_image_gets_the_versions_that_everybody_gets() -> None:
    assert set(pins(LOCK)) <= set(constraints(PYPROJECT))


def test_the_image_gets_every_direct_dependency_by_hash() -> None:
    direct = tomllib.loads(PYPROJECT)["project"]["dependencies"]
    wanted = {canonicalize_name(Requirement(each).name) for each in direct}

    assert wanted <= set(versions(pins(LOCK)))
    assert all(f"{pin} \\\n    --hash=sha256:" in LOCK for pin in pins(LOCK))


def test_what_is_declared_admits_what_is_pinned() -> None:
    project = tomllib.loads(PYPROJECT)
    declared = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    pinned = versions(constraints(PYPROJECT))

    for each in map(Requirement, declared):
        assert each.specifier.contains(pinned[canonicalize_name(each.name)]), each.name


def test_what_is_installed_here_is_what_is_pinned() -> None:
    pinned = versions(constraints(PYPROJECT))

    assert {n: v for n, v in installed().items() if pinned.get(n) != v} == {}


@pytest.mark.parametrize("text", [LOCK, "\n".join(constraints(PYPROJECT))])
def test_no_download_host_is_named(text: str) -> None:
    assert [line for line in text.splitlines() if "://" in line or "--index" in line] == []


def test_no_index_is_configured_and_the_lock_file_that_names_one_is_ignored() -> None:
    uv = tomllib.loads(PYPROJECT)["tool"]["uv"]

    assert {"index", "sources", "index-url", "extra-index-url", "find-links"} & set(uv) == set()
    assert "uv.lock" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
