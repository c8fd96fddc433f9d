"""What there is: datasets, columns, owners and pipelines, as a project folder declares them."""
