"""What is personal, and what is done about it."""
