"""Finding and erasing one person."""
