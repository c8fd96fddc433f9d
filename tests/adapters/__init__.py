"""Everything that touches data, on a real PostgreSQL and with the real libraries."""
