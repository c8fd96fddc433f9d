"""Who hears of what, and when nobody does."""
