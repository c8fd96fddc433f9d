"""What people decide gets into privacy.yaml: what a person wrote survives, or nothing happens."""

import asyncio
import difflib
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.adapters.privacy_file import PrivacyFile, write_rule
from engine.adapters.yaml_lines import NotPlain, node_at, with_value, without
from engine.catalog.model import Operator
from engine.catalog.policy import ColumnRule, Place, Word
from engine.catalog.reader import read_project
from engine.errors import EngineError, ProjectError

HEAD = "name: Shop\npipelines:\n  medallion: {stages: [ingest, silver, gold]}\n"
ORDERS = """\
source: {format: csv, path: '*.csv'}
key: [id]
columns:
  id: {privacy: keep}
  email: {privacy: hash, entity: EMAIL_ADDRESS}
  note: {}
"""
WORD = Word("web:maria", date(2026, 11, 23))
MASK = ColumnRule(Operator.MASK, word=WORD)
ENTRY = '{operator: mask, by: "web:maria", at: 2026-11-23}'

BEFORE = """\
# Who asks:   the data protection officer.
default: redact   # to be safe

entities:
    PERSON:   hash
"""
AFTER = """\

# ---- what we add
allow:
  words: ["Harbour & Pine"]   # the shop itself
"""
COLUMNS = {
    "without columns": "",
    "with columns that are empty": "columns:\n",
    "with columns in brackets": "columns: {}\n",
    "with another table": "columns:\n  customers:\n    name: keep   # agreed\n",
    "with another table in brackets": "columns: {customers: {name: keep}}   # agreed\n",
    "with the table": "columns:\n  orders:\n    id: keep  # a number\n  # more to come\n",
    "with the table that is empty": "columns:\n  orders:   # soon\n",
    "with the table in brackets": "columns:\n  orders: {id: keep}   # a number\n",
    "with the table, far indented": "columns:\n      orders:\n          id: keep\n",
    "with a column over lines": "columns:\n  orders:\n    id:\n      operator: keep   # ok\n",
}


def a_project(folder: Path, rules: str | None) -> Path:
    """A project with two tables, and its file of rules."""
    (folder / "tables").mkdir()
    (folder / "atlas.yaml").write_text(HEAD)
    (folder / "tables" / "orders.yaml").write_text(ORDERS.replace("{privacy: keep}", "{}"))
    (folder / "tables" / "customers.yaml").write_text(
        ORDERS.replace("email: {privacy: hash, entity: EMAIL_ADDRESS}", "name: {}")
    )
    path = folder / "privacy.yaml"
    if rules is not None:
        path.write_bytes(rules.encode())
    return path


def changes(old: str, new: str) -> tuple[list[str], list[str]]:
    """The lines that went, and those that came."""
    lines = list(difflib.ndiff(old.splitlines(keepends=True), new.splitlines(keepends=True)))
    went = [line[2:] for line in lines if line.startswith("- ")]
    return went, [line[2:] for line in lines if line.startswith("+ ")]


@pytest.mark.parametrize("columns", COLUMNS.values(), ids=COLUMNS.keys())
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize("after", ["", AFTER], ids=["at the end", "in the middle"])
def test_only_the_rule_is_added(tmp_path: Path, columns: str, newline: str, after: str) -> None:
    old = (BEFORE + columns + after).replace("\n", newline)
    path = a_project(tmp_path, old)

    place = write_rule(tmp_path, "orders", "note", MASK)

    new = path.read_bytes().decode()
    went, came = changes(old, new)
    assert all("{" in line or line.startswith("columns:") for line in went), went
    assert all(line.endswith(newline) for line in came)
    assert f"note: {ENTRY}" in new.splitlines()[(place.line or 0) - 1]
    for remark in ("# Who asks:   the", "# to be safe", *(r for r in _remarks(columns + after))):
        assert remark in new
    project = read_project(tmp_path)
    assert project.decided("orders", "note") == MASK
    assert project.decided("orders", "note").word == WORD
    assert project.decided("orders", "note").place == place


