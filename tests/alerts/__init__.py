"""Cards, channels and their delivery."""
