"""Figures beside a peer in the same run; each ends with one JSON line for machines."""
