"""The fakes themselves: who tests with them must be able to trust them."""
