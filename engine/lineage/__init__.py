"""What feeds what: the events that each step leaves behind."""
