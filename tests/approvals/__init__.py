"""What is asked back before it is done."""
