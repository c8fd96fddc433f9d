"""A project folder is read whole, or every mistake in it is told with its file and line."""

import re
import string
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.catalog.model import (
    Cleaning,
    ColumnType,
    DateFormat,
    FileFormat,
    FileSource,
    Layer,
    Operator,
    PostgresSource,
    Stage,
)
from engine.catalog.reader import read_project
from engine.errors import Mistake, ProjectError
from tests.builders import dataset

SHOP = Path(__file__).parent.parent.parent / "examples" / "shop"

HEAD = """\
name: Shop
owners:
  crm:
    name: Customer relations
pipelines:
  medallion:
    stages: [ingest, silver, gold]
"""

TABLE = """\
source:
  format: csv
  path: deliveries/*/customers.csv
key: [id]
watermark: updated_at
columns:
  id:
    privacy: keep
  email:
    type: text
    clean: [trim, lower]
    privacy: hash
    entity: EMAIL_ADDRESS
  updated_at:
    type: timestamp
checks:
  - row_count > 0
owner: crm
"""

MODEL = "SELECT count(*) AS customers FROM silver.customers"

Folder = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Writes a good project, with some of its files replaced or added."""

    def project(files: dict[str, str | bytes] | None = None) -> Path:
        good: dict[str, str | bytes] = {
            "atlas.yaml": HEAD,
            "tables/customers.yaml": TABLE,
            "models/revenue.sql": MODEL,
        }
        for name, content in (good | (files or {})).items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return project


def mistakes_of(folder: Path) -> tuple[Mistake, ...]:
    """The mistakes that reading the folder tells."""
    with pytest.raises(ProjectError) as caught:
        read_project(folder)
    return caught.value.mistakes


def the_mistake(folder: Path) -> str:
    """The one mistake that reading the folder tells, as people read it."""
    mistakes = mistakes_of(folder)
    assert len(mistakes) == 1, [str(each) for each in mistakes]
    return str(mistakes[0])


def test_the_sample_project_has_no_mistake() -> None:
    project = read_project(SHOP)

    assert project.name == "Harbour & Pine"
    assert [table.name for table in project.tables] == [
        "customers",
        "orders",
        "products",
        "support_tickets",
    ]
    assert [str(owner.id) for owner in project.owners] == ["crm", "catalogue", "sales", "care"]
    assert len(project.models) == 4


def test_a_table_is_read_as_it_is_written(folder: Folder) -> None:
    table = read_project(folder()).tables[0]

    assert table.source == FileSource(FileFormat.CSV, "deliveries/*/customers.csv")
    assert table.key == ("id",)
    assert table.watermark == "updated_at"
    email = table.column("email")
    assert email is not None
    assert email.clean == (Cleaning.TRIM, Cleaning.LOWER)
    assert (email.operator, email.entity) == (Operator.HASH, "EMAIL_ADDRESS")
    updated_at = table.column("updated_at")
    assert updated_at is not None
    assert updated_at.type is ColumnType.TIMESTAMP
    assert updated_at.formats == (DateFormat.ISO,)


def test_a_key_column_is_required_without_saying_so(folder: Folder) -> None:
    table = read_project(folder()).tables[0]

    assert [column.required for column in table.columns] == [True, False, False]


def test_a_check_knows_its_line(folder: Folder) -> None:
    table = read_project(folder()).tables[0]

    assert [(check.text, check.line) for check in table.checks] == [("row_count > 0", 17)]


def test_a_check_of_several_lines_keeps_its_settings(folder: Folder) -> None:
    check = (
        "  - missing_percent(email):\n      warn: when > 10\n      fail: when > 30\n"
        "  - invalid_count(email) = 0:\n      valid values: [a, b]\n"
    )
    path = folder({"tables/customers.yaml": TABLE.replace("  - row_count > 0\n", check)})

    first, second = read_project(path).tables[0].checks

    assert first.title == "missing_percent(email)"
    assert first.text == "missing_percent(email):\n  warn: when > 10\n  fail: when > 30"
    assert (second.title, second.line) == ("invalid_count(email) = 0", 20)


def test_a_source_may_be_another_postgresql(folder: Folder) -> None:
    source = "source:\n  format: postgres\n  url_env: SHOP_URL\n  table: public.customers\n"
    path = folder({"tables/customers.yaml": source + TABLE[TABLE.index("key:") :]})

    assert read_project(path).tables[0].source == PostgresSource("SHOP_URL", "public.customers")


def test_a_model_has_its_checks_and_its_owner_from_the_file_beside_it(folder: Folder) -> None:
    beside = "owner: crm\ndescription: All of it.\nchecks:\n  - row_count > 0\n"

    model = read_project(folder({"models/revenue.yaml": beside})).models[0]

    assert model.upstream == (dataset("silver.customers"),)
    assert (model.owner, model.description) == ("crm", "All of it.")
    assert [(check.text, check.line) for check in model.checks] == [("row_count > 0", 4)]


def test_models_come_after_those_they_read(folder: Folder) -> None:
    path = folder({"models/a.sql": "SELECT * FROM gold.revenue"})

    assert [model.name for model in read_project(path).models] == ["revenue", "a"]


def test_a_file_that_is_no_part_of_a_project_is_not_read(folder: Folder) -> None:
    path = folder({"tables/README.md": "# not a table", "models/notes.txt": "nor a model"})

    assert len(read_project(path).tables) == 1


def test_stages_and_routes_have_their_defaults(folder: Folder) -> None:
    project = read_project(folder())

    assert project.pipelines[0].stages == (Stage.INGEST, Stage.SILVER, Stage.GOLD)
    assert project.routes.privacy == "#privacy"
    assert project.privacy.default is Operator.REDACT


def test_a_folder_without_atlas_yaml_is_no_project(tmp_path: Path) -> None:
    said = the_mistake(tmp_path)

    assert said.startswith("atlas.yaml: ")


def test_a_folder_that_does_not_exist_is_said_to_be_so(tmp_path: Path) -> None:
    said = [str(each) for each in mistakes_of(tmp_path / "nowhere")]

    assert len(said) == 1


def test_a_file_that_is_a_folder_can_not_be_read(folder: Folder) -> None:
    path = folder()
    (path / "tables" / "orders.yaml").mkdir()

    assert the_mistake(path) == "tables/orders.yaml: the file can't be read: Is a directory"


def test_all_mistakes_of_all_files_are_told_at_once(folder: Folder) -> None:
    path = folder(
        {
            "atlas.yaml": HEAD.replace("name: Shop", "nme: Shop"),
            "tables/customers.yaml": TABLE.replace("type: text", "type: txt"),
            "models/revenue.sql": "SELECT FROM WHERE",
        }
    )

    files = [mistake.file for mistake in mistakes_of(path)]

    assert files == ["atlas.yaml", "atlas.yaml", "tables/customers.yaml", "models/revenue.sql"]


def test_the_error_tells_the_first_mistake_and_how_to_see_all(folder: Folder) -> None:
    path = folder({"tables/customers.yaml": TABLE.replace("clean:", "clear:")})

    with pytest.raises(ProjectError) as caught:
        read_project(path)

    assert "has 1 mistake: tables/customers.yaml:11: " in caught.value.message
    assert "atlas check-project" in caught.value.hint


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        pytest.param(
            "    clean: [trim",
            "    claen: [trim",
            "tables/customers.yaml:11: unknown key 'columns.email.claen'; did you mean 'clean'?",
            id="unknown key of a column",
        ),
        pytest.param(
            "owner: crm",
            "ower: crm",
            "tables/customers.yaml:18: unknown key 'ower'; did you mean 'owner'?",
            id="unknown key of a table",
        ),
        pytest.param(
            "  path: deliveries",
            "  pth: deliveries",
            "tables/customers.yaml:3: unknown key 'source.pth'; did you mean 'path'?",
            id="unknown key of a source",
        ),
        pytest.param(
            "type: text",
            "type: txt",
            "tables/customers.yaml:10: columns.email.type: Input should be 'text', 'integer', "
            "'number', 'boolean', 'date' or 'timestamp'",
            id="unknown type",
        ),
        pytest.param(
            "[trim, lower]",
            "[trim, strip]",
            "tables/customers.yaml:11: columns.email.clean.1: Input should be 'trim', 'squeeze', "
            "'lower', 'upper' or 'digits'",
            id="unknown cleaning",
        ),
        pytest.param(
            "privacy: hash",
            "privacy: shred",
            "tables/customers.yaml:12: columns.email.privacy: Input should be 'hash', 'mask', "
            "'redact', 'generalise', 'encrypt' or 'keep'",
            id="unknown operator",
        ),
        pytest.param(
            "entity: EMAIL_ADDRESS",
            "entity: email",
            "tables/customers.yaml:13: columns.email.entity: ",
            id="entity that is none",
        ),
        pytest.param(
            "key: [id]",
            "key: []",
            "tables/customers.yaml:4: key: ",
            id="no key",
        ),
        pytest.param(
            "key: [id]",
            "key: id",
            "tables/customers.yaml:4: key: there must be a list here",
            id="key that is no list",
        ),
        pytest.param(
            "  - row_count > 0",
            "  - 5",
            "tables/customers.yaml:17: checks.0: ",
            id="check that is a number",
        ),
        pytest.param(
            "  format: csv\n",
            "",
            "tables/customers.yaml:1: the key 'source.format' is missing",
            id="source without a format",
        ),
        pytest.param(
            "key: [id]",
            "key: [ident]",
            "tables/customers.yaml:4: the key 'ident' is no column; did you mean 'id'?",
            id="key that is no column",
        ),
        pytest.param(
            "watermark: updated_at",
            "watermark: update_at",
            "tables/customers.yaml:5: the watermark 'update_at' is no column; "
            "did you mean 'updated_at'?",
            id="watermark that is no column",
        ),
        pytest.param(
            "row_count > 0",
            "missing_count(emial) = 0",
            "tables/customers.yaml:17: the check «missing_count(emial) = 0» needs 'emial', which "
            "is no declared column; did you mean 'email'?",
            id="check of no column",
        ),
        pytest.param(
            "owner: crm",
            "owner: cmr",
            "tables/customers.yaml:18: there is no owner 'cmr'; did you mean 'crm'?",
            id="owner that is none",
        ),
        pytest.param(
            "    privacy: keep",
            "    privacy: mask",
            "tables/customers.yaml:8: id is a key: mask makes keys collide, use hash",
            id="masked key",
        ),
        pytest.param(
            "    privacy: keep",
            "    privacy: redact",
            "tables/customers.yaml:8: id is a key: redact makes keys collide, use hash",
            id="redacted key",
        ),
        pytest.param(
            "    type: timestamp",
            "    type: timestamp\n    privacy: mask",
            "tables/customers.yaml:16: mask works on text; updated_at is timestamp: "
            "use hash or redact",
            id="masked time",
        ),
        pytest.param(
            "  email:",
            "  E-Mail:",
            "tables/customers.yaml:9: 'E-Mail' can't name a column: lower-case letters, digits, _",
            id="column with a sign in its name",
        ),
        pytest.param(
            "format: csv",
            "format: excel",
            "tables/customers.yaml:2: source.format: Input should be one of 'csv', 'jsonl', ",
            id="unknown format",
        ),
        pytest.param(
            "  path: deliveries/*/customers.csv",
            "  path: x.csv\n  delimiter: ';;'",
            "tables/customers.yaml:4: ",
            id="two delimiters",
        ),
        pytest.param(
            "  path: deliveries/*/customers.csv",
            "  path: x.csv\n  encoding: utf-16",
            "tables/customers.yaml:4: ",
            id="unknown encoding",
        ),
        pytest.param(
            "  path: deliveries/*/customers.csv\n",
            "",
            "tables/customers.yaml:1: the key 'source.path' is missing",
            id="missing key",
        ),
        pytest.param(
            "  email:\n",
            "  id:\n",
            "tables/customers.yaml:9: this is not valid YAML: ",
            id="key twice",
        ),
        pytest.param(
            "    type: text",
            "\ttype: text",
            "tables/customers.yaml:10: this is not valid YAML: ",
            id="tab",
        ),
        pytest.param(
            "key: [id]",
            "key: !!python/object/apply:os.system ['true']",
            "tables/customers.yaml:4: a tag (!…) is not allowed here",
            id="tag that builds an object",
        ),
    ],
)
def test_a_mistake_in_a_table_is_told_with_its_line(
    folder: Folder, before: str, after: str, said: str
) -> None:
    path = folder({"tables/customers.yaml": TABLE.replace(before, after, 1)})

    told = [str(mistake) for mistake in mistakes_of(path)]

    assert any(each.startswith(said) for each in told), told


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "    stages: [ingest, silver, gold]",
            "    stages: [ingest, bronze]",
            (
                "atlas.yaml:7: pipelines.medallion.stages.1: Input should be 'ingest', 'silver' or "
                "'gold'"
            ),
        ),
        (
            "    stages: [ingest, silver, gold]",
            "    stages: [gold]\n    tables: [custommers]",
            "atlas.yaml:8: there is no table 'custommers'; did you mean 'customers'?",
        ),
        (
            "owners:",
            "rotues: {}\nowners:",
            "atlas.yaml:2: unknown key 'rotues'; did you mean 'routes'?",
        ),
        (
            "owners:",
            "zzz: 1\nowners:",
            (
                "atlas.yaml:2: unknown key 'zzz'; known keys: name, description, owners, "
                "pipelines, routes, privacy"
            ),
        ),
        ("name: Shop\n", "", "atlas.yaml: the key 'name' is missing"),
        ("  medallion:", "  Medallion Run:", "atlas.yaml:6: pipelines.Medallion Run"),
        ("name: Shop", "name: [1]", "atlas.yaml:1: name: Input should be a valid string"),
    ],
)
def test_a_mistake_in_the_head_is_told_with_its_line(
    folder: Folder, before: str, after: str, said: str
) -> None:
    path = folder({"atlas.yaml": HEAD.replace(before, after, 1)})

    told = [str(mistake) for mistake in mistakes_of(path)]

    assert any(each.startswith(said) for each in told), told


def test_a_file_that_is_not_utf_8_is_said_to_be_so(folder: Folder) -> None:
    path = folder({"tables/customers.yaml": TABLE.replace("crm", "Bücher").encode("latin-1")})

    assert the_mistake(path) == (
        "tables/customers.yaml: the file is not UTF-8 text; save it as UTF-8"
    )


def test_a_list_is_no_table(folder: Folder) -> None:
    said = the_mistake(folder({"tables/customers.yaml": "- one\n- two\n"}))

    assert said.startswith("tables/customers.yaml: the file: there must be keys")


def test_what_refers_to_a_broken_file_is_no_second_mistake(folder: Folder) -> None:
    head = HEAD + "    tables: [customers]\n"

    said = the_mistake(folder({"atlas.yaml": head, "tables/customers.yaml": "- one\n"}))

    assert said.startswith("tables/customers.yaml: ")


def test_a_control_character_is_no_yaml(folder: Folder) -> None:
    said = the_mistake(folder({"tables/customers.yaml": TABLE + "\x00"}))

    assert said == ("tables/customers.yaml: this is not valid YAML: it holds control characters")


@pytest.mark.parametrize("value", ["2026-02-30", "._", "-_"])
def test_a_value_that_only_looks_like_a_date_or_number_is_told(folder: Folder, value: str) -> None:
    said = the_mistake(folder({"tables/customers.yaml": TABLE + f"description: {value}\n"}))

    assert said.endswith("looks like a number or a date and is none; put it in quotes")


def test_a_file_that_is_nested_without_end_is_refused(folder: Folder) -> None:
    deep = "[" * 500 + "]" * 500

    said = the_mistake(folder({"tables/customers.yaml": f"checks: {deep}\n"}))

    assert said == "tables/customers.yaml: this is not valid YAML: it is nested too deeply"


def test_an_empty_file_lacks_its_keys(folder: Folder) -> None:
    path = folder({"tables/customers.yaml": ""})

    told = [str(mistake) for mistake in mistakes_of(path)]

    assert "tables/customers.yaml: the key 'source' is missing" in told


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!!python/name:os.system"])
def test_a_yaml_tag_never_builds_an_object(folder: Folder, tmp_path: Path, tag: str) -> None:
    proof = tmp_path / "proof"
    path = folder({"atlas.yaml": HEAD + f"description: {tag} ['touch {proof}']\n"})

    mistakes_of(path)

    assert not proof.exists()


@pytest.mark.parametrize("name", ["Customers", "1st", "cust-omers", "a" * 41, "kunden_ä"])
@pytest.mark.parametrize(
    ("place", "content"), [("tables/{}.yaml", TABLE), ("models/{}.sql", MODEL)]
)
def test_a_file_name_must_be_able_to_name_a_dataset(
    folder: Folder, name: str, place: str, content: str
) -> None:
    file = place.format(name)

    said = the_mistake(folder({file: content}))

    assert said == (
        f"{file}: a file name here is a dataset name: lower-case letters, digits and _, "
        "at most 40, a letter first"
    )


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT 1\nFROM silver.customers\nWHERE (", ":3: PostgreSQL would not understand"),
        ("\n\n  \nSELECT FROM WHERE", ":4: PostgreSQL would not understand"),
        ("SELECT 1; SELECT 2", ": a model is exactly one SELECT statement"),
        ("", ": a model is exactly one SELECT statement"),
        ("-- nothing", ": a model is exactly one SELECT statement"),
        ("INSERT INTO gold.x SELECT 1", ": a model is exactly one SELECT statement"),
        ("DROP TABLE silver.customers", ": a model is exactly one SELECT statement"),
        ("VACUUM", ": "),
        (
            "WITH gone AS (DELETE FROM silver.customers RETURNING *) SELECT * FROM gone",
            ": a model only reads: no INSERT, UPDATE, DELETE, MERGE or INTO",
        ),
        (
            "SELECT * FROM bronze.customers",
            ": a model reads silver.<table> or gold.<model>, not bronze.customers",
        ),
        (
            "SELECT * FROM customers",
            ": a model reads silver.<table> or gold.<model>, not customers",
        ),
        (
            "SELECT * FROM pg_catalog.pg_authid",
            ": a model reads silver.<table> or gold.<model>, not pg_catalog.pg_authid",
        ),
        (
            "SELECT * FROM silver.custmers",
            ": it reads silver.custmers, which does not exist; did you mean 'silver.customers'?",
        ),
        ("SELECT * FROM gold.revenue", ": these models read each other in a circle"),
    ],
)
def test_a_mistake_in_a_model_is_told(folder: Folder, sql: str, said: str) -> None:
    told = [str(mistake) for mistake in mistakes_of(folder({"models/revenue.sql": sql}))]

    assert len(told) == 1
    assert said in told[0]


def test_models_in_a_circle_are_named(folder: Folder) -> None:
    path = folder(
        {
            "models/revenue.sql": "SELECT * FROM gold.margin",
            "models/margin.sql": "SELECT * FROM gold.revenue",
        }
    )

    said = the_mistake(path)

    assert said.startswith("models: these models read each other in a circle: ")
    assert said.count("gold.margin") + said.count("gold.revenue") == 3


def test_a_model_that_is_not_utf_8_is_said_to_be_so(folder: Folder) -> None:
    path = folder({"models/revenue.sql": "SELECT 'Bücher' FROM silver.customers".encode("latin-1")})

    assert the_mistake(path) == ("models/revenue.sql: the file is not UTF-8 text; save it as UTF-8")


def test_a_mistake_in_the_file_beside_a_model_is_told(folder: Folder) -> None:
    said = the_mistake(folder({"models/revenue.yaml": "owner: cmr\n"}))

    assert said == "models/revenue.yaml:1: there is no owner 'cmr'; did you mean 'crm'?"


def test_a_table_and_a_model_may_not_share_a_name_by_layer(folder: Folder) -> None:
    path = folder({"models/customers.sql": MODEL})

    layers = [name.layer for name in read_project(path).datasets() if name.table == "customers"]

    assert layers == [Layer.BRONZE, Layer.SILVER, Layer.GOLD]


@given(junk=st.text(string.printable, max_size=200))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_in_a_file_breaks_the_reader(folder: Folder, junk: str) -> None:
    path = folder({"tables/customers.yaml": junk, "models/revenue.sql": junk})

    mistakes = mistakes_of(path)

    assert {mistake.file.partition("/")[0] for mistake in mistakes} <= {"tables", "models"}


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ("row_cuont > 0", "SodaCL has no metric 'row_cuont'; did you mean 'row_count'?"),
        ("row_count", "the check «row_count» has no threshold, such as > 0"),
    ],
)
def test_a_check_that_soda_would_not_understand_is_a_mistake(
    folder: Folder, check: str, said: str
) -> None:
    path = folder({"tables/customers.yaml": TABLE.replace("row_count > 0", check)})

    assert the_mistake(path) == f"tables/customers.yaml:17: {said}"


@pytest.mark.parametrize(
    "check",
    [
        "values in (email) must exist in customers (email)",
        "schema:\n      fail: {when required column missing: [email]}",
        "failed rows:\n      fail condition: email = ''",
        "anomaly detection for row_count",
        "change for row_count < 10",
        "spread > 1:\n      spread expression: max(length(email)) - min(length(email))",
    ],
)
def test_checks_of_other_forms_are_no_mistake(folder: Folder, check: str) -> None:
    path = folder({"tables/customers.yaml": TABLE.replace("row_count > 0", check)})

    assert len(read_project(path).tables[0].checks) == 1


def test_a_folder_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    assert str(mistakes_of(tmp_path / "nowhere")[0]).endswith("nowhere: there is no such folder")


@pytest.mark.parametrize("path", ["../secrets.csv", "/etc/passwd", "a/../../b.csv"])
def test_a_source_out_of_the_folder_is_a_mistake(folder: Folder, path: str) -> None:
    written = re.sub(r"path: [^,}\n]+", f'path: "{path}"', TABLE)

    said = the_mistake(folder({"tables/customers.yaml": written}))

    assert said.endswith("the path must stay within the project folder")
