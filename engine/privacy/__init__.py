"""What is personal: detect it in a sample, classify a column, protect a value."""
