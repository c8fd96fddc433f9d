-- Net revenue by day and category; cancelled and returned orders do not count.
SELECT
    CAST(o.ordered_at AS date) AS order_day,
    COALESCE(p.category, 'unknown') AS category,
    COUNT(*) AS orders,
    SUM(o.quantity) AS units,
    ROUND(SUM(o.quantity * o.unit_price * (1 - COALESCE(o.discount, 0))), 2) AS total
FROM silver.orders AS o
LEFT JOIN silver.products AS p ON p.product_id = o.product_id
WHERE o.status NOT IN ('cancelled', 'returned') AND o.quantity > 0
GROUP BY CAST(o.ordered_at AS date), COALESCE(p.category, 'unknown')
