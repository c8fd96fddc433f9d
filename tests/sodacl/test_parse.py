"""What a SodaCL check says, form by form."""

from pathlib import Path

import pytest

from engine.catalog.reader import read_project
from engine.sodacl.model import (
    Aggregation,
    AnomalyCheck,
    Change,
    Comparator,
    Comparison,
    Condition,
    FailedRowsCheck,
    FreshnessCheck,
    GroupByCheck,
    Measure,
    MetricCheck,
    Range,
    ReferenceCheck,
    Rule,
    SchemaCheck,
    SchemaRule,
    Severity,
    Thresholds,
    Values,
)
from engine.sodacl.parse import parsed

SHOP = Path(__file__).parents[2] / "examples" / "shop"
MORE, LESS = Comparator.MORE, Comparator.LESS
ABOVE_ZERO = Thresholds(Comparison(MORE, 0))
NONE = Thresholds(Comparison(Comparator.EQUAL, 0))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("row_count > 0", MetricCheck(Measure("row_count"), ABOVE_ZERO)),
        ("missing_count(Email) = 0", MetricCheck(Measure("missing_count", ("email",)), NONE)),
        ('max("Größe ""x""") > 0', MetricCheck(Measure("max", ('Größe "x"',)), ABOVE_ZERO)),
        ("duplicate_count(a, b) = 0", MetricCheck(Measure("duplicate_count", ("a", "b")), NONE)),
        (
            "percentile(price, 0.95) > 0",
            MetricCheck(Measure("percentile", ("price",), 0.95), ABOVE_ZERO),
        ),
        (
            "avg(price) > 0:\n  filter: |\n    day > now()\n",
            MetricCheck(Measure("avg", ("price",), filter="day > now()"), ABOVE_ZERO),
        ),
        (
            "spread > 0:\n  spread expression: max(a) - min(a)",
            MetricCheck(Measure("spread", expression="max(a) - min(a)"), ABOVE_ZERO),
        ),
        (
            "late > 0:\n  late query: SELECT count(*) FROM t;",
            MetricCheck(Measure("late", query="SELECT count(*) FROM t"), ABOVE_ZERO),
        ),
        (
            "change avg last 7 percent for row_count > 0",
            MetricCheck(
                Measure("row_count"), ABOVE_ZERO, Change(True, Aggregation.AVERAGE, last=7)
            ),
        ),
        (
            "change same day last week for row_count > 0",
            MetricCheck(Measure("row_count"), ABOVE_ZERO, Change(same_day_last_week=True)),
        ),
        ("anomaly detection for sum(a)", AnomalyCheck(Measure("sum", ("a",)))),
        ("anomaly score for row_count < default", AnomalyCheck(Measure("row_count"))),
        ("freshness(at) < 1d2h30m", FreshnessCheck("at", Thresholds(Comparison(LESS, 95_400)))),
        ("freshness using at < 2h", FreshnessCheck("at", Thresholds(Comparison(LESS, 7_200)))),
        (
            "freshness(at):\n  warn: when > 1d\n  filter: open",
            FreshnessCheck("at", Thresholds(warn=Comparison(MORE, 86_400)), "open"),
        ),
        (
            "values in (a, b) must not exist in gold.other (c, e)",
            ReferenceCheck(("a", "b"), "gold.other", ("c", "e"), negated=True),
        ),
        ("values in a must exist in other b", ReferenceCheck(("a",), "other", ("b",))),
        (
            "failed rows:\n  fail condition: a < 0\n  warn: when > 3",
            FailedRowsCheck("a < 0", None, Thresholds(warn=Comparison(MORE, 3))),
        ),
        (
            (
                "schema:\n  warn:\n    when schema changes: any\n  fail:\n"
                "    when wrong column type: {a: text}\n    when wrong column index: {b: 1}"
            ),
            SchemaCheck(
                SchemaRule(any_change=True),
                SchemaRule(types={"a": "text"}, indexes={"b": 1}),
            ),
        ),
    ],
)
def test_a_check_says_what_soda_reads_in_it(text: str, rule: Rule) -> None:
    assert parsed(text).rule == rule


