"""SodaCL as people write it."""
