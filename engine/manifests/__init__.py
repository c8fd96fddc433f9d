"""What Slack and Teams have to know of Atlas before they let it in."""
