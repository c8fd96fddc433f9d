"""The same work as `benchmarks.medallion` in SQL that a careful person would write for this table.

It casts, cleans, sorts bad rows out, keeps the newest of each key and checks, as Atlas does, but
knows the table: nothing is generated, nothing is audited, no state is kept.
"""

INGEST = (
    "sale_id",
    "customer",
    "country",
    "product",
    "quantity",
    "price",
    "discount",
    "paid",
    "sold_on",
    "updated_at",
)

PREPARE = "DROP SCHEMA IF EXISTS hand CASCADE; CREATE SCHEMA hand"

CREATE_RAW = f"CREATE TABLE hand.raw ({', '.join(f'{name} text' for name in INGEST)})"

_GOOD = """sale_id ~ '^[0-9]+$' AND quantity ~ '^[0-9]*$' AND price ~ '^[0-9.]*$'
  AND sold_on ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'"""

REFINE = f"""
CREATE TABLE hand.bad AS SELECT * FROM hand.raw WHERE NOT ({_GOOD});
CREATE TABLE hand.sales AS
SELECT DISTINCT ON (sale_id) sale_id::bigint AS sale_id, upper(btrim(customer)) AS customer,
  upper(btrim(country)) AS country, btrim(product) AS product,
  nullif(quantity, '')::bigint AS quantity,
  nullif(price, '')::numeric AS price, nullif(discount, '')::numeric AS discount,
  nullif(paid, '')::boolean AS paid, sold_on::date AS sold_on, updated_at::timestamptz AS updated_at
FROM hand.raw WHERE {_GOOD}
ORDER BY sale_id, updated_at DESC;
SELECT count(*), count(*) FILTER (WHERE customer IS NULL), min(quantity) FROM hand.sales;
ANALYZE hand.sales
"""

BUILD = """
CREATE TABLE hand.revenue AS
SELECT sold_on, country, product, count(*) AS sales, sum(quantity * price) AS revenue
FROM hand.sales GROUP BY sold_on, country, product;
ANALYZE hand.revenue
"""
