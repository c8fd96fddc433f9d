"""SELECT: joins, stars, subqueries, WITH, windows, grouping, set operations, functions."""

from tests.adapters.sql_corpus.notation import Example, gives

ORDERS = {
    name: f"o.{name}"
    for name in (
        "id", "customer_id", "product_id", "amount", "status", "ordered_at", "data", "tags",
    )
}  # fmt: skip
CUSTOMERS = {name: f"c.{name}" for name in ("id", "name", "email", "country", "boss_id")}

SELECTS = (
    Example(
        "columns with and without an alias",
        "SELECT id, amount AS paid FROM silver.orders",
        (gives("o", {"id": "o.id", "paid": "o.amount"}),),
    ),
    Example(
        "a computed value and a constant",
        "SELECT amount * 1.19 AS gross, 'x' AS mark, 7 FROM silver.orders",
        (gives("o", {"gross": "made o.amount", "mark": "", "?column?": ""}),),
    ),
    Example(
        "a cast keeps the column's name",
        "SELECT amount::integer, CAST(status AS varchar(3)) FROM silver.orders",
        (gives("o", {"amount": "made o.amount", "status": "made o.status"}),),
    ),
    Example("a star", "SELECT * FROM silver.orders", (gives("o", ORDERS),)),
    Example(
        "a table's star beside a column of another",
        "SELECT c.*, o.amount FROM silver.customers c JOIN silver.orders o ON o.customer_id = c.id",
        (gives("o c", {**CUSTOMERS, "amount": "o.amount"}, "join o.customer_id, join c.id"),),
    ),
    Example(
        "a star over JOIN USING shows the shared column once",
        "SELECT * FROM silver.orders JOIN silver.events USING (customer_id) LIMIT 1",
        (
            gives(
                "o e",
                {
                    "customer_id": "o.customer_id", "amount": "o.amount",
                    "product_id": "o.product_id",
                    "status": "o.status", "ordered_at": "o.ordered_at", "data": "o.data",
                    "tags": "o.tags", "kind": "e.kind", "at": "e.at", "payload": "e.payload",
                    "id": "o.id", "id#2": "e.id",
                },
                "join o.customer_id, join e.customer_id",
            ),
        ),
    ),
    Example(
        "LEFT JOIN USING takes the shared column from the left",
        "SELECT id, title FROM silver.customers LEFT JOIN silver.products USING (id)",
        (gives("c p", {"id": "c.id", "title": "p.title"}, "join c.id, join p.id"),),
    ),
    Example(
        "RIGHT JOIN USING takes it from the right",
        "SELECT id, title FROM silver.customers RIGHT JOIN silver.products USING (id)",
        (gives("c p", {"id": "p.id", "title": "p.title"}, "join c.id, join p.id"),),
    ),
    Example(
        "FULL JOIN USING takes it from whichever has it",
        "SELECT id FROM silver.customers FULL JOIN silver.products USING (id)",
        (gives("c p", {"id": "made c.id, made p.id"}, "join c.id, join p.id"),),
    ),
    Example(
        "NATURAL JOIN joins by the columns of the same name",
        "SELECT * FROM archive.customers NATURAL JOIN silver.products",
        (
            gives(
                "old p",
                {"id": "old.id", "name": "old.name", "title": "p.title", "price": "p.price"},
                "join old.id, join p.id",
            ),
        ),
    ),
    Example(
        "a table joined to itself",
        "SELECT c.name, boss.name AS boss FROM silver.customers c "
        "LEFT JOIN silver.customers boss ON boss.id = c.boss_id",
        (gives("c", {"name": "c.name", "boss": "c.name"}, "join c.id, join c.boss_id"),),
    ),
    Example(
        "tables beside each other, joined in WHERE",
        "SELECT o.amount, p.title FROM silver.orders o, silver.products p WHERE "
        "o.product_id = p.id",
        (
            gives(
                "o p",
                {"amount": "o.amount", "title": "p.title"},
                "where o.product_id, where p.id",
            ),
        ),
    ),
    Example(
        "joins in brackets",
        "SELECT o.id, e.kind FROM silver.orders o LEFT JOIN (silver.events e JOIN "
        "silver.customers c "
        "ON c.id = e.customer_id) ON e.customer_id = o.customer_id",
        (
            gives(
                "o e c",
                {"id": "o.id", "kind": "e.kind"},
                "join c.id, join e.customer_id, join o.customer_id",
            ),
        ),
    ),
    Example(
        "an alias that renames columns",
        "SELECT x.a, x.title FROM silver.products AS x (a)",
        (gives("p", {"a": "p.id", "title": "p.title"}),),
    ),
    Example(
        "a query in FROM",
        "SELECT big.paid FROM (SELECT id, amount + 1 AS paid FROM silver.orders WHERE "
        "amount > 5) big",
        (gives("o", {"paid": "made o.amount"}, "where o.amount"),),
    ),
    Example(
        "WITH, twice, and a star over it",
        "WITH paid AS (SELECT id, amount FROM silver.orders WHERE status = 'paid'), "
        "small AS (SELECT * FROM paid WHERE amount < 10) SELECT * FROM small",
        (gives("o", {"id": "o.id", "amount": "o.amount"}, "where o.status, where o.amount"),),
    ),
    Example(
        "WITH that names its columns",
        "WITH x (a, b) AS (SELECT id, title FROM silver.products) SELECT b, a FROM x",
        (gives("p", {"b": "p.title", "a": "p.id"}),),
    ),
    Example(
        "WITH that hides a table of the same name",
        "WITH orders AS (SELECT id FROM silver.products) SELECT id FROM orders",
        (gives("p", {"id": "p.id"}),),
    ),
    Example(
        "WITH RECURSIVE along a hierarchy",
        "WITH RECURSIVE chain AS (SELECT id, boss_id, name AS top FROM silver.customers "
        "WHERE boss_id IS NULL UNION ALL SELECT c.id, c.boss_id, chain.top FROM silver.customers c "
        "JOIN chain ON c.boss_id = chain.id) SELECT id, top FROM chain",
        (
            gives(
                "c",
                {"id": "c.id", "top": "c.name"},
                "where c.boss_id, join c.boss_id, join c.id",
            ),
        ),
    ),
    Example(
        "WITH RECURSIVE that hands a column on to another",
        "WITH RECURSIVE turn (a, b) AS (SELECT id, customer_id FROM silver.orders UNION ALL "
        "SELECT b, a FROM turn WHERE a < 3) SELECT a FROM turn",
        (gives("o", {"a": "o.id, o.customer_id"}, "where o.id, where o.customer_id"),),
    ),
    Example(
        "WITH RECURSIVE may read what comes later",
        "WITH RECURSIVE first AS (SELECT * FROM orders), "
        "orders AS (SELECT title FROM silver.products) SELECT * FROM first",
        (gives("p", {"title": "p.title"}),),
    ),
    Example(
        "a scalar subquery that looks at the row around it",
        "SELECT c.name, (SELECT max(o.amount) FROM silver.orders o WHERE o.customer_id = "
        "c.id) AS top "
        "FROM silver.customers c",
        (
            gives(
                "c o",
                {"name": "c.name", "top": "sum o.amount, where o.customer_id, where c.id"},
            ),
        ),
    ),
    Example(
        "EXISTS in WHERE",
        "SELECT name FROM silver.customers c WHERE EXISTS "
        "(SELECT 1 FROM silver.orders o WHERE o.customer_id = c.id AND o.amount > 3)",
        (
            gives(
                "c o",
                {"name": "c.name"},
                "where o.customer_id, where c.id, where o.amount",
            ),
        ),
    ),
    Example(
        "IN with a query",
        "SELECT name FROM silver.customers WHERE id IN (SELECT customer_id FROM silver.orders)",
        (gives("c o", {"name": "c.name"}, "where c.id, where o.customer_id"),),
    ),
    Example(
        "EXISTS as a value",
        "SELECT id, EXISTS (SELECT FROM silver.orders o WHERE o.product_id = p.id) FROM "
        "silver.products p",
        (gives("p o", {"id": "p.id", "exists": "where o.product_id, where p.id"}),),
    ),
    Example(
        "a query as a list",
        "SELECT ARRAY(SELECT o.status FROM silver.orders o WHERE o.customer_id = c.id ORDER "
        "BY o.id) "
        "AS states FROM silver.customers c",
        (
            gives(
                "c o",
                {"states": "made o.status, where o.customer_id, where c.id, sort o.id"},
            ),
        ),
    ),
    Example(
        "= ANY with a query",
        "SELECT title FROM silver.products WHERE id = ANY (SELECT product_id FROM silver.orders)",
        (gives("p o", {"title": "p.title"}, "where p.id, where o.product_id"),),
    ),
    Example(
        "LATERAL sees what stands before it",
        "SELECT c.name, last.amount FROM silver.customers c CROSS JOIN LATERAL (SELECT o.amount "
        "FROM silver.orders o WHERE o.customer_id = c.id ORDER BY o.ordered_at DESC LIMIT 1) last",
        (
            gives(
                "c o",
                {"name": "c.name", "amount": "o.amount"},
                "where o.customer_id, where c.id, sort o.ordered_at",
            ),
        ),
    ),
    Example(
        "aggregates by group",
        "SELECT country, count(*), count(email) AS reachable, min(name) FROM silver.customers "
        "GROUP BY country HAVING count(id) > 3",
        (
            gives(
                "c",
                {
                    "country": "c.country", "count": "", "reachable": "count c.email",
                    "min": "sum c.name",
                },
                "group c.country, where c.id",
            ),
        ),
    ),
    Example(
        "GROUP BY a place and ORDER BY an alias",
        "SELECT date_trunc('month', ordered_at) AS month, sum(amount) AS total FROM silver.orders "
        "GROUP BY 1 ORDER BY total DESC",
        (
            gives(
                "o",
                {"month": "made o.ordered_at", "total": "sum o.amount"},
                "group o.ordered_at, sort o.amount",
            ),
        ),
    ),
    Example(
        "GROUP BY prefers a column of the table to an alias",
        "SELECT upper(status) AS status, sum(amount) FROM silver.orders GROUP BY status",
        (gives("o", {"status": "made o.status", "sum": "sum o.amount"}, "group o.status"),),
    ),
    Example(
        "ORDER BY prefers an alias to a column of the table",
        "SELECT amount AS id FROM silver.orders ORDER BY id",
        (gives("o", {"id": "o.amount"}, "sort o.amount"),),
    ),
    Example(
        "FILTER and an ordered aggregate",
        "SELECT sum(amount) FILTER (WHERE status = 'paid') AS paid, "
        "string_agg(status, ',' ORDER BY ordered_at) AS story FROM silver.orders",
        (
            gives(
                "o",
                {
                    "paid": "sum o.amount, where o.status",
                    "story": "sum o.status, sort o.ordered_at",
                },
            ),
        ),
    ),
    Example(
        "an ordered-set aggregate takes its value from what it orders",
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) AS median FROM silver.orders",
        (gives("o", {"median": "sum o.amount"}),),
    ),
    Example(
        "an aggregate over distinct values",
        "SELECT count(DISTINCT customer_id) AS buyers, array_agg(DISTINCT status) FROM "
        "silver.orders",
        (gives("o", {"buyers": "count o.customer_id", "array_agg": "sum o.status"}),),
    ),
    Example(
        "GROUPING SETS, ROLLUP and CUBE",
        "SELECT status, customer_id, product_id, sum(amount), grouping(status) FROM silver.orders "
        "GROUP BY GROUPING SETS ((status), ()), ROLLUP (customer_id), CUBE (product_id)",
        (
            gives(
                "o",
                {
                    "status": "o.status", "customer_id": "o.customer_id",
                    "product_id": "o.product_id", "sum": "sum o.amount",
                    "grouping": "group o.status",
                },
                "group o.status, group o.customer_id, group o.product_id",
            ),
        ),
    ),
    Example(
        "window functions",
        "SELECT id, row_number() OVER (PARTITION BY customer_id ORDER BY ordered_at) AS nth, "
        "sum(amount) OVER (PARTITION BY customer_id) AS total FROM silver.orders",
        (
            gives(
                "o",
                {
                    "id": "o.id", "nth": "window o.customer_id, window o.ordered_at",
                    "total": "sum o.amount, window o.customer_id",
                },
            ),
        ),
    ),
    Example(
        "named windows, one built on the other",
        "SELECT lag(amount) OVER ordered AS before, rank() OVER (w ORDER BY id) FROM silver.orders "
        "WINDOW w AS (PARTITION BY customer_id), ordered AS (w ORDER BY ordered_at)",
        (
            gives(
                "o",
                {
                    "before": "made o.amount, window o.customer_id, window o.ordered_at",
                    "rank": "window o.customer_id, window o.id",
                },
            ),
        ),
    ),
    Example(
        "the newest row of each by a window",
        "SELECT id, amount FROM (SELECT *, row_number() OVER (PARTITION BY customer_id "
        "ORDER BY ordered_at DESC) AS rn FROM silver.orders) ranked WHERE rn = 1",
        (
            gives(
                "o",
                {"id": "o.id", "amount": "o.amount"},
                "window o.customer_id, window o.ordered_at",
            ),
        ),
    ),
    Example(
        "DISTINCT",
        "SELECT DISTINCT country FROM silver.customers",
        (gives("c", {"country": "c.country"}, "group c.country"),),
    ),
    Example(
        "DISTINCT ON keeps the first row of each",
        "SELECT DISTINCT ON (customer_id) customer_id, amount FROM silver.orders "
        "ORDER BY customer_id, ordered_at DESC",
        (
            gives(
                "o",
                {"customer_id": "o.customer_id", "amount": "o.amount"},
                "group o.customer_id, sort o.customer_id, sort o.ordered_at",
            ),
        ),
    ),
    Example(
        "UNION ALL goes by position",
        "SELECT id, name FROM silver.customers UNION ALL SELECT id, title FROM silver.products",
        (gives("c p", {"id": "c.id, p.id", "name": "c.name, p.title"}),),
    ),
    Example(
        "UNION makes equal rows one",
        "SELECT name FROM silver.customers UNION SELECT name FROM archive.customers ORDER BY 1",
        (
            gives(
                "c old",
                {"name": "c.name, old.name"},
                "group c.name, group old.name, sort c.name, sort old.name",
            ),
        ),
    ),
    Example(
        "EXCEPT takes its values from the first",
        "SELECT id FROM silver.customers EXCEPT SELECT customer_id FROM silver.orders",
        (gives("c o", {"id": "c.id"}, "where o.customer_id"),),
    ),
    Example(
        "INTERSECT binds before UNION ALL",
        "SELECT id FROM silver.products UNION ALL SELECT id FROM silver.customers "
        "INTERSECT SELECT customer_id FROM silver.orders",
        (gives("p c o", {"id": "p.id, c.id"}, "where o.customer_id"),),
    ),
    Example(
        "CASE decides by one column and takes another",
        "SELECT CASE WHEN status = 'paid' THEN amount ELSE 0 END AS paid, "
        "CASE status WHEN 'x' THEN id END FROM silver.orders",
        (
            gives(
                "o",
                {"paid": "if o.status, made o.amount", "case": "if o.status, made o.id"},
            ),
        ),
    ),
    Example(
        "COALESCE, NULLIF and GREATEST",
        "SELECT coalesce(name, email), nullif(country, '') AS land, greatest(id, boss_id) "
        "FROM silver.customers",
        (
            gives(
                "c",
                {
                    "coalesce": "made c.name, made c.email", "land": "made c.country",
                    "greatest": "made c.id, made c.boss_id",
                },
            ),
        ),
    ),
    Example(
        "hashes mask, and so does what is made of them",
        "SELECT md5(email) AS a, encode(sha256(email::bytea), 'hex') AS b, left(md5(name), 8) AS c "
        "FROM silver.customers",
        (gives("c", {"a": "hash c.email", "b": "hash c.email", "c": "hash c.name"}),),
    ),
    Example(
        "a part of a value does not mask, and a constant has no source",
        "SELECT left(email, 2) || '***' AS a, '***'::text AS b FROM silver.customers",
        (gives("c", {"a": "made c.email", "b": ""}),),
    ),
    Example(
        "JSON operators",
        "SELECT data ->> 'city', data -> 'a' -> 'b' AS deep, data #>> '{a,b}' AS path, "
        "data @> '{\"x\": 1}' AS has FROM silver.orders WHERE data ? 'city'",
        (
            gives(
                "o",
                {
                    "?column?": "made o.data", "deep": "made o.data", "path": "made o.data",
                    "has": "made o.data",
                },
                "where o.data",
            ),
        ),
    ),
    Example(
        "JSON operators as arguments",
        "SELECT coalesce(data -> 'a', e.payload -> 'b') AS v, lower(data ->> 'city') "
        "FROM silver.orders JOIN silver.events e USING (customer_id)",
        (
            gives(
                "o e",
                {"v": "made o.data, made e.payload", "lower": "made o.data"},
                "join o.customer_id, join e.customer_id",
            ),
        ),
    ),
    Example(
        "a JSON document's pairs as rows",
        "SELECT o.id, pair.key, pair.value FROM silver.orders o, jsonb_each_text(o.data) AS pair",
        (gives("o", {"id": "o.id", "key": "made o.data", "value": "made o.data"}),),
    ),
    Example(
        "a JSON document's elements with a definition of columns",
        "SELECT r.a, r.b FROM silver.events e, jsonb_to_recordset(e.payload) AS r (a int, b text)",
        (gives("e", {"a": "made e.payload", "b": "made e.payload"}),),
    ),
    Example(
        "a list as rows, with their numbers",
        "SELECT o.id, tag, nr FROM silver.orders o CROSS JOIN LATERAL unnest(o.tags) "
        "WITH ORDINALITY AS u (tag, nr)",
        (gives("o", {"id": "o.id", "tag": "made o.tags", "nr": ""}),),
    ),
    Example(
        "a list as rows under the alias's name",
        "SELECT tag FROM silver.orders, unnest(tags) AS tag WHERE tag <> ''",
        (gives("o", {"tag": "made o.tags"}, "where o.tags"),),
    ),
    Example(
        "generate_series between two columns",
        "SELECT o.id, day FROM silver.orders o, generate_series(o.id, o.customer_id) AS day",
        (gives("o", {"id": "o.id", "day": "made o.id, made o.customer_id"}),),
    ),
    Example(
        "a calendar that is joined from the left",
        "SELECT d.day, count(o.id) AS orders FROM generate_series(date '2026-01-01', "
        "date '2026-12-31', interval '1 day') AS d (day) LEFT JOIN silver.orders o "
        "ON o.ordered_at::date = d.day GROUP BY d.day",
        (gives("o", {"day": "", "orders": "count o.id"}, "join o.ordered_at"),),
    ),
    Example(
        "VALUES as a table",
        "SELECT v.code, c.name FROM (VALUES ('DE', 1), ('FR', 2)) AS v (code, nr) "
        "JOIN silver.customers c ON c.country = v.code",
        (gives("c", {"code": "", "name": "c.name"}, "join c.country"),),
    ),
    Example(
        "VALUES of the row before it",
        "SELECT x.v FROM silver.orders o CROSS JOIN LATERAL (VALUES (o.id), (o.product_id)) "
        "AS x (v)",
        (gives("o", {"v": "o.id, o.product_id"}),),
    ),
    Example(
        "quoted names keep their case, others lose it",
        'SELECT "Full Name", PLAIN, T."Id" AS "Nr" FROM Silver."Odd Names" t',
        (gives("odd", {"Full Name": "odd.Full Name", "plain": "odd.plain", "Nr": "odd.Id"}),),
    ),
    Example(
        "tables of the same name in two schemas",
        "SELECT n.name, o.name AS before FROM silver.customers n "
        "JOIN archive.customers o ON o.id = n.id",
        (gives("c old", {"name": "c.name", "before": "old.name"}, "join c.id, join old.id"),),
    ),
    Example(
        "columns that are named with schema and table",
        "SELECT silver.orders.amount, orders.id FROM silver.orders",
        (gives("o", {"amount": "o.amount", "id": "o.id"}),),
    ),
    Example(
        "a whole row as one value",
        "SELECT row_to_json(p) AS doc, to_jsonb(p.*) AS doc2, (p).title FROM silver.products p",
        (
            gives(
                "p",
                {
                    "doc": "made p.id, made p.title, made p.price",
                    "doc2": "made p.id, made p.title, made p.price",
                    "title": "p.title",
                },
            ),
        ),
    ),
    Example(
        "an element and a slice of a list",
        "SELECT tags[1], tags[1:2] AS two FROM silver.orders",
        (gives("o", {"tags": "made o.tags", "two": "made o.tags"}),),
    ),
    Example(
        "dates: EXTRACT, AT TIME ZONE, an interval",
        "SELECT extract(year FROM ordered_at) AS y, ordered_at AT TIME ZONE 'UTC' AS utc, "
        "ordered_at + interval '1 day' AS next FROM silver.orders",
        (
            gives(
                "o",
                {"y": "made o.ordered_at", "utc": "made o.ordered_at", "next": "made o.ordered_at"},
            ),
        ),
    ),
    Example(
        "an inner name hides the one around it",
        "SELECT (SELECT max(id) FROM silver.products) AS top, id FROM silver.orders",
        (gives("o p", {"top": "sum p.id", "id": "o.id"}),),
    ),
    Example(
        "a row comparison and BETWEEN",
        "SELECT id FROM silver.orders WHERE (customer_id, product_id) = (1, 2) "
        "AND amount BETWEEN 1 AND id",
        (
            gives(
                "o",
                {"id": "o.id"},
                "where o.customer_id, where o.product_id, where o.amount, where o.id",
            ),
        ),
    ),
    Example(
        "rows that are locked and a system column",
        "SELECT ctid, id FROM silver.orders WHERE status = 'new' ORDER BY id LIMIT 3 "
        "FOR UPDATE SKIP LOCKED",
        (gives("o", {"ctid": "", "id": "o.id"}, "where o.status, sort o.id"),),
    ),
    Example(
        "a query within the queries of WITH",
        "WITH a AS (WITH b AS (SELECT id, price FROM silver.products) SELECT price FROM b) "
        "SELECT sum(price) AS total FROM a",
        (gives("p", {"total": "sum p.price"}),),
    ),
    Example(
        "TABLE",
        "TABLE gold.totals",
        (gives("t", {"id": "t.id", "amount": "t.amount", "note": "t.note"}),),
    ),
)  # fmt: skip
