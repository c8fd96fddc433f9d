"""Doing it: a run and its steps, from the plan to the published table."""
