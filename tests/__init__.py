"""The tests, in folders like the code's."""
