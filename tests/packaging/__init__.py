"""What a newcomer installs and starts: pins, image, configuration, records."""
