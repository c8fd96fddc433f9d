"""Of several rules for personal data the strictest holds, in whatever order they were written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.generalisation import fitting, misfit
from engine.catalog.model import ColumnType
from engine.catalog.policy import (
    STRICTEST_FIRST,
    ColumnRule,
    Operator,
    Place,
    PrivacyPolicy,
    Rule,
    Scope,
    strictest,
)
from engine.errors import EngineError
from engine.privacy.generalising import generaliser, usual

EMAIL, PERSON = "EMAIL_ADDRESS", "PERSON"
NOTHING_DECIDED = ColumnRule()
HERE = Scope("silver", "customers", "email")

operators = st.sampled_from([*Operator])
ways = st.tuples(operators, st.sampled_from([None, "year", "decade", "first 3", "city"]))


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """A rule for an entity, a table or a layer, which may be about something else."""
    operator, to = draw(ways)
    rule = Rule(
        operator,
        to if operator is Operator.GENERALISE else None,
        entity=draw(st.sampled_from([None, EMAIL, PERSON])),
        layer=draw(st.sampled_from([None, None, "silver", "gold"])),
        table=draw(st.sampled_from([None, "customers", "orders"])),
    )
    return rule if not rule.is_default else Rule(operator, entity=EMAIL)


def deciding(
    *given: Rule, column: ColumnRule = NOTHING_DECIDED, entity: str | None = EMAIL
) -> Rule:
    return PrivacyPolicy({}, rules=given).deciding(HERE, column, entity)


def test_every_operator_has_its_place_among_the_strict_ones() -> None:
    assert sorted(STRICTEST_FIRST) == sorted(Operator)
    assert STRICTEST_FIRST[0] is Operator.REDACT
    assert STRICTEST_FIRST[-1] is Operator.KEEP


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule(Operator.HASH, entity=EMAIL, place=Place("privacy.yaml", 4)),
         "EMAIL_ADDRESS: hash in privacy.yaml:4"),
        (Rule(Operator.GENERALISE, "year", table="t", column="born", place=Place("privacy.yaml")),
         "t.born: generalise to year in privacy.yaml"),
        (Rule(Operator.REDACT, table="t"), "everything personal in t: redact"),
        (Rule(Operator.MASK, entity=EMAIL, layer="gold"), "EMAIL_ADDRESS in gold: mask"),
        (Rule(Operator.REDACT), "by default: redact"),
    ],
)  # fmt: skip
def test_a_rule_says_what_it_is_about_and_where_it_stands(rule: Rule, words: str) -> None:
    assert str(rule) == words


def test_the_strictest_of_all_rules_that_fit_holds_and_is_named() -> None:
    table = Rule(Operator.MASK, entity=EMAIL, table="customers", place=Place("privacy.yaml", 9))

    rule = deciding(
        Rule(Operator.HASH, entity=EMAIL),
        table,
        Rule(Operator.REDACT, entity=EMAIL, table="orders"),
        Rule(Operator.REDACT, entity=PERSON),
        Rule(Operator.REDACT, layer="gold"),
        column=ColumnRule(Operator.ENCRYPT),
    )

    assert rule is table


def test_the_default_holds_only_where_no_other_rule_fits() -> None:
    default, person = Rule(Operator.REDACT), Rule(Operator.HASH, entity=PERSON)

    assert deciding(default, person) is default
    assert deciding(default, person, entity=PERSON) is person


def test_what_a_column_keeps_is_kept_whatever_the_rules_say() -> None:
    everything = Rule(Operator.REDACT, table="customers")

    assert deciding(everything, column=ColumnRule(Operator.KEEP)).operator is Operator.KEEP


@pytest.mark.parametrize(
    ("weaker", "stricter"), [("month", "year"), ("year", "decade"), ("first 5", "first 2"),
                             ("tens", "hundreds"), ("steps of 5", "steps of 50")]
)  # fmt: skip
def test_of_two_words_for_how_far_the_one_that_loses_more_is_stricter(
    weaker: str, stricter: str
) -> None:
    one, other = Rule(Operator.GENERALISE, weaker), Rule(Operator.GENERALISE, stricter)

    assert other.stricter_than(one)
    assert not one.stricter_than(other)


def test_of_equally_strict_rules_the_nearest_to_the_column_is_named() -> None:
    near = Rule(Operator.HASH, table="customers", column="email")

    assert strictest([Rule(Operator.HASH, entity=EMAIL), near, Rule(Operator.HASH)]) is near


@given(st.lists(rules(), min_size=1, max_size=6), rules(), operators)
def test_another_rule_never_makes_a_protection_weaker(
    given_rules: list[Rule], more: Rule, own: Operator
) -> None:
    for column in (ColumnRule(), ColumnRule(own)):
        before = deciding(*given_rules, column=column)
        after = deciding(*given_rules, more, column=column)

        by_default = before.is_default
        assert by_default or not before.stricter_than(after)


@given(st.lists(rules(), max_size=6).flatmap(lambda each: st.tuples(st.just(each),
       st.permutations(each))), operators)  # fmt: skip
def test_the_order_of_rules_says_nothing(
    both: tuple[list[Rule], list[Rule]], own: Operator
) -> None:
    one, other = both

    assert deciding(*one) == deciding(*other)
    column = ColumnRule(own)
    assert deciding(*one, column=column) == deciding(*other, column=column)


@given(rules(), rules(), rules())
def test_being_stricter_is_an_order(one: Rule, two: Rule, three: Rule) -> None:
    assert not (one.stricter_than(two) and two.stricter_than(one))
    if one.stricter_than(two) and two.stricter_than(three):
        assert one.stricter_than(three)


def test_every_operator_that_a_rule_asks_for_is_known() -> None:
    policy = PrivacyPolicy(
        {EMAIL: Operator.HASH},
        rules=(Rule(Operator.ENCRYPT, entity=PERSON, table="t"),),
        columns={("t", "c"): ColumnRule(Operator.MASK), ("t", "d"): ColumnRule()},
    )

    assert policy.uses() == {Operator.HASH, Operator.ENCRYPT, Operator.MASK, Operator.REDACT}


WORDS = (
    *("year", "month", "decade", "city", "first 3", "first 0", "first 12", "network", "domain"),
    *("tens", "hundreds", "thousands", "steps of 5", "steps of 0", "steps of 250", "never"),
)
ENTITIES = (None, EMAIL, PERSON, "LOCATION", "IP_ADDRESS", "DATE_OF_BIRTH", "CREDIT_CARD", "OTHER")


@pytest.mark.parametrize("word", WORDS)
def test_the_words_for_how_far_are_those_that_generalising_knows(word: str) -> None:
    try:
        generaliser(word)
    except EngineError:
        assert misfit(word, ColumnType.TEXT, None) is not None
    else:
        assert misfit(word, ColumnType.TEXT, None) is None


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("column_type", [*ColumnType])
def test_nothing_needs_to_say_how_far_where_that_is_clear(
    column_type: ColumnType, entity: str | None
) -> None:
    if fitting(column_type, entity):
        assert (misfit(None, column_type, entity) is None) == (usual(entity) is not None)


def test_how_far_must_fit_what_is_generalised() -> None:
    assert misfit("year", ColumnType.DATE, None) is None
    assert misfit("year", ColumnType.TEXT, EMAIL) == (
        "can't be generalised to 'year': write one of domain"
    )
    assert misfit("tens", ColumnType.BOOLEAN, None) == ("can't be generalised: use redact or hash")
