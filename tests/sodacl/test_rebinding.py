"""SQL of a check reads the table that is to be judged, wherever it names its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.sodacl.rebinding import Binding, Unbindable

NEW = '"silver"."orders__7k3f9qtz"'
OURS = Binding("silver", "orders", "orders__7k3f9qtz")


@pytest.mark.parametrize(
    ("sql", "read"),
    [
        ("SELECT * FROM orders", 'SELECT * FROM NEW.orders AS "orders"'),
        ("SELECT * FROM silver.orders", 'SELECT * FROM NEW.orders AS "orders"'),
        ("select orders.id from Silver.ORDERS", 'select orders.id from NEW.orders AS "orders"'),
        ('SELECT * FROM "silver"."orders" o', "SELECT * FROM NEW.orders o"),
        ("SELECT * FROM silver . orders AS o", "SELECT * FROM NEW.orders AS o"),
        ("SELECT * FROM gold.orders", None),
        ("SELECT * FROM customers", None),
        ("SELECT 'orders' FROM customers -- of orders", None),
        ('SELECT * FROM "Orders"', None),
        ("SELECT id AS orders FROM customers", None),
        (
            "SELECT * FROM customers c JOIN orders o ON o.id = c.id -- ä orders",
            "SELECT * FROM customers c JOIN NEW.orders o ON o.id = c.id -- ä orders",
        ),
        (
            "SELECT 'ä', n FROM orders WHERE id IN (SELECT id FROM orders GROUP BY id)",
            (
                """SELECT 'ä', n FROM NEW.orders AS "orders" """
                """WHERE id IN (SELECT id FROM NEW.orders AS "orders" GROUP BY id)"""
            ),
        ),
        (
            "WITH orders AS (SELECT * FROM silver.orders) SELECT * FROM orders",
            'WITH orders AS (SELECT * FROM NEW.orders AS "orders") SELECT * FROM orders',
        ),
        (
            "SELECT id FROM orders UNION SELECT id FROM customers",
            'SELECT id FROM NEW.orders AS "orders" UNION SELECT id FROM customers',
        ),
    ],
)
def test_only_the_table_itself_is_another_one(sql: str, read: str | None) -> None:
    assert OURS.query(sql) == (sql if read is None else read.replace("NEW.orders", NEW))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT silver.orders.id FROM silver.orders",
        "TABLE orders",
        "WITH orders AS (SELECT * FROM orders) SELECT * FROM orders",
        "SELECT * FROM orders WHERE (",
        "SELECT id FROM customers UNION TABLE orders",
    ],
)
def test_where_it_can_not_be_told_for_sure_nothing_is_read(sql: str) -> None:
    with pytest.raises(Unbindable, match="its SQL names orders"):
        OURS.query(sql)


def test_an_expression_keeps_all_but_its_tables() -> None:
    sql = "abs(sum(total) - (SELECT sum(total) FROM orders)) -- of all"

    assert OURS.expression(sql) == sql.replace("FROM orders", f'FROM {NEW} AS "orders"')


@given(st.text(max_size=20), st.text(max_size=20))
def test_text_around_the_table_stays(before: str, after: str) -> None:
    literal = "SELECT '" + before.replace("'", "''").replace("\x00", "") + "'"
    comment = "/*" + after.replace("*", "").replace("/", "").replace("\x00", "") + "*/"
    sql = f"{literal} FROM orders {comment}"

    try:
        read = OURS.query(sql)
    except Unbindable:
        return
    assert read == f'{literal} FROM {NEW} AS "orders" {comment}'
