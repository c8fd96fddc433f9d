"""The technology behind the ports: PostgreSQL, Presidio, Soda, OpenLineage."""
