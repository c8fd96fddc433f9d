"""Runs that start by themselves when their time comes."""
