"""One file a step of that history; Alembic finds the newest."""
