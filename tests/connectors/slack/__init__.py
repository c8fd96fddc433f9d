"""Slack, against a Slack that is none."""
