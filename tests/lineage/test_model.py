"""The ids that OpenLineage knows runs by."""

from hypothesis import given
from hypothesis import strategies as st

from engine.lineage.model import openlineage_run_id

parts = st.lists(st.text("abc.", min_size=1, max_size=4), min_size=1, max_size=3)


@given(parts, parts)
def test_the_same_parts_give_the_same_id_and_others_another(
    one: list[str], other: list[str]
) -> None:
    assert (openlineage_run_id(*one) == openlineage_run_id(*other)) == (one == other)
