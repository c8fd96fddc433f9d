"""Commands for those who work on Atlas; nothing here is installed with it."""