@pytest.mark.parametrize(
    ("written", "condition"),
    [
        ("<> 5", Comparison(Comparator.UNEQUAL, 5)),
        ("!= -.5", Comparison(Comparator.UNEQUAL, -0.5)),
        (">= 5 %", Comparison(Comparator.AT_LEAST, 5)),
        ("between 1 and 5", Range(1, 5)),
        ("between [1 and 5)", Range(1, 5, high_included=False)),
        ("not between (1 and 5]", Range(1, 5, low_included=False, negated=True)),
        ("between -20% and +50%", Range(-20, 50)),
    ],
)
def test_a_threshold_holds_warns_or_fails(written: str, condition: Condition) -> None:
    beneath = parsed(f"row_count:\n  warn: when {written}\n  fail: when {written}").rule

    assert parsed(f"row_count {written}").rule == MetricCheck(
        Measure("row_count"), Thresholds(condition)
    )
    assert beneath == MetricCheck(Measure("row_count"), Thresholds(warn=condition, fail=condition))


def test_a_check_may_say_which_values_are_missing_and_which_are_valid() -> None:
    rule = parsed(
        "invalid_count(a) = 0:\n"
        "  missing values: [N/A, '0']\n  missing regex: ^-$\n"
        "  valid values: [1, 2.5]\n  invalid values: [x]\n"
        "  valid format: email\n  invalid format: uuid\n"
        "  valid regex: ^a\n  invalid regex: ^b\n"
        "  valid min: -1\n  valid max: 2.5\n"
        "  valid length: 3\n  valid min length: 2\n  valid max length: 4"
    ).rule

    assert isinstance(rule, MetricCheck)
    assert rule.measure.values == Values(
        missing_values=("N/A", "0"),
        missing_regex="^-$",
        valid_values=(1, 2.5),
        invalid_values=("x",),
        valid_format="email",
        invalid_format="uuid",
        valid_regex="^a",
        invalid_regex="^b",
        valid_min=-1,
        valid_max=2.5,
        valid_length=3,
        valid_min_length=2,
        valid_max_length=4,
    )


def test_what_people_write_beside_a_check_is_kept() -> None:
    form = parsed(
        "missing_count(a) = 0:\n  name: all have an a\n  attributes:\n"
        "    team: [crm, sales]\n    since: 2024-05-01\n    vital: true\n"
        "    severity: quarantine\n    on unknown: pass"
    )

    assert form.name == "all have an a"
    assert form.attributes == {"team": "crm, sales", "since": "2024-05-01", "vital": "true"}
    assert form.severity is Severity.QUARANTINE
    assert form.open_when_unknown


def test_a_check_blocks_and_holds_back_the_unknown_unless_told_otherwise() -> None:
    form = parsed("row_count > 0")

    assert (form.severity, form.open_when_unknown) == (Severity.BLOCK, False)


def test_an_anomaly_may_only_warn() -> None:
    form = parsed("anomaly detection for row_count:\n  warn_only: true")

    assert form.severity is Severity.WARN


def test_the_checks_of_a_group_name_what_its_query_gives() -> None:
    rule = parsed(
        "group by:\n  group_limit: 10\n  query: |\n    SELECT country, avg(price) AS price\n"
        "    FROM t GROUP BY country\n  fields: [country]\n  checks:\n"
        "    - price > 0:\n        name: price\n    - price:\n        warn: when > 5"
    ).rule

    assert isinstance(rule, GroupByCheck)
    assert (rule.fields, rule.limit) == (("country",), 10)
    assert rule.query.endswith("FROM t GROUP BY country")
    assert [each.name for each in rule.checks] == ["price", None]
    assert rule.checks[0].rule == MetricCheck(Measure("price"), ABOVE_ZERO)


def test_every_check_of_the_sample_project_is_read() -> None:
    project = read_project(SHOP)
    checks = [check for table in project.tables for check in table.checks]
    checks += [check for model in project.models for check in model.checks]

    assert len(checks) > 30
    assert all(parsed(check.text) for check in checks)
