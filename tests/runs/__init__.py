"""Runs: their plan, their states, and who works them."""
