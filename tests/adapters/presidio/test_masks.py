"""A mask is the same, whoever makes it."""

from hypothesis import given
from hypothesis import strategies as st

from engine.adapters.presidio.finding import way_within
from engine.catalog.model import Operator
from engine.privacy.model import Protection
from engine.privacy.operators import masked


@given(st.text(max_size=30))
def test_a_mask_within_a_text_is_the_mask_of_a_whole_cell(value: str) -> None:
    within = way_within(Protection("note", Operator.MASK, "CREDIT_CARD"), None)

    assert within(value) == masked(value)
