"""Checks are added to a project's files: what a person wrote survives, or nothing happens."""

import asyncio
import difflib
import os
from pathlib import Path

import pytest

from engine.adapters.check_insertion import extended
from engine.adapters.project_files import ProjectFiles, add_checks
from engine.catalog.reader import read_project
from engine.errors import EngineError, ProjectError
from engine.sodacl.parse import read
from tests.builders import dataset

ORDERS, REPORT = dataset("silver.orders"), dataset("gold.report")
VALID = 'invalid_count(status) = 0:\n  valid values: [new, "no"]'
NEW = ("min(price) > 0", VALID)

HEAD = "name: Shop\npipelines:\n  medallion: {stages: [ingest, silver, gold]}\n"
TABLE = """\
# Orders,   as they came.
source: {format: csv,   path: '*.csv'}   # one a day
key: [id]

columns:
    id: {privacy: "keep"}
    status:   {privacy: 'keep'}
    price: {type: number}
"""
LISTS = {
    "in a list": "checks:\n  - row_count > 0   # always\n  - missing_count(id) = 0\n",
    "without indentation": "checks:\n- row_count > 0\n# the end\n",
    "with settings": "checks:\n  - missing_percent(price):\n        warn: when > 5\n"
    "        fail: when > 9   # too many\n",
    "over lines": "checks:\n  - invalid_count(status) = 0:\n      valid values: [new,\n"
    "        no]   # both\n",
    "with a text block": "checks:\n  - failed rows:\n      fail query: |\n        SELECT 1\n\n"
    "        WHERE false\n\n# about the owner\n",
    "with a folded block": "checks:\n  - failed rows:\n      fail condition: >-\n        price <\n"
    "        0\n",
    "with quotes": "checks:\n  - \"row_count > 0\"\n  - 'missing_count(id) = 0'\n",
    "missing": "",
}


def project(folder: Path, checks: str, *, last: str = "description: The end\n") -> Path:
    """A project with one table and one model; the table's checks are in the middle of its file."""
    (folder / "tables").mkdir()
    (folder / "models").mkdir()
    (folder / "atlas.yaml").write_text(HEAD)
    (folder / "models" / "report.sql").write_text("SELECT id FROM silver.orders")
    path = folder / "tables" / "orders.yaml"
    path.write_bytes((TABLE + checks + last).encode())
    return path


def changes(old: str, new: str) -> tuple[list[str], list[str]]:
    """The lines that went, and those that came."""
    lines = list(difflib.ndiff(old.splitlines(keepends=True), new.splitlines(keepends=True)))
    went = [line[2:] for line in lines if line.startswith("- ")]
    return went, [line[2:] for line in lines if line.startswith("+ ")]


@pytest.mark.parametrize("checks", LISTS.values(), ids=LISTS.keys())
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize("last", ["description: The end\n", "description: The end", ""])
def test_only_lines_are_added(tmp_path: Path, checks: str, newline: str, last: str) -> None:
    path = project(tmp_path, checks, last=last)
    old = path.read_text().replace("\n", newline)
    path.write_bytes(old.encode())
    before = read_project(tmp_path).checks_of(ORDERS)

    written = add_checks(tmp_path, ORDERS, NEW)

    new = path.read_bytes().decode()
    went, came = changes(old, new)
    assert went in ([], [last])
    assert all(line.endswith(newline) for line in came)
    after = read_project(tmp_path).checks_of(ORDERS)
    texts = [*(each.text for each in before), *NEW]
    assert [read(each.text).form for each in after] == [read(each).form for each in texts]
    assert written.lines == tuple(each.line for each in after[-2:])
    assert new.splitlines()[written.lines[0] - 1].strip() == "- min(price) > 0"


def test_a_list_in_brackets_becomes_one_check_a_line(tmp_path: Path) -> None:
    path = project(tmp_path, "checks: [row_count > 0]\n")

    add_checks(tmp_path, ORDERS, NEW)

    checks = [each.text for each in read_project(tmp_path).checks_of(ORDERS)]
    assert checks[0] == "row_count > 0"
    assert len(checks) == 3
    assert "# Orders,   as they came." in path.read_text()
    assert "# one a day" in path.read_text()


