"""Skills as opsdroid loads them, and the facts of opsdroid that they stand on."""
