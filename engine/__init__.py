"""The engine: from a command to a run, to findings, to alerts; it knows no chat platform."""
