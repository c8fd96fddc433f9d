"""privacy.yaml is read with the other files of a project, and each mistake has its line."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from engine.catalog.check_rules import unwise
from engine.catalog.model import Operator, Project
from engine.catalog.policy import Allowed, ColumnRule, CustomPattern, Place, Rule, Scope, Word
from engine.catalog.reader import read_project
from engine.errors import ProjectError

SHOP = Path(__file__).parent.parent.parent / "examples" / "shop"
HEAD = "name: Shop\npipelines:\n  medallion: {stages: [ingest, silver, gold]}\n"
ORDERS = """\
source: {format: csv, path: '*.csv'}
key: [id]
columns:
  id: {privacy: keep}
  email: {privacy: hash, entity: EMAIL_ADDRESS}
  note: {}
  born: {type: date}
  paid: {type: boolean}
"""
RULES = """\
default: {operator: redact}
entities:
  PERSON: hash
  LOCATION: {operator: generalise, to: city}
layers:
  gold: {default: redact, entities: {PERSON: mask}}
tables:
  orders: {entities: {PERSON: redact}, default: mask}
columns:
  orders:
    born: {operator: generalise, to: year, by: "web:maria", at: 2026-11-23, was: redact}
    note: {free_text: true, holds: [PERSON], not personal: [URL]}
    gift: {entity: EMAIL_ADDRESS, undeclared: true}
recognizers:
  - {name: employee, entity: EMPLOYEE_ID, regex: 'E-\\d{6}', score: 0.6, context: [staff]}
allow: {words: [Harbour & Pine], regexes: ['noreply@.*']}
languages: [en, de]
"""

Written = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes a project with a table, and rules for it."""

    def project(rules: str | None = RULES, *, head: str = HEAD, orders: str = ORDERS) -> Path:
        (tmp_path / "tables").mkdir(exist_ok=True)
        (tmp_path / "atlas.yaml").write_text(head)
        (tmp_path / "tables" / "orders.yaml").write_text(orders)
        if rules is not None:
            (tmp_path / "privacy.yaml").write_text(rules)
        return tmp_path

    return project


def told(folder: Path) -> list[str]:
    """All mistakes that reading the folder tells."""
    with pytest.raises(ProjectError) as caught:
        read_project(folder)
    return [str(each) for each in caught.value.mistakes]


def deciding(project: Project, column: str, entity: str | None) -> Rule:
    decided = project.decided("orders", column)
    return project.privacy.deciding(Scope("silver", "orders", column), decided, entity)


def test_all_that_it_says_is_read(written: Written) -> None:
    policy = read_project(written()).privacy

    assert policy.default is Operator.REDACT
    assert policy.operators == {"PERSON": Operator.HASH, "LOCATION": Operator.GENERALISE}
    assert {(str(each), str(each.place)) for each in policy.rules} >= {
        ("by default: redact in privacy.yaml:1", "privacy.yaml:1"),
        ("PERSON: hash in privacy.yaml:3", "privacy.yaml:3"),
        ("LOCATION: generalise to city in privacy.yaml:4", "privacy.yaml:4"),
        ("PERSON in gold: mask in privacy.yaml:6", "privacy.yaml:6"),
        ("everything personal in gold: redact in privacy.yaml:6", "privacy.yaml:6"),
        ("PERSON in orders: redact in privacy.yaml:8", "privacy.yaml:8"),
        ("everything personal in orders: mask in privacy.yaml:8", "privacy.yaml:8"),
    }
    assert policy.patterns == (
        CustomPattern("employee", "EMPLOYEE_ID", r"E-\d{6}", 0.6, ("staff",)),
    )
    assert policy.allowed == Allowed(("Harbour & Pine",), ("noreply@.*",))
    assert policy.languages == ("en", "de")


