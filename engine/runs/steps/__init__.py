"""One module a kind of step: what is prepared outside, and what is done in the transaction."""
