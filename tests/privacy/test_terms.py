"""The terms of a column change with all that decides its substitutes, and with nothing else."""

from dataclasses import replace

import pytest

from engine.catalog.model import Operator
from engine.privacy.coverage import Coverage, Reach
from engine.privacy.model import Protection
from engine.privacy.recognition import STANDARD, AllowList, CustomRecognizer, Recognition
from engine.privacy.terms import AS_IT_IS, may_use_key, terms

EMAIL, CARD = "EMAIL_ADDRESS", "CREDIT_CARD"
HASHED = Protection("c", Operator.HASH, EMAIL)
WHOLE = Coverage.whole(HASHED)
WITHIN = Coverage(
    "c", Reach.PATTERNS, spans={EMAIL: HASHED}, otherwise=Protection("c", Operator.REDACT)
)


def whole(operator: Operator, entity: str | None = None, to: str | None = None) -> Coverage:
    return Coverage.whole(Protection("c", operator, entity, to=to))


@pytest.mark.parametrize(
    "other",
    [
        None,
        whole(Operator.MASK, EMAIL),
        whole(Operator.HASH, "PHONE_NUMBER"),
        whole(Operator.HASH),
        WITHIN,
        replace(WITHIN, reach=Reach.TEXT),
        replace(WITHIN, spans={}),
        replace(WITHIN, spans={EMAIL: replace(HASHED, operator=Operator.MASK)}),
        replace(WITHIN, spans={EMAIL: HASHED, CARD: replace(HASHED, entity=CARD)}),
        replace(WITHIN, otherwise=Protection("c", Operator.MASK)),
        replace(WITHIN, otherwise=None),
        replace(WITHIN, ignored=frozenset({CARD})),
    ],
)
def test_another_way_is_other_terms(other: Coverage | None) -> None:
    assert terms(other) != terms(WHOLE)
    assert other == WITHIN or terms(other) != terms(WITHIN)


def test_how_far_a_value_is_generalised_is_part_of_it() -> None:
    to_year, to_month = (whole(Operator.GENERALISE, to=each) for each in ("year", "month"))

    assert terms(to_year) != terms(to_month)


def test_a_new_key_changes_the_terms_of_what_it_protects_and_of_nothing_else() -> None:
    keyed = (WHOLE, WITHIN, whole(Operator.ENCRYPT, EMAIL))
    others = (whole(Operator.MASK), replace(WITHIN, spans={}), None)

    assert all(terms(each, 1) != terms(each, 2) for each in keyed)
    assert all(terms(each, 1) == terms(each, 2) for each in others)


@pytest.mark.parametrize(
    "recognition",
    [
        Recognition(languages=("en", "de")),
        Recognition(custom=(CustomRecognizer("staff", "EMPLOYEE_ID", r"E-\d{6}"),)),
        Recognition(allow=AllowList(frozenset({"Harbour"}))),
        Recognition(allow=AllowList(regexes=("noreply@.*",))),
        Recognition(off=frozenset()),
    ],
)
def test_what_is_recognised_counts_where_somebody_looks_within(recognition: Recognition) -> None:
    assert terms(WITHIN, 1, recognition) != terms(WITHIN, 1, STANDARD)
    assert terms(WHOLE, 1, recognition) == terms(WHOLE, 1, STANDARD)


def test_who_decided_and_why_changes_nothing() -> None:
    said = replace(HASHED, declared=False, reasons=("its name",), rule="c: hash in privacy.yaml:7")

    assert terms(Coverage.whole(said), 1) == terms(WHOLE, 1)
    assert terms(replace(WITHIN, spans={EMAIL: said}), 1) == terms(WITHIN, 1)


def test_sets_have_no_order() -> None:
    words = [f"word {number}" for number in range(40)]
    ahead, back = (AllowList(frozenset(each)) for each in (words, reversed(words)))

    assert terms(WITHIN, 1, Recognition(allow=ahead)) == terms(WITHIN, 1, Recognition(allow=back))
    assert terms(None) == AS_IT_IS


def test_a_key_has_a_part_only_where_something_is_hashed_or_encrypted() -> None:
    assert may_use_key([whole(Operator.MASK), WITHIN])
    assert may_use_key([whole(Operator.ENCRYPT)])
    assert not may_use_key([whole(Operator.MASK), replace(WITHIN, spans={})])
