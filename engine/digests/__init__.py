"""Digests: what happened since the last one, in one card."""