def _remarks(text: str) -> list[str]:
    return [line[line.index("#") :] for line in text.splitlines() if "#" in line]


def test_a_project_without_the_file_gets_one(tmp_path: Path) -> None:
    path = a_project(tmp_path, None)

    place = write_rule(tmp_path, "orders", "note", MASK)

    assert place == Place("privacy.yaml", 4)
    assert path.read_text().endswith(f"columns:\n  orders:\n    note: {ENTRY}\n")
    assert path.read_text().startswith("# ")


def test_a_rule_is_replaced_where_it_stands(tmp_path: Path) -> None:
    old = (
        "columns:\n  orders:\n    note: keep   # says Ada\n    email: {was: hash, operator: mask}\n"
    )
    path = a_project(tmp_path, old)

    write_rule(tmp_path, "orders", "note", MASK)

    assert path.read_text() == old.replace("note: keep", f"note: {ENTRY}")


def test_a_rule_over_lines_stays_so_with_its_remarks(tmp_path: Path) -> None:
    path = a_project(
        tmp_path,
        "columns:\n  orders:\n    note:\n      # asked in May\n      operator: generalise  # hm\n"
        "      to: first 3\n      not personal:\n        - URL\n    id: keep\n",
    )

    write_rule(tmp_path, "orders", "note", MASK)

    assert path.read_text() == (
        "columns:\n  orders:\n    note:\n      # asked in May\n      operator: mask  # hm\n"
        '      by: "web:maria"\n      at: 2026-11-23\n    id: keep\n'
    )


def test_all_that_can_be_decided_is_written_and_read_again(tmp_path: Path) -> None:
    a_project(tmp_path, None)
    rule = ColumnRule(
        Operator.GENERALISE,
        "first 3",
        "LOCATION",
        free_text=False,
        holds=("PERSON", "URL"),
        not_personal=("CREDIT_CARD",),
        undeclared=True,
        word=Word('web:"o\'neil"', date(2026, 1, 2), "LOCATION: #1"),
    )

    for column in ("extra", "null", "2nd_mail", "größe"):
        write_rule(tmp_path, "orders", column, rule)

    written = {each: read_project(tmp_path).decided("orders", each) for each in ("null", "größe")}
    assert set(written.values()) == {rule}
    assert {each.word for each in written.values()} == {rule.word}


def test_a_rule_for_a_declared_column_goes_before_its_table(tmp_path: Path) -> None:
    a_project(tmp_path, None)
    rule = ColumnRule(Operator.MASK, word=Word("web:maria", WORD.at, "hash"))

    write_rule(tmp_path, "orders", "email", rule)

    email = read_project(tmp_path).decided("orders", "email")
    assert (email.operator, email.entity) == (Operator.MASK, "EMAIL_ADDRESS")


@pytest.mark.parametrize(
    ("rules", "column", "said"),
    [
        (BEFORE, "nott", "orders declares no column 'nott'"),
        (BEFORE, "email", "email is decided in tables/orders.yaml:5 too"),
        (BEFORE, "id", "id is a key: mask makes keys collide"),
        ("columns:\n  orders:\n    note: &a {operator: keep}\n    id: *a\n", "note", "changed"),
        ("columns: {orders: {id: keep,}}\n", "note", "not"),
    ],
)
def test_what_can_not_be_written_leaves_the_file_as_it_was(
    tmp_path: Path, rules: str, column: str, said: str
) -> None:
    path = a_project(tmp_path, rules)

    with pytest.raises(EngineError, match=re.escape(said)) as raised:
        write_rule(tmp_path, "orders", column, MASK)

    assert "By hand" in raised.value.hint
    assert path.read_bytes() == rules.encode()
    assert [each.name for each in tmp_path.glob("*privacy*")] == ["privacy.yaml"]


def test_a_file_that_was_not_there_is_not_left_behind(tmp_path: Path) -> None:
    path = a_project(tmp_path, None)

    with pytest.raises(EngineError, match=r"privacy\.yaml was not changed"):
        write_rule(tmp_path, "orders", "id", MASK)

    assert not path.exists()


