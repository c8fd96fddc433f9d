"""What a project folder declares, and every way to get it wrong."""
