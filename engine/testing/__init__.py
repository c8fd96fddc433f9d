"""In-memory fakes that fulfil the engine's ports, for tests of whatever is built on them."""
