"""What was noticed: findings made from what runs report."""
