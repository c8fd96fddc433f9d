"""The command line as people start it: in processes of its own."""
