"""What is asked back before it is done, and what needs a second person."""
