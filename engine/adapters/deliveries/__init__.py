"""Where raw rows come from: files of a project folder, tables of another PostgreSQL."""