def test_a_model_without_a_file_of_its_own_gets_one(tmp_path: Path) -> None:
    project(tmp_path, "")

    written = add_checks(tmp_path, REPORT, ["row_count > 0"])

    assert written.file == "models/report.yaml"
    assert (tmp_path / "models" / "report.yaml").read_text() == "checks:\n  - row_count > 0\n"


def test_a_file_with_the_short_ending_is_found(tmp_path: Path) -> None:
    path = project(tmp_path, "")
    path.rename(path.with_suffix(".yml"))

    assert add_checks(tmp_path, ORDERS, NEW).file == "tables/orders.yml"


@pytest.mark.parametrize("check", ["min(pricee) > 0", "min(price >", "row_count > 0\nowner: me"])
def test_what_the_project_can_not_read_is_taken_back(tmp_path: Path, check: str) -> None:
    path = project(tmp_path, LISTS["in a list"])
    old = path.read_bytes()

    with pytest.raises(EngineError):
        add_checks(tmp_path, ORDERS, [NEW[0], check])

    assert path.read_bytes() == old


def test_a_file_that_was_not_there_is_gone_again(tmp_path: Path) -> None:
    project(tmp_path, "")

    with pytest.raises(EngineError):
        add_checks(tmp_path, REPORT, ["no check"])

    assert [each.name for each in (tmp_path / "models").iterdir()] == ["report.sql"]


def test_a_project_with_mistakes_is_left_alone(tmp_path: Path) -> None:
    path = project(tmp_path, "ownr: me\n")
    old = path.read_bytes()

    with pytest.raises(ProjectError):
        add_checks(tmp_path, ORDERS, NEW)

    assert path.read_bytes() == old


def test_a_list_with_an_anchor_keeps_it(tmp_path: Path) -> None:
    path = project(tmp_path, "checks: &all\n  - row_count > 0\n")

    add_checks(tmp_path, ORDERS, NEW)

    assert "checks: &all\n  - row_count > 0\n  - min(price) > 0\n" in path.read_text()


def test_what_a_link_points_to_is_written_and_keeps_its_rights(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    path = project(tmp_path / "project", "")
    real = tmp_path / "orders.yaml"
    path.rename(real)
    real.chmod(0o640)
    path.symlink_to(real)

    add_checks(tmp_path / "project", ORDERS, NEW)

    assert path.is_symlink()
    assert "min(price) > 0" in real.read_text()
    assert real.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    project(tmp_path, "")
    (tmp_path / "tables").chmod(0o500)

    with pytest.raises(EngineError, match="Permission denied") as raised:
        add_checks(tmp_path, ORDERS, NEW)

    assert "min(price) > 0" in raised.value.hint


def test_a_full_disk_is_told_and_nothing_is_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    path = project(tmp_path, "")
    monkeypatch.setattr("tempfile.mkstemp", no_room)

    with pytest.raises(EngineError, match="No space left") as raised:
        add_checks(tmp_path, ORDERS, NEW)

    assert "min(price) > 0" in raised.value.hint
    assert "min" not in path.read_text()


async def test_two_at_once_are_both_added(tmp_path: Path) -> None:
    project(tmp_path, "")
    files = ProjectFiles(tmp_path)

    await asyncio.gather(*(files.add(ORDERS, [each]) for each in NEW))

    assert len((await files.read()).checks_of(ORDERS)) == 2


def test_an_empty_file_gets_a_list() -> None:
    assert extended("", ["row_count > 0"]) == "checks:\n  - row_count > 0\n"
    assert extended("# later", ["row_count > 0"]) == "# later\nchecks:\n  - row_count > 0\n"


def test_checks_of_bronze_get_a_list_of_their_own(tmp_path: Path) -> None:
    path = project(tmp_path, LISTS["in a list"])
    old, bronze = path.read_text(), dataset("bronze.orders")

    first = add_checks(tmp_path, bronze, ("row_count > 0",))
    add_checks(tmp_path, bronze, ("freshness(_loaded_at) < 1d",))

    assert changes(old, path.read_text()) == (
        [],
        ["bronze_checks:\n", "  - row_count > 0\n", "  - freshness(_loaded_at) < 1d\n"],
    )
    assert first.lines == (len(old.splitlines()) + 2,)
    assert len(read_project(tmp_path).checks_of(ORDERS)) == 2
