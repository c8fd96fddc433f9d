"""Other people's servers, as far as Atlas talks to them; each is held to the real clients."""
