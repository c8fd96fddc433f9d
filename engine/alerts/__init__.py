"""Who must know: findings and runs as cards in the right channel."""
