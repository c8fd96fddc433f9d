"""The language of Atlas: from what people type to commands, and back to sentences."""
