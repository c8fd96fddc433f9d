"""What a step goes by: a digest that changes with what makes or judges rows, and with no more."""

from dataclasses import replace

from engine.catalog.model import Check, Model, Operator, Project
from engine.catalog.policy import Place, Rule
from engine.runs.definitions import Definitions, went_by
from engine.runs.model import StepKind, WentBy
from engine.testing.fixed import FixedPolicies
from tests.builders import a_column, a_project, a_step, a_table

REFINE = a_step(StepKind.REFINE, "silver.customers")
CHECK = a_step(StepKind.CHECK, "silver.customers")
INGEST = a_step(StepKind.INGEST, "bronze.customers")
BUILD = a_step(StepKind.BUILD, "gold.revenue")


def ruled(*rules: Rule) -> Project:
    """A project with rules for what is personal."""
    project = a_project()
    return replace(project, privacy=replace(project.privacy, rules=rules))


def test_another_check_changes_what_checks_go_by_alone() -> None:
    old, new = (
        a_project(tables=(a_table(checks=checks),))
        for checks in (["row_count > 0"], ["row_count > 0", "row_count < 9"])
    )

    assert went_by(old, CHECK) != went_by(new, CHECK)
    assert went_by(old, REFINE) == went_by(new, REFINE)


def test_what_changes_no_row_is_no_other_definition() -> None:
    checks = (Check("row_count > 0", 3), Check("row_count < 9", 4))
    moved = (Check("row_count < 9", 7), Check("row_count > 0", 8))
    old = replace(a_table(columns=(a_column(),)), checks=checks)
    told = (a_column(description="where to write"),)
    new = replace(a_table(columns=told), checks=moved, description="they buy")

    for step in (REFINE, CHECK, INGEST):
        assert went_by(a_project(tables=(old,)), step) == went_by(a_project(tables=(new,)), step)


def test_another_column_changes_what_refining_goes_by() -> None:
    old, new = (
        a_project(tables=(a_table(columns=columns),))
        for columns in ((a_column(),), (a_column(), a_column("phone")))
    )

    assert went_by(old, REFINE).declaration != went_by(new, REFINE).declaration
    assert went_by(old, INGEST) == went_by(new, INGEST)


def test_a_rule_counts_where_it_may_say_something_and_wherever_it_stands() -> None:
    rule = Rule(Operator.HASH, entity="EMAIL_ADDRESS", table="customers", place=Place("a.yaml", 1))
    moved, stricter = (
        replace(rule, place=Place("a.yaml", 9)),
        replace(rule, operator=Operator.REDACT),
    )

    assert went_by(ruled(rule), REFINE) == went_by(ruled(moved), REFINE)
    assert went_by(ruled(rule), REFINE).privacy != went_by(ruled(stricter), REFINE).privacy
    assert went_by(ruled(rule), BUILD) == went_by(ruled(stricter), BUILD)


def test_what_is_said_of_a_column_is_a_rule_and_no_part_of_the_declaration() -> None:
    old, new = (
        a_project(tables=(a_table(columns=(a_column(operator=operator),)),))
        for operator in (Operator.HASH, Operator.MASK)
    )

    assert went_by(old, REFINE).declaration == went_by(new, REFINE).declaration
    assert went_by(old, REFINE).privacy != went_by(new, REFINE).privacy


def test_other_sql_changes_what_a_model_goes_by() -> None:
    project = a_project()
    (model, *others) = project.models
    rewritten = replace(project, models=(_rewritten(model), *others))
    step = a_step(StepKind.BUILD, str(model.gold))

    assert went_by(project, step).declaration != went_by(rewritten, step).declaration


def _rewritten(model: Model) -> Model:
    return replace(model, sql=f"{model.sql} LIMIT 1")


async def test_what_is_gone_from_the_project_leaves_the_version_alone() -> None:
    definitions = Definitions(FixedPolicies(a_project(tables=())), "1.1")

    assert await definitions.of(CHECK) == WentBy("1.1")
