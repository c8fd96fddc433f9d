"""SodaCL, the language in which people write what must hold of a dataset."""
