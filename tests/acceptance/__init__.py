"""Sentences said to the real bot, and what comes back."""