def test_what_it_says_of_a_column_is_read_with_who_said_it(written: Written) -> None:
    project = read_project(written())

    born = project.decided("orders", "born")
    assert born == ColumnRule(Operator.GENERALISE, "year")
    assert born.word == Word("web:maria", date(2026, 11, 23), "redact")
    assert born.place == Place("privacy.yaml", 11)
    assert project.decided("orders", "note") == ColumnRule(
        free_text=True, holds=("PERSON",), not_personal=("URL",)
    )
    assert project.decided("orders", "gift") == ColumnRule(entity="EMAIL_ADDRESS", undeclared=True)


def test_what_it_says_of_a_declared_column_is_said_of_the_column(written: Written) -> None:
    table = read_project(written("columns: {orders: {note: keep, born: redact}}\n")).tables[0]

    assert table.tellable == ("id", "note")
    assert {each.name: each.operator for each in table.columns}["born"] is Operator.REDACT


def test_the_rules_of_a_table_and_of_the_project_hold_side_by_side(written: Written) -> None:
    project = read_project(written())

    assert str(deciding(project, "note", "PERSON")) == "PERSON in orders: redact in privacy.yaml:8"
    # what is not about a person is stricter in the project's rule than in the table's default
    assert str(deciding(project, "note", "LOCATION")).startswith("LOCATION: generalise to city")
    assert str(deciding(project, "note", "US_SSN")).startswith(
        "everything personal in orders: mask"
    )


