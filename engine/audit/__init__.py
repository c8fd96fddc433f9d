"""Who did what: a trail that only grows, and that shows when somebody changed it."""
