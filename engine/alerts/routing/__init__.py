"""Who hears of what: routes, subscriptions and mutes decide where a notice goes."""
