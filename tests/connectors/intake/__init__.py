"""The shared way in of chat platforms."""