def test_without_the_file_the_others_say_what_they_said(written: Written) -> None:
    head = HEAD + "privacy:\n  operators: {EMAIL_ADDRESS: mask}\n  default: hash\n"

    project = read_project(written(None, head=head))

    assert project.privacy.operators == {"EMAIL_ADDRESS": Operator.MASK}
    assert project.privacy.default is Operator.HASH
    assert str(deciding(project, "note", "PERSON")) == "by default: hash in atlas.yaml:6"
    assert str(deciding(project, "email", None)) == "orders.email: hash in tables/orders.yaml:5"


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("entities: {PERSON: hsh}", "privacy.yaml:1: entities.PERSON: Input should be"),
        ("entities: {PERSON: hsh}", "did you mean 'hash'?"),
        ("entites: {}", "privacy.yaml:1: unknown key 'entites'; did you mean 'entities'?"),
        (
            "columns:\n  orders:\n    note: {not persnal: [PERSON]}",
            (
                "privacy.yaml:3: unknown key 'columns.orders.note.not persnal'; "
                "did you mean 'not personal'?"
            ),
        ),
        ("layers: {bronze: {}}", "privacy.yaml:1: layers.bronze: Input should be 'silver' or"),
        ("tables:\n  ordrs: {default: hash}", "privacy.yaml:2: there is no table 'ordrs'; did you"),
        ("columns:\n  ordrs: {a: keep}", "privacy.yaml:2: there is no table 'ordrs'; did you mean"),
        (
            "columns:\n  orders:\n    emial: mask",
            "privacy.yaml:3: orders declares no column 'emial'; did you mean 'email'?",
        ),
        (
            "columns:\n  orders:\n    zzz: mask",
            "privacy.yaml:3: orders declares no column 'zzz'; `undeclared: true` lets it come so",
        ),
        (
            "entities: {EMAIL_ADRESS: hash}",
            "privacy.yaml:1: nothing is a 'EMAIL_ADRESS'; did you mean 'EMAIL_ADDRESS'?",
        ),
        (
            "columns:\n  orders:\n    email: mask",
            (
                "privacy.yaml:3: email is decided in tables/orders.yaml:5 too: hash; keep one of "
                "both, or add `was: hash` to go before it"
            ),
        ),
        (
            "columns:\n  orders:\n    email: {entity: PERSON}",
            "privacy.yaml:3: tables/orders.yaml:5 declares that email holds EMAIL_ADDRESS",
        ),
        (
            "columns:\n  orders:\n    email: {not personal: [EMAIL_ADDRESS]}",
            "privacy.yaml:3: email holds EMAIL_ADDRESS and does not: say one of both",
        ),
        (
            "columns:\n  orders:\n    note: {holds: [URL], not personal: [URL]}",
            "privacy.yaml:3: note holds URL and does not: say one of both",
        ),
        ("columns: {orders: {born: mask}}", "privacy.yaml:1: mask works on text; born is date"),
        (
            "columns: {orders: {born: {operator: generalise, to: city}}}",
            "privacy.yaml:1: born can't be generalised to 'city': write one of year, month, decade",
        ),
        (
            "columns: {orders: {note: {operator: hash, to: year}}}",
            "privacy.yaml:1: `to` is for generalise; hash goes all the way",
        ),
        ("columns: {orders: {note: {to: year}}}", "privacy.yaml:1: `to` needs an operator"),
        (
            "entities: {PERSON: {operator: generalise, to: year}}",
            "privacy.yaml:1: PERSON can't be generalised: use redact or hash",
        ),
        (
            "entities: {EMAIL_ADDRESS: {operator: generalise, to: year}}",
            "privacy.yaml:1: EMAIL_ADDRESS can't be generalised to 'year': write one of domain",
        ),
        ("default: generalise", "privacy.yaml:1: generalise is for columns and entities"),
        ("languages: [en, english]", "privacy.yaml:1: languages.1: String should match pattern"),
        ("languages: []", "privacy.yaml:1: languages: Tuple should have at least 1 item"),
        ("- a", "privacy.yaml: the file: there must be keys with values here"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_the_word_that_was_meant(
    written: Written, rules: str, said: str
) -> None:
    mistakes = told(written(rules + "\n"))

    assert len(mistakes) == 1, mistakes
    assert said in mistakes[0]


def recognizer(regex: str) -> str:
    return f"recognizers:\n  - name: mine\n    entity: MINE\n    regex: '{regex}'\n"


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (recognizer("E-("), "privacy.yaml:4: mine: this is no regular expression: missing )"),
        (recognizer(r"\d*"), "privacy.yaml:4: mine: this regular expression matches where"),
        (recognizer("(a|aa)+[bc]$"), "privacy.yaml:4: mine: this regular expression takes"),
        (recognizer(r"\w+\w+\w+[;:]"), "privacy.yaml:4: mine: this regular expression takes"),
        (recognizer("E-1") + "    score: 2\n", "privacy.yaml:5: recognizers.0.score: Input"),
        ("allow:\n  regexes:\n    - '.*'\n", "privacy.yaml:3: this regular expression matches"),
        (
            recognizer("E-1") + "  - {name: mine, entity: MINE, regex: x}\n",
            "privacy.yaml:5: there are two recognizers 'mine'",
        ),
    ],
)  # fmt: skip
def test_a_pattern_must_be_one_that_ends(written: Written, rules: str, said: str) -> None:
    (mistake,) = told(written(rules))

    assert mistake.startswith(said)


@pytest.mark.parametrize(
    "regex",
    [r"\bE-\d{6}\b", r"(?<!\w)(?:K|k)und(?:e|in)[ -]?\d{4,8}", r"[\w.+-]+@example\.(?:org|com)",
     r"(?:\d{1,3}\.){3}\d{1,3}", r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}\b"],
)  # fmt: skip
def test_usual_patterns_are_fast_enough(written: Written, regex: str) -> None:
    assert read_project(written(recognizer(regex))).privacy.patterns[0].regex == regex


def test_the_same_rule_in_two_files_is_a_mistake(written: Written) -> None:
    head = HEAD + "privacy: {operators: {PERSON: hash, URL: keep}, default: hash}\n"

    assert told(written("default: redact\nentities: {PERSON: hash}\n", head=head)) == [
        "privacy.yaml:2: atlas.yaml says what is done to PERSON too: take it out there",
        "privacy.yaml:1: atlas.yaml has a default too: take it out there",
    ]


