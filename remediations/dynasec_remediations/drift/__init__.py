"""Remediations of the drift controls."""
