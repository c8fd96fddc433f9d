"""What writes: tables and views of a query, INSERT, UPDATE, DELETE, MERGE, and they within WITH."""

from tests.adapters.sql_corpus.notation import Example, to

WRITES = (
    Example(
        "CREATE TABLE AS",
        "CREATE TABLE gold.by_country AS SELECT c.country, sum(o.amount) AS total "
        "FROM silver.orders o JOIN silver.customers c ON c.id = o.customer_id GROUP BY c.country",
        (
            to(
                "gold.by_country",
                "o c",
                {"country": "c.country", "total": "sum o.amount"},
                "join c.id, join o.customer_id, group c.country",
            ),
        ),
    ),
    Example(
        "CREATE TABLE AS with names of its own, and no rows",
        "CREATE TABLE gold.x (a, b) AS SELECT id, upper(title) FROM silver.products WITH NO DATA",
        (to("gold.x", "p", {"a": "p.id", "b": "made p.title"}),),
    ),
    Example(
        "SELECT INTO",
        "SELECT id, amount INTO gold.y FROM silver.orders",
        (to("gold.y", "o", {"id": "o.id", "amount": "o.amount"}),),
    ),
    Example(
        "a view",
        "CREATE OR REPLACE VIEW gold.v (who) AS SELECT name FROM silver.customers WHERE "
        "country = 'DE'",
        (to("gold.v", "c", {"who": "c.name"}, "where c.country"),),
    ),
    Example(
        "a materialized view",
        "CREATE MATERIALIZED VIEW gold.m AS SELECT max(price) FROM silver.products WITH NO DATA",
        (to("gold.m", "p", {"max": "sum p.price"}),),
    ),
    Example(
        "INSERT of a query goes by position",
        "INSERT INTO gold.totals (amount, id) SELECT price, id FROM silver.products",
        (to("t", "p", {"amount": "p.price", "id": "p.id"}),),
    ),
    Example(
        "INSERT without a list follows the table",
        "INSERT INTO gold.totals SELECT id, price, title FROM silver.products",
        (to("t", "p", {"id": "p.id", "amount": "p.price", "note": "p.title"}),),
    ),
    Example(
        "INSERT of fewer columns than the table has",
        "INSERT INTO gold.totals SELECT id FROM silver.products",
        (to("t", "p", {"id": "p.id"}),),
    ),
    Example(
        "INSERT of a star",
        "INSERT INTO gold.totals SELECT * FROM quarantine.rejected WHERE amount > 0",
        (to("t", "q", {"id": "q.id", "amount": "q.amount", "note": "q.reason"}, "where q.amount"),),
    ),
    Example(
        "INSERT of values",
        "INSERT INTO gold.totals (id, amount) VALUES (1, DEFAULT), (2, 3 + 4)",
        (to("t", "", {"id": "", "amount": ""}),),
    ),
    Example(
        "INSERT of a query with WITH before it",
        "WITH x AS (SELECT id, amount FROM silver.orders) INSERT INTO gold.totals (id, amount) "
        "SELECT id, sum(amount) FROM x GROUP BY id",
        (to("t", "o", {"id": "o.id", "amount": "sum o.amount"}, "group o.id"),),
    ),
    Example(
        "INSERT … ON CONFLICT DO NOTHING",
        "INSERT INTO gold.totals (id, note) SELECT id, title FROM silver.products "
        "ON CONFLICT (id) DO NOTHING",
        (to("t", "p", {"id": "p.id", "note": "p.title"}),),
    ),
    Example(
        "INSERT … ON CONFLICT DO UPDATE with what was to be inserted",
        "INSERT INTO gold.revenue (country, total) SELECT c.country, sum(o.amount) "
        "FROM silver.orders o JOIN silver.customers c ON c.id = o.customer_id GROUP BY 1 "
        "ON CONFLICT (country) DO UPDATE SET total = excluded.total",
        (
            to(
                "r",
                "o c",
                {"country": "c.country", "total": "sum o.amount"},
                "join c.id, join o.customer_id, group c.country",
            ),
        ),
    ),
    Example(
        "INSERT … ON CONFLICT that adds to what is there",
        "INSERT INTO gold.revenue AS mine (country, total, orders) SELECT country, 1, id "
        "FROM silver.customers ON CONFLICT (country) DO UPDATE SET total = mine.total + "
        "excluded.orders, "
        "orders = DEFAULT WHERE mine.orders < excluded.orders",
        (
            to(
                "r",
                "c r",
                {"country": "c.country", "total": "made r.total, made c.id", "orders": "c.id"},
                "where r.orders, where c.id",
            ),
        ),
    ),
    Example(
        "UPDATE of one table",
        "UPDATE gold.totals SET amount = amount * 2, note = 'x' WHERE id > 3",
        (to("t", "t", {"amount": "made t.amount", "note": ""}, "where t.id"),),
    ),
    Example(
        "UPDATE FROM",
        "UPDATE gold.totals t SET note = p.title FROM silver.products p WHERE p.id = t.id",
        (to("t", "p t", {"note": "p.title"}, "where p.id, where t.id"),),
    ),
    Example(
        "UPDATE FROM a join",
        "UPDATE gold.totals SET amount = x.price FROM silver.products x JOIN silver.orders o "
        "ON o.product_id = x.id WHERE totals.id = o.id",
        (
            to(
                "t",
                "p o t",
                {"amount": "p.price"},
                "join o.product_id, join p.id, where t.id, where o.id",
            ),
        ),
    ),
    Example(
        "UPDATE of several columns by a query",
        "UPDATE gold.totals t SET (amount, note) = (SELECT p.price, p.title FROM silver.products p "
        "WHERE p.id = t.id)",
        (
            to(
                "t",
                "p t",
                {
                    "amount": "p.price, where p.id, where t.id",
                    "note": "p.title, where p.id, where t.id",
                },
            ),
        ),
    ),
    Example(
        "UPDATE of several columns by a row",
        "UPDATE gold.totals SET (amount, note) = ROW (id, upper(note))",
        (to("t", "t", {"amount": "t.id", "note": "made t.note"}),),
    ),
    Example(
        "UPDATE of an element of a list",
        "UPDATE silver.orders SET tags[1] = status",
        (to("o", "o", {"tags": "made o.tags, made o.status"}),),
    ),
    Example(
        "DELETE",
        "DELETE FROM gold.totals WHERE amount IS NULL",
        (to("t", "t", {}, "where t.amount"),),
    ),
    Example(
        "DELETE USING",
        "DELETE FROM gold.totals t USING silver.products p WHERE p.id = t.id AND p.price = 0",
        (to("t", "p t", {}, "where p.id, where t.id, where p.price"),),
    ),
    Example(
        "MERGE that updates, inserts and deletes",
        "MERGE INTO gold.totals t USING silver.orders o ON o.id = t.id "
        "WHEN MATCHED AND o.status = 'gone' THEN DELETE "
        "WHEN MATCHED THEN UPDATE SET amount = t.amount + o.amount "
        "WHEN NOT MATCHED THEN INSERT (id, note) VALUES (o.id, o.status)",
        (
            to(
                "t",
                "o t",
                {"amount": "made t.amount, made o.amount", "id": "o.id", "note": "o.status"},
                "join o.id, join t.id, where o.status",
            ),
        ),
    ),
    Example(
        "MERGE of a query, with a row and by position",
        "MERGE INTO gold.revenue AS g USING (SELECT country AS land, count(email) AS n "
        "FROM silver.customers GROUP BY country) s ON g.country = s.land "
        "WHEN MATCHED THEN UPDATE SET (total, orders) = (DEFAULT, s.n) "
        "WHEN NOT MATCHED THEN INSERT VALUES (s.land, 0, s.n)",
        (
            to(
                "r",
                "c r",
                {"total": "", "orders": "count c.email", "country": "c.country"},
                "join r.country, join c.country, group c.country",
            ),
        ),
    ),
    Example(
        "rows moved to quarantine by DELETE within WITH",
        "WITH moved AS (DELETE FROM silver.orders WHERE amount < 0 RETURNING *) "
        "INSERT INTO quarantine.rejected (id, amount, reason) SELECT id, amount, 'negative' "
        "FROM moved",
        (
            to("o", "o", {}, "where o.amount"),
            to("q", "o", {"id": "o.id", "amount": "o.amount", "reason": ""}, "where o.amount"),
        ),
    ),
    Example(
        "INSERT within WITH hands on what it inserted",
        "WITH made AS (INSERT INTO gold.totals (id, amount) SELECT id, price * 2 FROM "
        "silver.products "
        "RETURNING id, amount, note) INSERT INTO quarantine.rejected SELECT id, amount, "
        "note FROM made",
        (
            to("t", "p", {"id": "p.id", "amount": "made p.price"}),
            to("q", "p", {"id": "p.id", "amount": "made p.price", "reason": ""}),
        ),
    ),
    Example(
        "UPDATE within WITH hands on old and new columns",
        "WITH changed AS (UPDATE gold.totals t SET note = p.title FROM silver.products p "
        "WHERE p.id = t.id RETURNING t.id, t.note, p.price) "
        "INSERT INTO quarantine.rejected (id, reason, amount) SELECT * FROM changed",
        (
            to("t", "p t", {"note": "p.title"}, "where p.id, where t.id"),
            to(
                "q",
                "p t",
                {"id": "t.id", "reason": "p.title", "amount": "p.price"},
                "where p.id, where t.id",
            ),
        ),
    ),
)
