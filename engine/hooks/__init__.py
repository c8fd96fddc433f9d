"""People's own code, told of what runs do."""
