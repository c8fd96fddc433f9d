"""What all chat platforms share on the way in: keep first, answer the platform, work later."""
