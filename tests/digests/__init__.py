"""Digests: what they tell, and that each goes out once."""
