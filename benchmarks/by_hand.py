"""The same work as `benchmarks.medallion` in SQL that a careful person would write for this table.

Included: each row of bronze keeps its number, run, source and time; blanks are trimmed; nothing is
cast that PostgreSQL does not call valid; bad rows go to quarantine as jsonb with a reason for each
bad cell; of each key the newest row stays; the checks and the row counts are computed and hold back
the table; it is analysed, and put in place by rename; sorting and grouping have the memory that
Atlas gives them. Two statements judge each row anew, which was faster than a temporary table or a
materialised CTE.

Not included, as a person knows this table: words for nothing besides the empty cell, dates in
other forms, columns that nobody declared, shapes in place of bad values. Nor is there audit,
lineage, progress, a run that can be taken over, or a look for personal data: that is Atlas's cost.
"""

PREPARE = "DROP SCHEMA IF EXISTS hand CASCADE; CREATE SCHEMA hand"

_TYPES = {
    "sale_id": ("bigint", "a whole number"),
    "quantity": ("bigint", "a whole number"),
    "price": ("numeric", "a number"),
    "discount": ("numeric", "a number"),
    "paid": ("boolean", "yes or no"),
    "sold_on": ("date", "a date"),
    "updated_at": ("timestamptz", "a date and time"),
}

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

CREATE_RAW = f"""
CREATE TABLE hand.raw (_row bigint GENERATED ALWAYS AS IDENTITY,
  _run_id text NOT NULL DEFAULT 'R7K3M9QX', _source text NOT NULL DEFAULT 'deliveries/sales.csv',
  _loaded_at timestamptz NOT NULL DEFAULT now(), {", ".join(f"{name} text" for name in INGEST)})
"""

_VALID = {
    name: f"coalesce(pg_input_is_valid({name}, '{type_}'), true)"
    for name, (type_, _) in _TYPES.items()
}

_GOOD = " AND ".join(["sale_id IS NOT NULL", *_VALID.values()])

_REASONS = ", ".join(
    f"CASE WHEN NOT {_VALID[name]} THEN '{name}: not {wanted}' END"
    for name, (_, wanted) in _TYPES.items()
)

_CASTS = ", ".join(f"{name}::{type_} AS {name}" for name, (type_, _) in _TYPES.items())

REFINE = f"""
SET LOCAL work_mem = '128MB';
CREATE TABLE hand.quarantine ("row" jsonb NOT NULL, reasons text[] NOT NULL, source text,
  bronze_row bigint, run_id text NOT NULL, quarantined_at timestamptz NOT NULL DEFAULT now());
INSERT INTO hand.quarantine ("row", reasons, source, bronze_row, run_id)
SELECT (SELECT to_jsonb(kept) FROM (SELECT {", ".join(INGEST)}) kept),
  array_remove(ARRAY[{_REASONS}, CASE WHEN sale_id IS NULL THEN 'sale_id: missing' END], NULL),
  _source, _row, 'R7K3M9QX'
FROM hand.raw WHERE NOT ({_GOOD});
CREATE TABLE hand.sales_next AS
SELECT DISTINCT ON (sale_id::bigint) upper(btrim(customer)) AS customer,
  upper(btrim(country)) AS country, btrim(product) AS product, {_CASTS}
FROM hand.raw WHERE {_GOOD}
ORDER BY sale_id::bigint, updated_at::timestamptz DESC NULLS LAST, _row DESC;
ANALYZE hand.sales_next;
DO $$ BEGIN
  ASSERT (SELECT count(*) > 0 AND count(*) FILTER (WHERE customer IS NULL) = 0
    AND min(quantity) >= 0 FROM hand.sales_next);
  ASSERT (SELECT count(*) FROM hand.raw) >= (SELECT count(*) FROM hand.sales_next)
    + (SELECT count(*) FROM hand.quarantine);
END $$;
ALTER TABLE hand.sales_next RENAME TO sales
"""

BUILD = """
SET LOCAL work_mem = '32MB';
CREATE TABLE hand.revenue_next AS
SELECT sold_on, country, product, count(*) AS sales, sum(quantity * price) AS revenue
FROM hand.sales GROUP BY sold_on, country, product;
ANALYZE hand.revenue_next;
ALTER TABLE hand.revenue_next RENAME TO revenue
"""
