"""What holds of a dataset: checks, verdicts and the gate that they open or close."""
