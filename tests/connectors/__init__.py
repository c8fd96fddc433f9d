"""Chat platforms and HTTP, seen from outside."""
