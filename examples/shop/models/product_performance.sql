-- Sales, returns and margin of every product, and its share of the revenue of its category.
WITH sold AS (
    SELECT
        product_id,
        SUM(quantity) FILTER (WHERE status <> 'returned') AS units,
        SUM(quantity) FILTER (WHERE status = 'returned') AS returned_units,
        SUM(quantity * unit_price * (1 - COALESCE(discount, 0)))
            FILTER (WHERE status <> 'returned') AS revenue
    FROM silver.orders
    WHERE status <> 'cancelled' AND quantity > 0
    GROUP BY product_id
),

category_revenue AS (
    SELECT category, SUM(total) AS revenue
    FROM gold.revenue
    GROUP BY category
)

SELECT
    p.product_id,
    p.name,
    p.category,
    p.price,
    COALESCE(s.units, 0) AS units,
    COALESCE(s.returned_units, 0) AS returned_units,
    ROUND(COALESCE(s.revenue, 0), 2) AS revenue,
    ROUND(COALESCE(s.revenue, 0) - COALESCE(s.units, 0) * p.cost, 2) AS margin,
    ROUND(100 * COALESCE(s.revenue, 0) / NULLIF(c.revenue, 0), 2) AS category_share_percent
FROM silver.products AS p
LEFT JOIN sold AS s ON s.product_id = p.product_id
LEFT JOIN category_revenue AS c ON c.category = p.category
