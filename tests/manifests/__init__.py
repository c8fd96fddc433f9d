"""How the platforms get to know Atlas."""
