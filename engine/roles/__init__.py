"""Who has which role where, as configuration.yaml says and as admins granted it in chat."""
