"""Schedules: when something is due, and that it starts exactly once."""
