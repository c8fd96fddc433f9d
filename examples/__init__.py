"""Sample projects to copy from."""
