"""What people say, and what they hear back: sentence → command → reply."""
