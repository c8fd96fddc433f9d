"""Cards as each platform shows them."""
