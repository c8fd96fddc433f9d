"""The history of the state tables."""