def test_a_project_with_mistakes_is_not_written_to(tmp_path: Path) -> None:
    path = a_project(tmp_path, "defualt: hash\n")

    with pytest.raises(ProjectError):
        write_rule(tmp_path, "orders", "note", MASK)

    assert path.read_text() == "defualt: hash\n"


async def test_what_two_people_decide_at_once_is_all_written(tmp_path: Path) -> None:
    a_project(tmp_path, BEFORE)
    file = PrivacyFile(read_project(tmp_path))
    rule = ColumnRule(Operator.HASH, undeclared=True, word=WORD)

    await asyncio.gather(*(file.write("orders", f"extra_{n}", rule) for n in range(5)))

    decided = (await file.read()).privacy.columns
    assert [name for _, name in decided if name.startswith("extra")] == [
        f"extra_{n}" for n in range(5)
    ]


async def test_the_rules_of_now_hold_without_a_new_start(tmp_path: Path) -> None:
    path = a_project(tmp_path, "columns: {orders: {note: keep}}\n")
    file = PrivacyFile(read_project(tmp_path))
    assert (await file.current()).tables[1].tellable == ("note",)

    path.write_text("default: hash\ncolumns: {orders: {note: mask}}\n")

    now = await file.current()
    assert now.decided("orders", "note").operator is Operator.MASK
    assert now.tables[1].tellable == ()
    assert now.privacy.default is Operator.HASH
    path.unlink()
    assert (await file.current()).decided("orders", "note") == ColumnRule()
    assert (await file.current()).tables[1].column("note").operator is None  # type: ignore[union-attr]  # it is declared


async def test_only_a_change_of_the_rules_has_the_project_read_again(tmp_path: Path) -> None:
    a_project(tmp_path, BEFORE)
    started_with = read_project(tmp_path)
    file = PrivacyFile(started_with)

    (tmp_path / "tables" / "orders.yaml").write_text("half writ")

    assert await file.current() is started_with


async def test_rules_that_can_not_be_read_stop_whoever_asks_for_them(tmp_path: Path) -> None:
    path = a_project(tmp_path, BEFORE)
    file = PrivacyFile(read_project(tmp_path))
    path.write_text("default: hsh\n")

    for _ in range(2):
        with pytest.raises(ProjectError, match="did you mean 'hash'"):
            await file.current()

    path.write_text("default: hash\n")
    assert (await file.current()).privacy.default is Operator.HASH


names = st.text("abcü_ #", min_size=1, max_size=4).filter(str.strip).map(str.strip)
trees = st.recursive(
    st.sampled_from(["x", "'y'", "{z: 1}", "[1, 2]"]),
    lambda inner: st.dictionaries(names, inner, min_size=1, max_size=3),
    max_leaves=6,
)


def as_yaml(tree: object, indent: int = 0) -> str:
    if not isinstance(tree, dict):
        return f" {tree}\n"
    lines = (
        f'{" " * indent}"{key}":' + as_yaml(value, indent + 2) + f"{' ' * indent}# {key}\n"
        for key, value in tree.items()
    )
    return ("\n" if indent else "") + "".join(lines)


@given(
    st.dictionaries(names, trees, min_size=1, max_size=3), st.lists(names, min_size=1, max_size=3)
)
def test_whatever_the_file_is_like_a_value_is_put_in_and_taken_out(
    tree: dict[str, object], path: list[str]
) -> None:
    text = as_yaml(tree)
    try:
        new = with_value(text, path, "new")
    except NotPlain:
        return

    node = node_at(new, path)
    assert node is not None
    assert node.value == "new"
    assert [line for line in text.splitlines() if line.lstrip().startswith("#")] == [
        line for line in new.splitlines() if line.lstrip().startswith("#")
    ]
    if node_at(text, path) is None and node_at(text, path[:-1]) is not None and len(path) > 1:
        assert node_at(without(new, path), path) is None
