"""Remediations of the classification controls."""
