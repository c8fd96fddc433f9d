"""What the rules for gold take out of it: nothing that they allow, nothing of other entities."""

from collections.abc import Mapping

import pytest

from engine.catalog.model import Column, Operator, Project
from engine.catalog.policy import PrivacyPolicy, Rule
from engine.catalog.policy_reading import governed
from engine.privacy.gold import EVERYTHING, Unwanted, unwanted
from tests.builders import a_project, a_table

EMAIL, CARD = "EMAIL_ADDRESS", "CREDIT_CARD"


def shop(
    *rules: Rule, operators: Mapping[str, Operator] | None = None, columns: tuple[Column, ...] = ()
) -> Project:
    policy = PrivacyPolicy(operators or {}, rules=rules)
    built = a_project([a_table(columns=(Column("id", operator=Operator.KEEP), *columns))])
    declared = {("customers", each.name): built.decided("customers", each.name) for each in columns}
    for (table, name), rule in declared.items():
        policy = policy.with_column(table, name, rule)
    return governed(built, policy)


def in_gold(operator: Operator, entity: str | None = None) -> Rule:
    return Rule(operator, entity=entity, layer="gold")


def test_without_a_rule_for_gold_nothing_is_looked_for() -> None:
    elsewhere = (
        Rule(Operator.REDACT),
        Rule(Operator.REDACT, entity=EMAIL),
        Rule(Operator.REDACT, layer="silver"),
        Rule(Operator.REDACT, table="customers"),
    )

    assert not unwanted(shop(*elsewhere))


def test_a_stricter_rule_takes_the_tokens_and_sealed_values_of_its_entity() -> None:
    rule = in_gold(Operator.REDACT, EMAIL)

    found = unwanted(shop(rule))

    assert found == Unwanted(frozenset({"em"}), frozenset({"em"}), masks=False, rules=(rule,))


@pytest.mark.parametrize(
    ("operator", "tokens", "sealed"),
    [
        (Operator.KEEP, False, False),
        (Operator.ENCRYPT, False, False),
        (Operator.HASH, False, True),
        (Operator.MASK, True, True),
        (Operator.GENERALISE, True, True),
        (Operator.REDACT, True, True),
    ],
)
def test_what_is_strict_enough_stays(operator: Operator, tokens: bool, sealed: bool) -> None:
    found = unwanted(shop(in_gold(operator, EMAIL)))

    assert (bool(found.tokens), bool(found.sealed)) == (tokens, sealed)


def test_a_rule_for_everything_takes_everything() -> None:
    found = unwanted(shop(in_gold(Operator.REDACT)))

    assert (found.tokens, found.sealed, found.masks) == (EVERYTHING, EVERYTHING, True)


def test_entities_without_letters_of_their_own_go_together() -> None:
    assert unwanted(shop(in_gold(Operator.REDACT, "EMPLOYEE_ID"))).tokens == {"pd"}


@pytest.mark.parametrize(
    ("masking", "taken"),
    [
        (shop(in_gold(Operator.REDACT, CARD)), False),
        (shop(in_gold(Operator.REDACT, CARD), operators={EMAIL: Operator.MASK}), False),
        (shop(in_gold(Operator.MASK, CARD), operators={CARD: Operator.MASK}), False),
        (shop(in_gold(Operator.REDACT, CARD), operators={CARD: Operator.MASK}), True),
        (shop(in_gold(Operator.REDACT, CARD), Rule(Operator.MASK, entity=CARD)), True),
        (
            shop(
                in_gold(Operator.REDACT, CARD),
                columns=(Column("card", operator=Operator.MASK, entity=CARD),),
            ),
            True,
        ),
    ],
)
def test_masks_go_where_the_entity_is_one_that_is_masked(masking: Project, taken: bool) -> None:
    assert unwanted(masking).masks is taken
