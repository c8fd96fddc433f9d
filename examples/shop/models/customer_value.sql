-- What each customer has bought so far; the person appears only as a token.
WITH bought AS (
    SELECT
        customer_id,
        COUNT(*) AS orders,
        SUM(quantity * unit_price * (1 - COALESCE(discount, 0))) AS revenue,
        MAX(ordered_at) AS last_order_at
    FROM silver.orders
    WHERE status NOT IN ('cancelled', 'returned') AND quantity > 0
    GROUP BY customer_id
)

SELECT
    c.customer_id,
    c.email AS email_token,
    c.segment,
    c.country,
    COALESCE(b.orders, 0) AS orders,
    ROUND(COALESCE(b.revenue, 0), 2) AS revenue,
    CAST(b.last_order_at AS date) AS last_order_day
FROM silver.customers AS c
LEFT JOIN bought AS b ON b.customer_id = c.customer_id
