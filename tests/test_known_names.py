"""What is close to a name that nothing has."""

import pytest

from engine.known_names import close_to

COLUMNS = ["order_id", "customer_id", "sku", "quantity", "discount", "status", "note"]


@pytest.mark.parametrize(
    ("typed", "meant"), [("noet", "note"), ("discuont", "discount"), ("custmer", "customer_id")]
)
def test_nothing_is_offered_beside_a_name_that_is_much_nearer(typed: str, meant: str) -> None:
    assert close_to(typed, COLUMNS) == (meant,)


def test_names_that_are_as_near_as_each_other_are_offered_together() -> None:
    assert close_to("phon", ["phone", "photo", "iphon"]) == ("phone", "iphon")
