"""The invented Harbour & Pine shop: a sample project, and the generator of its deliveries."""
