"""What in a run somebody should know."""
