"""State and data in PostgreSQL."""
