"""Presidio and spaCy: they recognise personal data, in processes of their own."""
