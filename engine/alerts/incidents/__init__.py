"""Incidents: what was noticed, brought together by its cause, from the first sign to its end."""
