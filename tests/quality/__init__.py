"""Verdicts and the gate."""
