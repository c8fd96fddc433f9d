-- Support tickets by the week they were opened, channel and priority.
SELECT
    CAST(DATE_TRUNC('week', opened_at) AS date) AS week,
    channel,
    COALESCE(priority, 'not set') AS priority,
    COUNT(*) AS tickets,
    COUNT(*) FILTER (WHERE status <> 'closed') AS unsolved,
    COUNT(DISTINCT customer_id) AS customers
FROM silver.support_tickets
GROUP BY
    CAST(DATE_TRUNC('week', opened_at) AS date), channel, COALESCE(priority, 'not set')
