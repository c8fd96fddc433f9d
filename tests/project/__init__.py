"""What must hold of a whole project, from its deliveries to what people see."""
