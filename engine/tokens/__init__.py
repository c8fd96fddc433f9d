"""Bearer tokens: who a program is, and what it may do."""