def test_a_rule_that_says_what_it_replaces_goes_before_the_table(written: Written) -> None:
    project = read_project(written("columns: {orders: {email: {operator: mask, was: hash}}}\n"))

    email = project.decided("orders", "email")
    assert (email.operator, email.entity) == (Operator.MASK, "EMAIL_ADDRESS")
    assert email.place == Place("privacy.yaml", 1)
    assert email.over == Place("tables/orders.yaml", 5)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (
            "columns: {orders: {id: {operator: redact, was: keep}}}\n",
            "privacy.yaml:1: id is a key: redact makes keys collide, use hash",
        ),
        (
            (
                "tables: {orders: {default: mask}}\n"
                "columns: {orders: {id: {operator: hash, was: keep}}}\n"
            ),
            "privacy.yaml:1: id is a key: mask makes keys collide, use hash",
        ),
    ],
)
def test_no_rule_may_make_the_values_of_a_key_equal(
    written: Written, rules: str, said: str
) -> None:
    assert told(written(rules)) == [said]


def test_a_file_with_the_short_ending_is_not_passed_over(written: Written) -> None:
    folder = written(None)
    (folder / "privacy.yml").write_text("default: hash\n")

    assert told(folder) == ["privacy.yml: nobody reads this file: call it privacy.yaml"]


def test_a_column_rule_that_does_nothing_is_unwise(written: Written) -> None:
    project = read_project(written("entities: {EMAIL_ADDRESS: redact}\n"))

    (told_of,) = unwise(project)
    assert str(told_of) == (
        "tables/orders.yaml:5: hash does nothing here: EMAIL_ADDRESS: redact in privacy.yaml:1 is "
        "stricter"
    )


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("^noreply@", "^noreply@.*"),
        (r"^E-\d{6}", r"^E-\d{6}.*"),
        (r"\Anoreply@", r"\Anoreply@.*"),
        (r"@works\.internal$", r".*@works\.internal$"),
        (r"@works\.internal\Z", r".*@works\.internal\Z"),
    ],
)
def test_a_pattern_that_allows_less_than_it_seems_to_is_unwise(
    written: Written, pattern: str, meant: str
) -> None:
    project = read_project(written(f"allow:\n  regexes:\n    - x\n    - '{pattern}'\n"))

    (told_of,) = unwise(project)
    assert str(told_of).startswith(f"privacy.yaml:4: {pattern!r} must fit all of what was found")
    assert str(told_of).endswith(f"is {meant!r} meant?")


@pytest.mark.parametrize(
    "pattern",
    ["noreply@.*", "^noreply@.*", "^(noreply@.*)", r"^E-\d+", "^a@b$", "(^a@b$)", r".*@b\.c$",
     "a@b", r"cost \$", r"\w+@b$"],
)  # fmt: skip
def test_a_pattern_that_says_both_ends_or_none_is_fine(written: Written, pattern: str) -> None:
    assert list(unwise(read_project(written(f"allow: {{regexes: ['{pattern}']}}\n")))) == []


def test_the_example_in_the_docs_is_a_good_one(written: Written) -> None:
    text = (SHOP.parent.parent / "docs" / "privacy.md").read_text()
    rules = text.split("```yaml\n")[1].split("```")[0]
    folder = written(rules, orders=ORDERS.replace("  paid:", "  status: {}\n  paid:"))
    for name in ("support_tickets", "customers"):
        other = ORDERS.replace("note: {}", "loyalty_no: {}")
        (folder / "tables" / f"{name}.yaml").write_text(other)

    policy = read_project(folder).privacy

    assert {column for _, column in policy.columns} >= {"loyalty_no", "note", "status"}


def test_the_shops_rules_stand_in_one_file() -> None:
    project = read_project(SHOP)

    assert {each.place.file for each in project.privacy.rules if each.place} == {"privacy.yaml"}
    assert list(unwise(project)) == []
