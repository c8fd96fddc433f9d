"""Chat and HTTP, in and out."""
